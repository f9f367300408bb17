/**
 * @module What the contact centre sends to the box, and what it is answered, as far as it is known.
 *
 * Nothing is checked by these: the box reads leniently, by place. They say which places are read,
 * and how sure it is that something stands there (cxone.md 1.3 to 1.7).
 */
import { z } from 'zod';
import { momentSchema } from '../api/values.js';

const text = (description: string) => z.string().optional().meta({ description });
const part = (members: Readonly<Record<string, z.ZodType>>, description: string) =>
  z.looseObject(members).nullable().optional().meta({ description });

const thread = part(
  { idOnExternalPlatform: text('Our id of the thread.') },
  'The thread. CONFIRMED for outbound calls, INFERRED for replies.',
);
const post = part(
  { idOnExternalPlatform: text('INFERRED: our id of the thread.'), channelId: text('CONFIRMED.') },
  'An older name of the thread.',
);
const replyToMessage = part(
  { idOnExternalPlatform: text('Our id of the message.') },
  'A message of the thread, by which the thread is found; with `isReplyToSpecificMessage` the one that is answered. CONFIRMED.',
);
const forward = part(
  { message: part({ id: text('Which one it was is not looked up.') }, 'INFERRED.') },
  'Where it names a message, the customer is told that this one is handed on. CONFIRMED for outbound calls (nullable), INFERRED for replies.',
);
const messageContent = part(
  {
    type: text('`TEXT`, `QUICK_REPLIES`, `LIST_PICKER`, `RICH_LINK`, `PLUGIN`, `ADAPTIVE_CARD` …'),
    payload: part(
      {
        text: z
          .unknown()
          .optional()
          .meta({ description: 'The text; of rich content, `{content}`.' }),
      },
      'What the type needs. Rich content is handed on as it came.',
    ),
    text: text('A second place of the text. CONFIRMED.'),
    fallbackText: text('What stands for content that nobody can show.'),
  },
  'The message. CONFIRMED.',
);
const person = part(
  {
    nickname: text('Shown to the customer.'),
    firstName: text('Shown where there is no nickname.'),
    publicImageUrl: text('Shown to the customer.'),
    imageUrl: text('Shown where there is no `publicImageUrl`.'),
  },
  'Who writes. INFERRED for messages, CONFIRMED for typing.',
);
const attachments = z
  .array(
    z.looseObject({
      url: text('An http or https address; an item without one is left out.'),
      friendlyName: text('The file’s name; else `fileName`, else `name`.'),
      mimeType: text('INFERRED.'),
    }),
  )
  .optional()
  .meta({ description: 'Files. CONFIRMED for outbound calls, INFERRED for replies.' });
const endUserRecipients = z
  .array(
    z.looseObject({
      idOnExternalPlatform: text('The customer’s id.'),
      name: text('The customer’s name.'),
      isPrimary: z.boolean().optional(),
      isPrivate: z.boolean().optional(),
    }),
  )
  .optional();

const message = {
  id: text(
    'The contact centre’s id of the message; what makes a repeat. Without it the same body within 10 seconds is a repeat. CONFIRMED for replies, INFERRED for outbound calls.',
  ),
  thread,
  post,
  replyToMessage,
  replyToMessageIdOnExternalPlatform: text(
    'The same, by itself. CONFIRMED for replies; INFERRED: without `isReplyToSpecificMessage` it is only the last message of the thread.',
  ),
  isReplyToSpecificMessage: z.boolean().optional().meta({
    description:
      'Whether the agent answers that very message, of which the customer is shown the beginning. CONFIRMED for outbound calls, INFERRED for replies.',
  }),
  forward,
  messageContent,
  content: text('A third place of the text. CONFIRMED for replies.'),
  authorUser: person,
  attachments,
};

/** What a token is asked for with. */
export const tokenBody = z
  .looseObject({
    grant_type: z.literal('client_credentials'),
    client_id: text('CONFIRMED.'),
    client_secret: text('CONFIRMED.'),
  })
  .meta({ id: 'BoxTokenRequest' });

/** A token, issued (RFC 6749 5.1). */
export const tokenAnswer = z
  .strictObject({
    access_token: z.string(),
    token_type: z.literal('Bearer'),
    expires_in: z.int().min(0).meta({ description: 'Seconds.' }),
  })
  .meta({ id: 'BoxToken' });

/** A token, refused (RFC 6749 5.2). */
export const tokenRefusal = z
  .strictObject({
    error: z.enum(['invalid_request', 'unsupported_grant_type', 'invalid_client']),
  })
  .meta({ id: 'BoxTokenRefusal' });

/** A reply of an agent's or a bot's. */
export const replyBody = z.looseObject(message).meta({ id: 'BoxReply' });

/** A reply, taken. */
export const replyAnswer = z
  .strictObject({
    idOnExternalPlatform: z.string().meta({
      description: 'Our id of the message; this member alone is enough (CONFIRMED).',
    }),
  })
  .meta({ id: 'BoxReplyTaken' });

/** A message that an agent writes first. */
export const outboundBody = z
  .looseObject({
    ...message,
    endUserRecipients: endUserRecipients.meta({
      description: 'The first is the customer to whom the agent writes. CONFIRMED.',
    }),
  })
  .meta({ id: 'BoxOutbound' });

/** An outbound message, taken. */
export const outboundAnswer = z
  .strictObject({
    message: z.strictObject({
      idOnExternalPlatform: z.string(),
      createdAtWithMilliseconds: momentSchema,
      url: z.string(),
    }),
    thread: z.strictObject({
      idOnExternalPlatform: z.string().meta({
        description: 'Under this id the customer’s messages of this conversation come (INFERRED).',
      }),
    }),
    endUserIdentities: z.array(
      z.strictObject({
        idOnExternalPlatform: z.string(),
        firstName: z.string(),
        lastName: z.string(),
        nickname: z.string(),
        image: z.null(),
      }),
    ),
    recipients: z.array(
      z.strictObject({
        idOnExternalPlatform: z.string(),
        name: z.string(),
        isPrimary: z.boolean(),
        isPrivate: z.boolean(),
        anonymizedAt: z.null(),
        anonymizedReason: z.null(),
      }),
    ),
  })
  .meta({ id: 'BoxOutboundTaken', description: 'CONFIRMED.' });

/** Recipients to look at. */
export const validationBody = z
  .looseObject({ endUserRecipients: endUserRecipients.meta({ description: 'CONFIRMED.' }) })
  .meta({ id: 'BoxRecipients' });

/** Recipients who can be written to. */
export const validationAnswer = z
  .strictObject({ status: z.literal('valid') })
  .meta({ id: 'BoxRecipientsValid' });

/** An agent's typing. */
export const senderActionBody = z
  .looseObject({
    senderAction: z.looseObject({ action: z.enum(['isTypingOn', 'isTypingOff']) }),
    authorUser: person,
  })
  .meta({ id: 'BoxSenderAction' });
