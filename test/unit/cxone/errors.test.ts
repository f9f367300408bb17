import { describe, expect, it } from 'vitest';
import {
  AnswerCause,
  isDuplicate,
  SignInRefused,
  toAnswerError,
  toSignInError,
  toSilenceError,
} from '../../../src/cxone/errors.js';
import { NoAnswer } from '../../../src/cxone/http.js';
import { TimeLimitReached } from '../../../src/cxone/time-limit.js';
import { RemoteError } from '../../../src/domain/errors.js';

const nowMs = Date.UTC(2026, 2, 1, 10, 0, 0);
const clock = () => nowMs;

const errorOf = (status: number, retryAfter?: string, text = '') =>
  toAnswerError(
    { status, text, ...(retryAfter === undefined ? {} : { retryAfter }) },
    'create message m-7',
    clock,
  );

function codeOf(error: unknown): string {
  return error instanceof RemoteError ? error.code : `no RemoteError: ${String(error)}`;
}

describe('an answer of CXone', () => {
  it.each([
    [302, 'CONTACT_CENTRE_UNINTELLIGIBLE', false],
    [400, 'CONTACT_CENTRE_REJECTED', true],
    [401, 'CONTACT_CENTRE_UNAUTHORISED', true],
    [402, 'CONTACT_CENTRE_REJECTED', true],
    [403, 'CONTACT_CENTRE_FORBIDDEN', true],
    [404, 'CONTACT_CENTRE_REJECTED', true],
    [405, 'CONTACT_CENTRE_REJECTED', true],
    [408, 'CONTACT_CENTRE_UNAVAILABLE', false],
    [409, 'CONTACT_CENTRE_REJECTED', true],
    [413, 'CONTACT_CENTRE_REJECTED', true],
    [415, 'CONTACT_CENTRE_REJECTED', true],
    [422, 'CONTACT_CENTRE_REJECTED', true],
    [429, 'CONTACT_CENTRE_RATE_LIMITED', true],
    [500, 'CONTACT_CENTRE_UNAVAILABLE', false],
    [502, 'CONTACT_CENTRE_UNAVAILABLE', false],
    [503, 'CONTACT_CENTRE_UNAVAILABLE', false],
    [504, 'CONTACT_CENTRE_UNAVAILABLE', false],
  ])('of %d is %s, certain: %s', (status, code, isCertain) => {
    const error = errorOf(status);
    expect(error.code).toBe(code);
    expect(error.policy.certain).toBe(isCertain);
    expect(error.message).toContain(`CXone answered ${status} to create message m-7`);
  });

  it.each([
    ['0', 0],
    ['3', 3_000],
    ['0.25', 250],
    ['Sun, 01 Mar 2026 10:00:05 GMT', 5_000],
    ['Sun, 01 Mar 2026 09:00:00 GMT', 0],
    ['86401', 86_400_000],
    ['100000000000000', 86_400_000],
    ['9'.repeat(400), 86_400_000],
    ['Sun, 01 Mar 9026 10:00:00 GMT', 86_400_000],
    ['soon', undefined],
    ['-1', 0],
    [undefined, undefined],
  ])('with Retry-After %s says %s milliseconds', (retryAfter, expected) => {
    const waits = [429, 503].map((status) => errorOf(status, retryAfter).retryAfterMs);
    // A negative number reads as some date long ago, which is no wait either.
    expect(waits).toEqual([expected, expected]);
  });

  it('keeps its body where no printer finds it', () => {
    const { cause } = errorOf(400, undefined, 'what the customer wrote');
    expect(cause).toBeInstanceOf(AnswerCause);
    expect(cause instanceof AnswerCause && cause.readBody()).toBe('what the customer wrote');
    expect(
      JSON.stringify(cause) + String(cause) + Object.values(Object(cause)).join(),
    ).not.toContain('customer');
  });

  it('names fields and codes of its error body, and nothing that is not a name', () => {
    const body = JSON.stringify({
      errors: [
        { field: 'thread.id', errorCode: 'required', message: 'secret words' },
        { field: 'secret words', errorCode: 7 },
      ],
    });
    expect(errorOf(400, undefined, body).message).toMatch(/\(thread\.id, required\)$/);
    expect(errorOf(400, undefined, '{"errors":"none"}').message).toMatch(/m-7$/);
  });
});

describe('a duplicate', () => {
  const body = (error: object) => JSON.stringify({ errors: [error] });
  it.each([
    [409, '', true],
    [409, body({ message: 'conflict' }), true],
    [422, body({ errorCode: 'alreadyExists' }), true],
    [422, body({ errorCode: 'x', message: 'This message already exists.' }), true],
    [422, body({ message: 'Duplicate id' }), true],
    [422, body({ message: 'The field is required' }), false],
    [422, 'already exists', false],
    [400, body({ message: 'already exists' }), false],
    [201, body({ message: 'already exists' }), false],
  ])('of %d with %s is one: %s', (status, text, expected) => {
    expect(isDuplicate({ status, text })).toBe(expected);
  });
});

describe('silence', () => {
  const cause = new Error('ECONNRESET');
  it.each([
    [new NoAnswer('reset', { isSent: true, cause }), 'CONTACT_CENTRE_SILENT'],
    [new NoAnswer('refused', { isSent: false, cause }), 'CONTACT_CENTRE_UNREACHABLE'],
    [new TimeLimitReached('took long'), 'CONTACT_CENTRE_UNREACHABLE'],
  ])('%s is %s', (failure, code) => {
    expect(codeOf(toSilenceError(failure, 'create message m-7'))).toBe(code);
  });

  it('that is none passes as it is', () => {
    expect(toSilenceError(cause, 'create message m-7')).toBe(cause);
    expect(toSignInError(cause, 'discovery', clock)).toBe(cause);
  });
});

describe('a sign-in that fails', () => {
  const refused = (status: number, expected?: string) =>
    toSignInError(
      new SignInRefused({ status, text: '', retryAfter: '2' }, expected),
      'a token',
      clock,
    );
  it.each([
    [refused(400), 'CONTACT_CENTRE_UNAUTHORISED'],
    [refused(401), 'CONTACT_CENTRE_UNAUTHORISED'],
    [refused(403), 'CONTACT_CENTRE_UNAUTHORISED'],
    [refused(302), 'CONTACT_CENTRE_UNAUTHORISED'],
    [refused(200, 'access_token: expected a token'), 'CONTACT_CENTRE_UNAUTHORISED'],
    [refused(429), 'CONTACT_CENTRE_RATE_LIMITED'],
    [refused(408), 'CONTACT_CENTRE_UNREACHABLE'],
    [refused(503), 'CONTACT_CENTRE_UNREACHABLE'],
    [
      toSignInError(new NoAnswer('reset', { isSent: true, cause: 1 }), 'a token', clock),
      'CONTACT_CENTRE_UNREACHABLE',
    ],
  ])('%s is %s, which is certain', (error, code) => {
    expect(codeOf(error)).toBe(code);
    expect(error instanceof RemoteError && error.policy.certain).toBe(true);
  });

  it('says what a usable answer should have held', () => {
    expect(refused(200, 'access_token: expected a token')).toMatchObject({
      message: 'a token failed: access_token: expected a token',
      retryAfterMs: 2_000,
    });
  });
});
