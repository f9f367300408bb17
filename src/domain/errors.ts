/**
 * @module Every failure that Isthmus knows, by code, and what each code means for whoever meets it.
 *
 * The table is total: a code without a policy does not compile. Nothing branches on a message.
 */

/** What to do about a failure, wherever it is met. */
export interface ErrorPolicy {
  /** The HTTP status that the gateway answers. */
  readonly httpStatus: number;
  /** Whether the same call may be made again: not at all, with back-off, or after a said time. */
  readonly retry: 'never' | 'backoff' | 'after';
  /** Whether it is known that the other side did not take the message. */
  readonly certain: boolean;
  /** Whether it belongs to normal operation, and is logged quietly. */
  readonly expected: boolean;
}

const caller = (httpStatus: number): ErrorPolicy => ({
  httpStatus,
  retry: 'never',
  certain: true,
  expected: true,
});
const busy = (httpStatus: number): ErrorPolicy => ({
  httpStatus,
  retry: 'after',
  certain: true,
  expected: true,
});
const remote = (policy: Partial<ErrorPolicy>): ErrorPolicy => ({
  httpStatus: 502,
  retry: 'backoff',
  certain: true,
  expected: false,
  ...policy,
});
const defect: ErrorPolicy = { httpStatus: 500, retry: 'never', certain: true, expected: false };

/** The policy of each code. */
export const errorPolicies = {
  BODY_INVALID: caller(400),
  TOKEN_INVALID: caller(401),
  EVENT_SIGNATURE_INVALID: caller(401),
  ORIGIN_FORBIDDEN: caller(403),
  THREAD_FORBIDDEN: caller(403),
  CUSTOMER_BLOCKED: caller(403),
  /** An admin page without a link from the contact centre and without a session. */
  ADMIN_SIGN_IN_NEEDED: caller(403),
  /** The contact centre does not vouch for the link of an admin page. */
  ADMIN_SIGN_IN_REFUSED: caller(403),
  /** A link of an admin page names a host that is not the contact centre's. */
  API_HOST_FORBIDDEN: caller(403),
  /** A form that no page of this session has shown. */
  FORM_FORBIDDEN: caller(403),
  NOT_FOUND: caller(404),
  METHOD_NOT_ALLOWED: caller(405),
  CHANNEL_UNKNOWN: caller(404),
  THREAD_UNKNOWN: caller(404),
  THREAD_CLOSED: caller(409),
  BODY_TOO_LARGE: caller(413),
  /** A file of a kind that is not taken, or that is not of the kind that it says. */
  ATTACHMENT_TYPE_REFUSED: caller(415),
  /** A file that the contact centre will not have. */
  ATTACHMENT_REFUSED: caller(422),
  /** A file whose address is none that may be fetched from. */
  ATTACHMENT_FORBIDDEN: caller(403),
  /** A file that is no longer where it was. */
  ATTACHMENT_GONE: caller(410),
  THREAD_BUSY: busy(429),
  RATE_LIMITED: busy(429),
  UNAVAILABLE: { ...busy(503), expected: false },

  /** No connection was made, so nothing was sent. */
  CONTACT_CENTRE_UNREACHABLE: remote({ expected: true }),
  /** 5xx, 408: it answered that it could not, perhaps after doing it. */
  CONTACT_CENTRE_UNAVAILABLE: remote({ certain: false, expected: true }),
  /** Reset or time limit after sending: it may have been done. */
  CONTACT_CENTRE_SILENT: remote({ certain: false, expected: true }),
  /** 429; `retryAfterMs` where it said one. */
  CONTACT_CENTRE_RATE_LIMITED: remote({ retry: 'after', expected: true }),
  /** 401 with a token that had just been renewed, or the token endpoint refused. */
  CONTACT_CENTRE_UNAUTHORISED: remote({}),
  /** 403. */
  CONTACT_CENTRE_FORBIDDEN: remote({}),
  /** 400, 404, 413, 422: this message will never be taken. */
  CONTACT_CENTRE_REJECTED: remote({ retry: 'never' }),
  /** An answer of a shape that is not known; it was perhaps done. */
  CONTACT_CENTRE_UNINTELLIGIBLE: remote({ certain: false }),

  /** A file's server did not answer, or not with the file. */
  ATTACHMENT_UNREACHABLE: remote({ expected: true }),
  /** A file of the contact centre's is larger than is passed on. */
  ATTACHMENT_TOO_LARGE: remote({ retry: 'never', expected: true }),

  /** The customer's side did not take an event; tried again. */
  CHANNEL_UNREACHABLE: remote({ certain: false, expected: true }),
  /** The customer's side said that it will never take one (410). */
  CHANNEL_GONE: remote({ retry: 'never', expected: true }),

  CONFIG_INVALID: defect,
  STATE_IMPOSSIBLE: defect,
  INTERNAL: defect,
} as const satisfies Record<string, ErrorPolicy>;

/** The code of a failure: stable, part of the contract. */
export type EngineErrorCode = keyof typeof errorPolicies;

/** A member of a problem document: plain JSON. */
export type ProblemMember =
  | string
  | number
  | readonly ProblemMember[]
  | { readonly [name: string]: ProblemMember };

/** Facts that travel with an error. Ids and moments only: no customer's text, no secret. */
export interface EngineErrorFacts {
  /** How long to wait before trying again, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Members for the problem document, such as `closedBy`. */
  readonly details?: Readonly<Record<string, ProblemMember>>;
  readonly cause?: unknown;
}

/** A failure with a code. */
export abstract class EngineError extends Error {
  readonly code: EngineErrorCode;
  readonly retryAfterMs: number | undefined;
  readonly details: Readonly<Record<string, ProblemMember>>;

  constructor(code: EngineErrorCode, message: string, facts: EngineErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = new.target.name;
    this.code = code;
    this.retryAfterMs = facts.retryAfterMs;
    this.details = facts.details ?? {};
  }

  /** What to do about it. */
  get policy(): ErrorPolicy {
    return errorPolicies[this.code];
  }
}

/** The caller is wrong, or too early; repeating the same call as it is does not help. */
export class RequestError extends EngineError {}
/** The other side answered no, or did not answer. */
export class RemoteError extends EngineError {}
/** Isthmus or its configuration is wrong. */
export class DefectError extends EngineError {}

/** Says whether a string is a code of the table; failure types cross process borders as strings. */
export function isEngineErrorCode(code: unknown): code is EngineErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorPolicies, code);
}
