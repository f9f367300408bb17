import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { toFailure, toRepeatableFailure } from '../../../activities/failure.js';
import {
  DefectError,
  type EngineErrorCode,
  errorPolicies,
  isEngineErrorCode,
  RemoteError,
} from '../../../src/domain/errors.js';

const codes = Object.keys(errorPolicies).filter(isEngineErrorCode);

function failureOf(error: unknown): ApplicationFailure {
  const failure = toFailure(error);
  if (!(failure instanceof ApplicationFailure)) throw new Error('it is no failure of an activity');
  return failure;
}

describe('an error of the engine', () => {
  test.each(codes)('with the code %s becomes a failure of that type, for one attempt', (code) => {
    const failure = failureOf(new RemoteError(code, 'why'));
    expect(failure.type).toBe(code);
    expect(failure.message).toBe('why');
    expect(failure.nonRetryable).toBe(true);
    expect(failure.details).toEqual([{}]);
    expect(failure.category === ApplicationFailureCategory.BENIGN).toBe(
      errorPolicies[code].expected,
    );
  });

  test('brings along how long to wait', () => {
    const code: EngineErrorCode = 'CONTACT_CENTRE_RATE_LIMITED';
    const failure = failureOf(new RemoteError(code, 'too many', { retryAfterMs: 1_500 }));
    expect(failure.details).toEqual([{ retryAfterMs: 1_500 }]);
  });

  test('leaves its other facts and its cause behind', () => {
    const cause = new Error('with a secret');
    const failure = failureOf(
      new DefectError('INTERNAL', 'why', { cause, details: { field: 'name' } }),
    );
    expect(failure.details).toEqual([{}]);
    expect(failure.cause).toBeUndefined();
  });
});

describe('where a call is safe to repeat', () => {
  test.each(codes)('the table says whether it is repeated, for the code %s', (code) => {
    expect(toRepeatableFailure(new RemoteError(code, 'why'))).toMatchObject({
      type: code,
      nonRetryable: errorPolicies[code].retry === 'never',
    });
  });

  test('it is repeated after the time that was said', () => {
    const error = new RemoteError('UNAVAILABLE', 'no answer', { retryAfterMs: 1_500 });
    expect(toRepeatableFailure(error)).toMatchObject({ nextRetryDelay: 1_500 });
    expect(failureOf(error).nextRetryDelay).toBeUndefined();
  });
});

test.each([new TypeError('a defect'), 'a string', undefined])(
  'anything else passes as it is: %s',
  (error) => {
    expect(toFailure(error)).toBe(error);
  },
);
