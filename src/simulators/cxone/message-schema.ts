import { z } from 'zod';

const instant = z
  .string()
  .regex(
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}(Z|[+-]\d{2}:?\d{2})$/,
    'This value must be an ISO 8601 instant with milliseconds.',
  );
const externalId = z.string().min(1, 'This value should not be blank.');

const recipient = z.strictObject({
  idOnExternalPlatform: externalId,
  name: z.string().optional(),
  isPrimary: z.boolean().optional(),
  isPrivate: z.boolean().optional(),
  anonymizedAt: z.string().nullish(),
  anonymizedReason: z.string().nullish(),
});

const customField = z.strictObject({
  ident: z.string().min(1),
  value: z.string(),
  updatedAt: z.string().optional(),
});

const identitySchema = z.strictObject({
  idOnExternalPlatform: externalId,
  firstName: z.string().optional(),
  lastName: z.string().optional(),
  nickname: z.string().optional(),
  image: z.string().optional(),
  customFields: z.array(customField).optional(),
});

const contentSchema = z
  .strictObject({
    type: z.enum(['TEXT', 'PLUGIN', 'QUICK_REPLIES', 'LIST_PICKER', 'RICH_LINK', 'ADAPTIVE_CARD']),
    payload: z.record(z.string(), z.unknown()),
    fallbackText: z.string().optional(),
    postback: z.string().optional(),
  })
  .superRefine((content, context) => {
    const { text } = content.payload;
    if (content.type === 'TEXT' && text !== undefined && typeof text !== 'string') {
      context.addIssue({ code: 'custom', path: ['payload', 'text'], message: 'expected string' });
    }
  });

/** Is the body of "Create message in DFO" (cxone.md 2.1); a field that it does not know is refused. */
export const newMessageSchema = z.strictObject({
  idOnExternalPlatform: externalId,
  direction: z.enum(['inbound', 'outbound']),
  createdAtWithMilliseconds: instant,
  thread: z.strictObject({
    idOnExternalPlatform: externalId,
    threadName: z.string().optional(),
  }),
  messageContent: contentSchema,
  authorEndUserIdentity: identitySchema,
  deletedOnExternalPlatform: z.boolean().optional(),
  url: z.string().optional(),
  tagIds: z.array(z.number()).optional(),
  reactionStatistics: z
    .strictObject({
      likes: z.number().optional(),
      shares: z.number().optional(),
      isLikedByChannel: z.boolean().optional(),
      isSharedByChannel: z.boolean().optional(),
    })
    .optional(),
  replyToMessage: z.strictObject({ idOnExternalPlatform: z.string().optional() }).optional(),
  isReplyToSpecificMessage: z.boolean().optional(),
  title: z.string().optional(),
  browserFingerprint: z.record(z.string(), z.unknown()).optional(),
  contact: z
    .strictObject({
      customFields: z.array(customField).optional(),
      elevation: z.record(z.string(), z.unknown()).optional(),
      status: z.enum(['escalated', 'pending', 'resolved']).optional(),
      direction: z.enum(['inbound', 'outbound']).optional(),
      statusUpdatedAt: z.string().optional(),
      skillId: z.number().optional(),
    })
    .optional(),
  attachments: z.array(z.strictObject({ friendlyName: z.string(), url: z.url() })).optional(),
  recipients: z.array(recipient).optional(),
  authorRecipients: z.array(recipient).optional(),
  externalAttributes: z.array(z.strictObject({ key: z.string(), value: z.string() })).optional(),
});

/** Is the body of a message's receipt (cxone.md 2.5). */
export const receiptSchema = z.strictObject({
  status: z.enum(['delivered', 'seen', 'failed']),
  updatedAt: z.string().refine((value) => !Number.isNaN(Date.parse(value)), 'expected an instant'),
  reason: z.string().optional(),
});
