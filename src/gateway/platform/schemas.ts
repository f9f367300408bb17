/** @module What the platform API takes: every key known, every string well formed and bounded. */
import { z } from 'zod';
import {
  parseCustomerId,
  parseExternalMessageId,
  parsePlatformMessageId,
  parseThreadId,
  platformIdPattern,
} from '../../domain/ids.js';
import {
  attachmentsSchema,
  httpUrlSchema,
  postbackSchema,
  replyToSchema,
  shortText,
  textSchema,
} from '../widget/schemas.js';

/** A platform's own id. A customer's has no further letters here: it is the same kind of id. */
function platformId<Id>(parse: (raw: string) => Id | undefined) {
  return z
    .string()
    .meta({ pattern: platformIdPattern.source })
    .transform((raw, context) => {
      const id = parsePlatformMessageId(raw) === undefined ? undefined : parse(raw);
      if (id !== undefined) return id;
      context.addIssue({ code: 'custom', message: 'must be 1 to 128 of A-Za-z0-9_.:-' });
      return z.NEVER;
    });
}

const customerSchema = z.strictObject({
  id: platformId(parseCustomerId),
  name: shortText.optional(),
  imageUrl: httpUrlSchema.optional(),
});

const threadId = platformId(parseThreadId);
/** Every event may say whose it is; only a message has to. */
const anyEvent = { threadId, customer: customerSchema.optional() };

const messageSchema = z
  .strictObject({
    id: platformId(parsePlatformMessageId),
    text: textSchema,
    attachments: attachmentsSchema.optional(),
    postback: postbackSchema.optional(),
    replyTo: replyToSchema.optional(),
    at: z.iso.datetime({ offset: true, error: 'must be a moment as in ISO 8601' }).optional(),
  })
  .refine(({ text, attachments }) => text.trim() !== '' || (attachments ?? []).length > 0, {
    path: ['text'],
    message: 'must not be empty without an attachment',
  });

const receiptKind = z.enum(['delivered', 'seen']);
const receiptSchema = z.union(
  [
    z.strictObject({
      id: z.string().transform((raw, context) => {
        const id = parseExternalMessageId(raw);
        if (id !== undefined) return id;
        context.addIssue({ code: 'custom', message: 'must be the id of an agent’s message' });
        return z.NEVER;
      }),
      kind: receiptKind,
    }),
    z.strictObject({ upTo: z.int().min(0), kind: receiptKind }),
  ],
  { error: 'must be { "id" or "upTo", "kind": "delivered" or "seen" }' },
);

/** An event of a platform. */
export const platformEventSchema = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.literal('message'),
      threadId,
      customer: customerSchema,
      message: messageSchema,
    }),
    z.strictObject({ type: z.literal('left'), ...anyEvent }),
    z.strictObject({ type: z.literal('returned'), ...anyEvent }),
    z.strictObject({ type: z.literal('end'), ...anyEvent }),
    z.strictObject({ type: z.literal('typing'), ...anyEvent, typing: z.boolean() }),
    z.strictObject({ type: z.literal('receipt'), ...anyEvent, receipt: receiptSchema }),
  ],
  { error: 'must be message, left, returned, end, typing or receipt' },
);

/** An event of a platform, checked. */
export type PlatformEvent = z.output<typeof platformEventSchema>;
