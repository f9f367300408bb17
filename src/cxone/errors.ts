/** The only place where what CXone answers, or does not answer, becomes an error of the engine. */
import type { z } from 'zod';
import { RemoteError } from '../domain/errors.js';
import type { Clock } from '../ports/clock.js';
import { type HttpAnswer, NoAnswer } from './http.js';
import { errorBodySchema } from './schemas.js';
import { TimeLimitReached } from './time-limit.js';

/** The answer behind an error. Its body may quote a customer, so it is not shown by any logger. */
export class AnswerCause extends Error {
  override readonly name = 'AnswerCause';
  readonly #body: string;

  constructor(answer: HttpAnswer) {
    super(`status ${answer.status}, ${answer.text.length} characters`);
    this.#body = answer.text;
  }

  /** Gives the raw body. A method, because some printers of errors follow getters. */
  readBody(): string {
    return this.#body;
  }
}

/** Turns an answer that is not a success into an error. */
export function toAnswerError(answer: HttpAnswer, operation: string, clock: Clock): RemoteError {
  const { status } = answer;
  const retryAfterMs = readRetryAfter(answer.retryAfter, clock());
  const facts = {
    cause: new AnswerCause(answer),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
  const said = `CXone answered ${status} to ${operation}${namesOfErrors(answer)}`;
  if (status === 401) return new RemoteError('CONTACT_CENTRE_UNAUTHORISED', said, facts);
  if (status === 403) return new RemoteError('CONTACT_CENTRE_FORBIDDEN', said, facts);
  if (status === 429) return new RemoteError('CONTACT_CENTRE_RATE_LIMITED', said, facts);
  if (status === 408 || status >= 500) {
    return new RemoteError('CONTACT_CENTRE_UNAVAILABLE', said, facts);
  }
  if (status >= 400) return new RemoteError('CONTACT_CENTRE_REJECTED', said, facts);
  const expected = `${said}: expected a 2xx or an error`;
  return new RemoteError('CONTACT_CENTRE_UNINTELLIGIBLE', expected, facts);
}

/** Turns the lack of an answer into an error; whatever is none passes as it is. */
export function toSilenceError(failure: unknown, operation: string): unknown {
  if (failure instanceof TimeLimitReached) {
    // The time went by before there was anything to send.
    return new RemoteError('CONTACT_CENTRE_UNREACHABLE', `No time was left for ${operation}`, {
      cause: failure,
    });
  }
  if (!(failure instanceof NoAnswer)) return failure;
  return failure.isSent
    ? new RemoteError(
        'CONTACT_CENTRE_SILENT',
        `CXone did not answer ${operation} (${failure.message}); it may have been done`,
        { cause: failure },
      )
    : new RemoteError(
        'CONTACT_CENTRE_UNREACHABLE',
        `CXone was not reached for ${operation} (${failure.message})`,
        { cause: failure },
      );
}

/**
 * Turns what went wrong with discovery or a token into an error. All of them are certain: without a
 * token the call itself was never made, so none may carry a code that leaves that open.
 */
export function toSignInError(failure: unknown, step: string, clock: Clock): unknown {
  if (failure instanceof NoAnswer || failure instanceof TimeLimitReached) {
    return new RemoteError('CONTACT_CENTRE_UNREACHABLE', `${step} failed (${failure.message})`, {
      cause: failure,
    });
  }
  if (!(failure instanceof SignInRefused)) return failure;
  const { answer, expected } = failure;
  const error = toAnswerError(answer, step, clock);
  const { retryAfterMs, cause } = error;
  const facts = { cause, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  if (error.code === 'CONTACT_CENTRE_RATE_LIMITED') return error;
  if (error.code === 'CONTACT_CENTRE_UNAVAILABLE') {
    return new RemoteError('CONTACT_CENTRE_UNREACHABLE', error.message, facts);
  }
  const message = expected === undefined ? error.message : `${step} failed: ${expected}`;
  return new RemoteError('CONTACT_CENTRE_UNAUTHORISED', message, facts);
}

/** An answer to discovery or to the request for a token that is of no use. */
export class SignInRefused extends Error {
  override readonly name = 'SignInRefused';
  readonly answer: HttpAnswer;
  /** What a success should have held; absent where it was none. */
  readonly expected: string | undefined;

  constructor(answer: HttpAnswer, expected?: string) {
    super(`status ${answer.status}`);
    this.answer = answer;
    this.expected = expected;
  }
}

/** Says what is wrong with the body of a success, by its path; undefined with the value if nothing. */
export function parseBody<Value>(
  schema: z.ZodType<Value>,
  text: string,
): { readonly value: Value } | { readonly expected: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { expected: 'expected JSON' };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { value: parsed.data };
  const expected = parsed.error.issues.map(
    ({ path, message }) => `${path.map(String).join('.') || 'body'}: ${message}`,
  );
  return { expected: expected.join('; ') };
}

/** Reads the body of a success, or throws the error that names what was expected where. */
export function readAnswer<Value>(
  schema: z.ZodType<Value>,
  answer: HttpAnswer,
  operation: string,
): Value {
  const read = parseBody(schema, answer.text);
  if ('value' in read) return read.value;
  throw unintelligible(answer, operation, read.expected);
}

/** Makes the error of a success that says something else than what was asked. */
export function unintelligible(
  answer: HttpAnswer,
  operation: string,
  expected: string,
): RemoteError {
  return new RemoteError(
    'CONTACT_CENTRE_UNINTELLIGIBLE',
    `CXone's answer to ${operation} cannot be read: ${expected}`,
    { cause: new AnswerCause(answer) },
  );
}

/**
 * Says whether an answer to a post means that the message is there already.
 *
 * INFERRED (cxone.md 2.1): a conflict can be about nothing else; a 422 says so in its body, by a
 * code of its own or only in words.
 */
export function isDuplicate({ status, text }: HttpAnswer): boolean {
  if (status === 409) return true;
  if (status !== 422) return false;
  const read = parseBody(errorBodySchema, text);
  if (!('value' in read)) return false;
  return read.value.errors.some(({ errorCode, message }) =>
    /already.?exist|duplicate/i.test(`${errorCode ?? ''} ${message ?? ''}`),
  );
}

/** Names the fields and codes of an error body; its messages may quote a customer. */
function namesOfErrors({ text }: HttpAnswer): string {
  const read = parseBody(errorBodySchema, text);
  if (!('value' in read)) return '';
  const names = read.value.errors
    .flatMap(({ field, errorCode }) => [field, errorCode])
    .filter((name): name is string => typeof name === 'string' && /^[\w.[\]-]{1,64}$/.test(name));
  return names.length === 0 ? '' : ` (${names.slice(0, 8).join(', ')})`;
}

/** A wait beyond this is taken for this: no date and no timer reaches as far as digits may. */
const longestRetryAfterMs = 24 * 60 * 60 * 1_000;

/** Reads Retry-After, in seconds or as a date (RFC 9110 10.2.3), in milliseconds from now. */
function readRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const isSeconds = /^\d+(\.\d+)?$/.test(value);
  const waitMs = isSeconds ? Math.ceil(Number(value) * 1_000) : Date.parse(value) - nowMs;
  return Number.isNaN(waitMs) ? undefined : Math.min(longestRetryAfterMs, Math.max(0, waitMs));
}
