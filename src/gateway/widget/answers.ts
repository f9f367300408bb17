/** @module What the widget API answers, as it is described to those who call it. */
import { z } from 'zod';
import { platformIdPattern } from '../../domain/ids.js';
import { enderSchema, momentSchema, seqSchema } from '../api/values.js';

const threadId = z.string().meta({ pattern: platformIdPattern.source });
const authorSchema = z.strictObject({
  name: z.string().optional(),
  imageUrl: z.string().optional(),
});

/** A session, opened. */
export const sessionAnswer = z
  .strictObject({
    token: z.string().meta({ description: 'Good for this thread, and nothing else.' }),
    expiresAt: momentSchema,
    channelId: z.string(),
    threadId,
    customer: z.strictObject({ id: z.string(), name: z.string().optional() }),
  })
  .meta({ id: 'Session' });

/** A message, durable. */
export const acceptedAnswer = z
  .strictObject({ id: z.string(), status: z.literal('accepted') })
  .meta({ id: 'Accepted' });

const messageMembers = {
  seq: seqSchema,
  id: z.string(),
  from: z.enum(['customer', 'agent', 'system']),
  author: authorSchema.optional(),
  text: z.string().meta({ description: 'Always enough, also beside rich content.' }),
  content: z
    .strictObject({ type: z.string(), payload: z.unknown() })
    .optional()
    .meta({ description: 'Rich content as it came, for a reader that can show it.' }),
  attachments: z
    .array(z.strictObject({ name: z.string(), url: z.string(), mimeType: z.string().optional() }))
    .optional(),
  replyTo: z
    .strictObject({
      id: z.string(),
      from: z.enum(['customer', 'agent']),
      text: z.string().meta({ description: 'The beginning of its text, or the name of its file.' }),
    })
    .optional()
    .meta({ description: 'The earlier message of the thread that this one answers.' }),
  forwarded: z
    .literal(true)
    .optional()
    .meta({ description: 'Of an agent’s message that hands on what was written elsewhere.' }),
  at: momentSchema,
};

const stateMembers = {
  deadlineAt: momentSchema
    .optional()
    .meta({ description: 'When a warned thread closes, the same in every tab.' }),
  closedBy: enderSchema.optional(),
  closedAt: momentSchema.optional(),
};
const stateSchema = z.enum(['open', 'warned', 'closed']);

/** The data of each event of a thread, by the event's name. */
export const threadEvents = {
  message: z.strictObject(messageMembers).meta({ id: 'MessageEvent' }),
  'message-status': z
    .strictObject({
      seq: seqSchema,
      id: z.string(),
      status: z.enum(['sent', 'failed', 'refused']),
      reason: z.string().optional(),
    })
    .meta({
      id: 'MessageStatusEvent',
      description: 'The verdict on a message of the customer’s own; each gets exactly one.',
    }),
  state: z
    .strictObject({ seq: seqSchema, state: stateSchema, ...stateMembers })
    .meta({ id: 'StateEvent' }),
  typing: z
    .strictObject({
      typing: z.boolean(),
      author: z.strictObject({ name: z.string() }).optional(),
    })
    .meta({ id: 'TypingEvent', description: 'Not durable: it has no number and no `id` line.' }),
} as const;

/** A thread, all at once. */
export const snapshotAnswer = z
  .strictObject({
    threadId,
    channelId: z.string(),
    state: stateSchema,
    ...stateMembers,
    messages: z.array(
      z
        .strictObject({
          ...messageMembers,
          status: z.enum(['accepted', 'sent', 'failed', 'refused']).optional().meta({
            description: 'Of the customer’s own messages.',
          }),
        })
        .meta({ id: 'SnapshotMessage' }),
    ),
    lastSeq: z.int().min(0).meta({ description: 'From here the events go on.' }),
  })
  .meta({ id: 'Snapshot' });
