import { describe, expect, test } from 'vitest';
import {
  DefectError,
  EngineError,
  type EngineErrorCode,
  errorPolicies,
  isEngineErrorCode,
  RemoteError,
  RequestError,
} from '../../../src/domain/errors.js';

const codes = Object.keys(errorPolicies).filter(isEngineErrorCode);
const callerCodes = codes.filter((code) => errorPolicies[code].httpStatus < 500);

describe.each(codes)('%s', (code) => {
  const policy = errorPolicies[code];

  test('has a status that says whose fault it is', () => {
    expect(policy.httpStatus).toBeGreaterThanOrEqual(400);
    expect(policy.httpStatus).toBeLessThan(600);
    expect(Number.isInteger(policy.httpStatus)).toBe(true);
  });

  test('is given up only when it is certain that nothing was done', () => {
    expect(policy.certain || policy.retry !== 'never').toBe(true);
  });

  test('says when to come back exactly where its status promises that', () => {
    const promises = policy.httpStatus === 429 || policy.httpStatus === 503;
    const isRemote = policy.httpStatus === 502;
    expect(promises || isRemote || policy.retry !== 'after').toBe(true);
    expect(!promises || policy.retry === 'after').toBe(true);
  });
});

test.each(callerCodes)("%s is the caller's: certain, expected and not retried as it is", (code) => {
  const { certain, expected, retry, httpStatus } = errorPolicies[code];
  expect({ certain, expected }).toEqual({ certain: true, expected: true });
  expect(retry).toBe(httpStatus === 429 ? 'after' : 'never');
});

test.each<[EngineErrorCode, 'rejected' | 'inDoubt' | 'deferred']>([
  ['CONTACT_CENTRE_UNREACHABLE', 'deferred'],
  ['CONTACT_CENTRE_UNAVAILABLE', 'inDoubt'],
  ['CONTACT_CENTRE_SILENT', 'inDoubt'],
  ['CONTACT_CENTRE_RATE_LIMITED', 'deferred'],
  ['CONTACT_CENTRE_UNAUTHORISED', 'deferred'],
  ['CONTACT_CENTRE_FORBIDDEN', 'deferred'],
  ['CONTACT_CENTRE_REJECTED', 'rejected'],
  ['CONTACT_CENTRE_UNINTELLIGIBLE', 'inDoubt'],
])('after %s a message is %s', (code, meaning) => {
  const { certain, retry } = errorPolicies[code];
  const said = certain ? (retry === 'never' ? 'rejected' : 'deferred') : 'inDoubt';
  expect(said).toBe(meaning);
});

test.each(['CONFIG_INVALID', 'STATE_IMPOSSIBLE', 'INTERNAL'] as const)(
  '%s is a defect: loud and not retried',
  (code) => {
    expect(errorPolicies[code]).toEqual({
      httpStatus: 500,
      retry: 'never',
      certain: true,
      expected: false,
    });
  },
);

test.each([RequestError, RemoteError, DefectError])(
  '%o carries its code, facts and cause',
  (Kind) => {
    const cause = new Error('socket');
    const error = new Kind('THREAD_CLOSED', 'Thread t-1 is closed', {
      retryAfterMs: 5,
      details: { closedBy: 'agent' },
      cause,
    });
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({
      name: Kind.name,
      message: 'Thread t-1 is closed',
      code: 'THREAD_CLOSED',
      retryAfterMs: 5,
      details: { closedBy: 'agent' },
      cause,
      policy: errorPolicies.THREAD_CLOSED,
    });
  },
);

test('an error without facts has none', () => {
  const error = new RemoteError('CONTACT_CENTRE_SILENT', 'reset');
  expect(error).toMatchObject({ retryAfterMs: undefined, details: {} });
  expect('cause' in error).toBe(false);
});

test.each([undefined, null, 7, '', 'toString', '__proto__', 'constructor', 'thread_closed'])(
  '%o is no code',
  (raw) => {
    expect(isEngineErrorCode(raw)).toBe(false);
  },
);
