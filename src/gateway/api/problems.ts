/** @module Problem documents as they are described: one form, and what each code adds to it. */
import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { type EngineErrorCode, errorPolicies } from '../../domain/errors.js';
import { enderSchema, exampleMoment, momentSchema } from './values.js';

/** Codes that no caller is ever answered, and where they are met instead. */
const innerCodes = {
  CHANNEL_UNREACHABLE: 'between a thread and its customer',
  CHANNEL_GONE: 'between a thread and its customer',
  CONFIG_INVALID: 'when a process starts',
  STATE_IMPOSSIBLE: 'nowhere, unless the code is wrong',
} as const satisfies Partial<Record<EngineErrorCode, string>>;

/** A code that a caller may be answered. */
export type AnsweredCode = Exclude<EngineErrorCode, keyof typeof innerCodes>;

interface ProblemDescription {
  readonly meaning: string;
  readonly members?: Readonly<Record<string, z.ZodType>>;
  /** Those members, as they may look. */
  readonly example?: Readonly<Record<string, unknown>>;
}

const lookedAt = z
  .array(z.string())
  .meta({ description: 'The places of the call at which a thread was looked for, best first.' });

/** What each code means to a caller, and the members that its document may have besides. */
export const problemDescriptions: Readonly<Record<AnsweredCode, ProblemDescription>> = {
  BODY_INVALID: {
    meaning: 'The request is not well formed; `detail` says what is wrong and where.',
    members: {
      displayErrorMessage: z
        .string()
        .optional()
        .meta({ description: 'Of outbound calls and validation: what the agent is shown.' }),
      errorCode: z.literal('outboundValidationFailed').optional(),
      errors: z
        .array(z.strictObject({ path: z.array(z.string()), message: z.string() }))
        .optional(),
      lookedAt: lookedAt.optional(),
    },
  },
  TOKEN_INVALID: { meaning: 'There is no token, or it is forged, or it has run out.' },
  EVENT_SIGNATURE_INVALID: { meaning: 'The signature does not fit, or is out of date.' },
  ORIGIN_FORBIDDEN: { meaning: 'The channel does not list the origin of this page.' },
  THREAD_FORBIDDEN: { meaning: 'The token is good, and for another thread.' },
  CUSTOMER_BLOCKED: {
    meaning: 'An agent has ended this customer’s thread, and no other begins yet.',
    members: { until: momentSchema },
    example: { until: exampleMoment },
  },
  ADMIN_SIGN_IN_NEEDED: { meaning: 'There is no session; the contact centre’s link begins one.' },
  ADMIN_SIGN_IN_REFUSED: { meaning: 'The contact centre does not vouch for this link.' },
  API_HOST_FORBIDDEN: { meaning: 'The link names a host that is not the contact centre’s.' },
  FORM_FORBIDDEN: { meaning: 'No page of this session has shown this form.' },
  NOT_FOUND: { meaning: 'There is nothing at this path, or nothing any more.' },
  METHOD_NOT_ALLOWED: {
    meaning: 'The path does not take this method; `Allow` names those it does.',
  },
  CHANNEL_UNKNOWN: { meaning: 'There is no such channel.' },
  THREAD_UNKNOWN: {
    meaning: 'No thread was found for this call.',
    members: { lookedAt },
    example: { lookedAt: ['thread.idOnExternalPlatform', 'path {postId}'] },
  },
  THREAD_CLOSED: {
    meaning: 'The thread is closed, and stays so.',
    members: {
      closedBy: enderSchema.optional(),
      closedAt: momentSchema.optional(),
      threadId: z.string().optional(),
      lookedAt: lookedAt.optional(),
    },
    example: { closedBy: 'agent', closedAt: exampleMoment },
  },
  BODY_TOO_LARGE: {
    meaning: 'The body is larger than is taken here.',
    members: { limitBytes: z.int().min(0).optional() },
    example: { limitBytes: 65_536 },
  },
  ATTACHMENT_TYPE_REFUSED: {
    meaning: 'Files of this kind are not taken, or it is not of the kind that it says.',
  },
  ATTACHMENT_REFUSED: { meaning: 'The contact centre does not take this file.' },
  ATTACHMENT_FORBIDDEN: { meaning: 'The file’s address is none that may be fetched from.' },
  ATTACHMENT_GONE: { meaning: 'The file is no longer there.' },
  THREAD_BUSY: { meaning: 'Too many messages wait in this thread.' },
  RATE_LIMITED: { meaning: 'Too much is asked at once, by this caller or by all of them.' },
  UNAVAILABLE: { meaning: 'This cannot be done now; it was not done.' },
  CONTACT_CENTRE_UNREACHABLE: { meaning: 'The contact centre cannot be reached.' },
  CONTACT_CENTRE_UNAVAILABLE: {
    meaning: 'The contact centre answered that it could not; perhaps it did.',
  },
  CONTACT_CENTRE_SILENT: { meaning: 'The contact centre did not answer; perhaps it did it.' },
  CONTACT_CENTRE_RATE_LIMITED: { meaning: 'The contact centre wants fewer calls.' },
  CONTACT_CENTRE_UNAUTHORISED: { meaning: 'The contact centre does not know who is asking.' },
  CONTACT_CENTRE_FORBIDDEN: { meaning: 'The contact centre does not let this be done.' },
  CONTACT_CENTRE_REJECTED: { meaning: 'The contact centre will never do this.' },
  CONTACT_CENTRE_UNINTELLIGIBLE: {
    meaning: 'The contact centre answered something that is not understood.',
  },
  ATTACHMENT_UNREACHABLE: { meaning: 'The file’s server does not give the file now.' },
  ATTACHMENT_TOO_LARGE: { meaning: 'The file is larger than is passed on.' },
  INTERNAL: { meaning: 'Something unexpected happened.' },
};

/** Every code that a caller may be answered. */
export const answeredCodes: readonly AnsweredCode[] = Object.keys(errorPolicies).filter(
  (code): code is AnsweredCode => !Object.hasOwn(innerCodes, code),
);

const commonMembers = {
  type: z.literal('about:blank'),
  title: z.string(),
  detail: z.string(),
  requestId: z.string().meta({ description: 'By this id the request is found in the logs.' }),
};

/** The form that all problem documents have. */
export const problemSchema = z
  .looseObject({
    ...commonMembers,
    status: z.int().min(400).max(599),
    code: z.enum(answeredCodes).meta({ description: 'Stable: programs branch on it.' }),
  })
  .meta({ id: 'Problem', description: 'An error, as RFC 9457 writes them.' });

/** Gives the exact form of one code's documents. */
export function problemSchemaOf(code: AnsweredCode): z.ZodType {
  return z.strictObject({
    ...commonMembers,
    status: z.literal(errorPolicies[code].httpStatus),
    code: z.literal(code),
    ...problemDescriptions[code].members,
  });
}

/** Gives a document of a code, as it may look. */
export function problemExampleOf(code: AnsweredCode): Readonly<Record<string, unknown>> {
  const status = errorPolicies[code].httpStatus;
  const { meaning, example = {} } = problemDescriptions[code];
  return {
    ...example,
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code,
    detail: meaning,
    requestId: '0b7c7a0e-0c56-4f0c-9a57-3f5e2d8f1c11',
  };
}
