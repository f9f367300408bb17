/**
 * What is read of CXone's answers, and no more: a field that is not used may be missing, and one
 * that is not known may be there.
 */
import { z } from 'zod';
import { contactStatuses } from '../domain/policy.js';

/** DFO writes ids as numbers or as text, depending on the endpoint. */
const id = z.union([z.string().min(1), z.number()], { error: 'expected an id' }).transform(String);

/** A Contact (cxone.md 2.6, OAS-TS): every field is optional there. */
const contactSchema = z.looseObject({ id: id.nullish(), status: z.string().nullish() });

const httpAddress = z.url({ protocol: /^https?$/, error: 'expected an http(s) address' });

/** A file of a message (cxone.md 5.3, AGENT-SDK); what cannot be read is passed over. */
const attachmentSchema = z.looseObject({
  friendlyName: z.string().nullish().catch(undefined),
  fileName: z.string().nullish().catch(undefined),
  url: httpAddress.nullish().catch(undefined),
});

/** A MessageDetail (cxone.md 2.6, OAS-TS). */
const messageSchema = z.looseObject({
  idOnExternalPlatform: id.nullish(),
  contactNumber: id.nullish(),
  threadIdOnExternalPlatform: id.nullish(),
  channel: z.looseObject({ id: id.nullish() }).nullish(),
  attachments: z.array(attachmentSchema).nullish().catch(undefined),
});

/** A message as an answer shows it. */
export type AnsweredMessage = z.infer<typeof messageSchema>;

/**
 * The answer to "Create message in DFO" (cxone.md 2.1, OAS-TS). Both members are optional there; an
 * answer with neither is none.
 */
export const createdSchema = z
  .looseObject({ consumerContact: contactSchema.nullish(), message: messageSchema.nullish() })
  .refine(({ consumerContact, message }) => Boolean(consumerContact ?? message), {
    error: 'expected consumerContact or message',
  });

/** The answer to a read of one contact (cxone.md 2.6, OAS-TS): without a status it says nothing. */
export const readContactSchema = z.looseObject({
  id: id.nullish(),
  status: z.enum(contactStatuses, { error: 'expected one of the seven statuses' }),
  statusUpdatedAt: z.string().nullish(),
});

/** The answer to a search for messages (cxone.md 2.5, OAS-TS). */
export const foundSchema = z.looseObject({
  hits: z.number().nullish(),
  data: z.array(messageSchema, { error: 'expected a list of messages' }),
});

/** A thread as a search shows it (cxone.md 2.4, OAS-TS). */
const threadSchema = z.looseObject({
  idOnExternalPlatform: id.nullish(),
  channelId: id.nullish(),
  canAddMoreMessages: z.boolean().nullish().catch(undefined),
});

/** A thread as an answer shows it. */
export type FoundThread = z.infer<typeof threadSchema>;

/** The answer to a search for threads (cxone.md 2.4, OAS-TS); `data` may be missing there. */
export const foundThreadsSchema = z.looseObject({
  data: z.array(threadSchema, { error: 'expected a list of threads' }).default([]),
  _links: z.looseObject({ next: z.unknown().optional() }).nullish(),
});

/**
 * The answer to a list of contacts (cxone.md 2.6, OAS-TS). An entry without an id is of no use, and
 * the rest is no worse for it; a token of a shape that is not known ends the list.
 */
export const contactsSchema = z.looseObject({
  data: z.array(
    z.looseObject({ id: id.nullish(), status: z.string().nullish().catch(null) }).catch({}),
    { error: 'expected a list of contacts' },
  ),
  scrollToken: id.nullish().catch(null),
});

/**
 * The custom fields that there are (cxone.md 2.8, OAS-TS). Where a list's values stand as the object
 * that a write takes, they are read from its keys.
 */
export const customFieldsSchema = z.array(
  z.looseObject({
    ident: z.string({ error: 'expected an ident' }),
    label: z.string().nullish(),
    type: z.string().nullish(),
    values: z
      .union([
        z.array(z.looseObject({ name: z.string() })),
        z.record(z.string(), z.unknown()).transform((byName) => Object.keys(byName).map(toNamed)),
      ])
      .nullish()
      .catch(undefined),
  }),
  { error: 'expected a list of custom fields' },
);

function toNamed(name: string) {
  return { name };
}

/**
 * The answer to the verification of a one-time token (cxone.md 1.8, OAS-TS and BE-SAMPLE). The token
 * travels in cookies, so it has to have an end.
 */
export const verificationSchema = z.looseObject({
  accessToken: z.string({ error: 'expected a token' }).min(1, 'expected a token').max(8_000),
  brand: z.looseObject({ tenantId: id.nullish().catch(undefined) }).nullish(),
});

const flag = z.boolean().nullish().catch(undefined);

/** The channels that there are (cxone.md 2.7, OAS-TS: an array). */
export const channelsSchema = z.array(
  z.looseObject({
    id,
    name: z.string().nullish(),
    channelIntegrationId: id.nullish(),
    isDeleted: flag,
    hasOutboundFlow: flag,
    hasManualOutboundFlow: flag,
    hasAbilityToSendFiles: flag,
  }),
  { error: 'expected a list of channels' },
);

/** A channel as an answer shows it. */
export type AnsweredChannel = z.infer<typeof channelsSchema>[number];

/** The error body of every endpoint (cxone.md 2.0, OAS-TS). */
export const errorBodySchema = z.looseObject({
  errors: z.array(
    z.looseObject({
      field: z.string().nullish().catch(undefined),
      message: z.string().nullish().catch(undefined),
      errorCode: z.string().nullish().catch(undefined),
    }),
  ),
});

/** The answer of the token endpoint (cxone.md 3.1); `expires_in` in seconds. */
export const tokenSchema = z.looseObject({
  access_token: z.string({ error: 'expected a token' }).min(1, 'expected a token'),
  expires_in: z.coerce
    .number({ error: 'expected seconds' })
    .positive('expected seconds')
    .optional(),
});

/** The answer to "Create temporary attachment" (cxone.md 2.8, OAS-TS). */
export const storedAttachmentSchema = z.looseObject({ url: httpAddress });

/** The issuer's openid-configuration (cxone.md 3.3). */
export const openidConfigurationSchema = z.looseObject({ token_endpoint: httpAddress });

const hostPart = z
  .string({ error: 'expected a part of a host name' })
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i, 'expected a part of a host name');

/** The issuer's cxone-configuration, where area and domain name the host (cxone.md 2.0 and 3.3). */
export const areaConfigurationSchema = z.looseObject({ area: hostPart, domain: hostPart });

/** The same of an issuer on plain http, which stands for a whole tenant on one origin. */
export const endpointConfigurationSchema = z.looseObject({ api_endpoint: httpAddress });
