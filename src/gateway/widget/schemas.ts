/** @module What the widget API takes: every key known, every string well formed and bounded. */
import { z } from 'zod';
import { clientMessageIdPattern, parseClientMessageId } from '../../domain/ids.js';

const mostCodePoints = 10_000;
const mostAttachments = 20;
const mostFields = 20;
const longestName = 255;
/** Ours hold the contact centre's, which are long themselves. */
const longestUrl = 8_192;
const longestPostback = 4_096;
/** Those of agents' messages are the longest: a channel's, a thread's and a key of 128 each. */
const longestEventId = 512;

/** A string that survives every encoding on its way: no NUL, no half of a surrogate pair. */
const wellFormed = z
  .string()
  .refine((value) => !/[\0\p{Surrogate}]/u.test(value), 'must be well-formed text without NUL')
  .meta({ pattern: '^[^\\u0000]*$' });

/** A name, of a person or of a file. */
export const shortText = wellFormed.min(1).max(longestName);

function isHttpUrl(raw: string): boolean {
  const url = URL.canParse(raw) ? new URL(raw) : undefined;
  return url?.protocol === 'http:' || url?.protocol === 'https:';
}

/** An address on the web. */
export const httpUrlSchema = wellFormed
  .max(longestUrl)
  .refine(isHttpUrl, 'must be an http or https URL')
  .meta({
    format: 'uri',
    pattern: '^[Hh][Tt][Tt][Pp][Ss]?:',
    examples: ['https://a.example/b.png'],
  });

const attachmentSchema = z.strictObject({ name: shortText, url: httpUrlSchema });

/** The files of a message. */
export const attachmentsSchema = z.array(attachmentSchema).max(mostAttachments);
/** What a chosen button carries back. */
export const postbackSchema = wellFormed
  .min(1)
  .max(longestPostback)
  .meta({ description: 'Of a chosen button: what it carries back to the bot.' });

/** The message that is answered. */
export const replyToSchema = wellFormed.min(1).max(longestEventId).meta({
  description:
    'The `id` of an earlier `message` event of this thread that this one answers. One that the thread does not know, or no longer has at hand, is left out.',
});

function countCodePoints(text: string): number {
  return text.length - (text.match(/[\u{10000}-\u{10FFFF}]/gu)?.length ?? 0);
}

/** The text of a message, which may be empty as far as this goes. */
export const textSchema = wellFormed
  .refine(
    (text) => text.length <= mostCodePoints || countCodePoints(text.trim()) <= mostCodePoints,
    `must have at most ${mostCodePoints} characters`,
  )
  .meta({
    description: `Up to ${mostCodePoints} code points, white space at both ends not counted; kept as it is.`,
    pattern: '^[^\\u0000]*$',
  });

/** A message: text of 1 to 10,000 code points, empty only beside an attachment. */
export const messageSchema = z
  .strictObject({
    id: z
      .string()
      .meta({
        description: 'Made by the client. The same id again is the same message.',
        pattern: clientMessageIdPattern.source,
      })
      .transform((raw, context) => {
        const id = parseClientMessageId(raw);
        if (id !== undefined) return id;
        context.addIssue({ code: 'custom', message: 'must be 1 to 64 of A-Za-z0-9_-' });
        return z.NEVER;
      }),
    text: textSchema,
    attachments: attachmentsSchema.optional(),
    postback: postbackSchema.optional(),
    replyTo: replyToSchema.optional(),
  })
  .refine(({ text, attachments }) => text.trim() !== '' || (attachments ?? []).length > 0, {
    path: ['text'],
    message: 'must not be empty without an attachment',
  })
  .meta({ id: 'NewMessage', description: 'Its text is empty only beside an attachment.' });

/** What a session may be opened with; the customer's id is never theirs to choose. */
export const sessionSchema = z
  .strictObject({
    customer: z
      .strictObject({
        name: shortText.optional(),
        fields: z
          .record(z.string(), wellFormed.max(longestName))
          .refine((fields) => Object.keys(fields).length <= mostFields, `at most ${mostFields}`)
          .optional()
          .meta({
            description: 'Values of the channel’s custom fields, by their ident.',
            maxProperties: mostFields,
          }),
      })
      .optional(),
    identityToken: z.string().min(1).optional().meta({
      description: 'What the customer’s own site vouches for, where the channel asks for it.',
    }),
    resume: z.string().min(1).optional().meta({
      description: 'An earlier session’s token; it may have run out less than 30 days ago.',
    }),
  })
  .meta({ id: 'NewSession' });

/** What a page has made of the agent's messages. */
export const receiptSchema = z
  .strictObject({
    upTo: z.int().min(0).meta({ description: 'The sequence number of the last message meant.' }),
    kind: z.enum(['delivered', 'seen']),
  })
  .meta({ id: 'Receipt' });

/** Whether the customer is typing. */
export const typingSchema = z.strictObject({ typing: z.boolean() }).meta({ id: 'Typing' });

/** The token of a page that goes away and cannot set a header. */
export const leaveSchema = z.strictObject({ token: z.string().optional() }).meta({ id: 'Leave' });
