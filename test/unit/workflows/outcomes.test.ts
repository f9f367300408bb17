import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  RetryState,
  ServerFailure,
  TimeoutFailure,
  TimeoutType,
} from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { toFailure } from '../../../activities/failure.js';
import { type EngineErrorCode, errorPolicies, RemoteError } from '../../../src/domain/errors.js';
import type { ContactCentreOutcome } from '../../../src/domain/thread-state.js';
import { toDeliveryOutcome, toOutcome } from '../../../workflows/outcomes.js';

function activityFailure(cause: Error | undefined): ActivityFailure {
  return new ActivityFailure(
    'Activity task failed',
    'postMessage',
    '1',
    RetryState.MAXIMUM_ATTEMPTS_REACHED,
    'worker',
    cause,
  );
}

function failureOf(code: EngineErrorCode, retryAfterMs?: number): ActivityFailure {
  const facts = retryAfterMs === undefined ? {} : { retryAfterMs };
  const failure = toFailure(new RemoteError(code, 'no', facts));
  return activityFailure(failure instanceof Error ? failure : undefined);
}

describe('a failed call', () => {
  test.each<[EngineErrorCode, ContactCentreOutcome['kind']]>([
    ['CONTACT_CENTRE_UNREACHABLE', 'deferred'],
    ['CONTACT_CENTRE_RATE_LIMITED', 'deferred'],
    ['CONTACT_CENTRE_UNAUTHORISED', 'deferred'],
    ['CONTACT_CENTRE_FORBIDDEN', 'deferred'],
    ['CONTACT_CENTRE_UNAVAILABLE', 'inDoubt'],
    ['CONTACT_CENTRE_SILENT', 'inDoubt'],
    ['CONTACT_CENTRE_UNINTELLIGIBLE', 'inDoubt'],
    ['CONTACT_CENTRE_REJECTED', 'rejected'],
  ])('of %s is %s', (code, kind) => {
    expect(toOutcome(failureOf(code))).toEqual(kind === 'inDoubt' ? { kind } : { kind, code });
  });

  test.each(Object.keys(errorPolicies))('of %s is given up only when it is certain', (code) => {
    const failure = activityFailure(ApplicationFailure.nonRetryable('no', code));
    const policy: { certain: boolean; retry: string } | undefined = Object.entries(
      errorPolicies,
    ).find(([known]) => known === code)?.[1];
    const isOver = policy?.certain === true && policy.retry === 'never';
    expect(toOutcome(failure).kind === 'rejected').toBe(isOver);
    expect(toOutcome(failure).kind === 'inDoubt').toBe(policy?.certain === false);
  });

  test('carries how long the contact centre wants to be left alone', () => {
    expect(toOutcome(failureOf('CONTACT_CENTRE_RATE_LIMITED', 7_000))).toEqual({
      kind: 'deferred',
      code: 'CONTACT_CENTRE_RATE_LIMITED',
      retryAfterMs: 7_000,
    });
  });

  test.each([[[]], [[null]], [['7000']], [[{ retryAfterMs: '7000' }]], [[{ retryAfterMs: null }]]])(
    'with the details %j says nothing of how long to wait',
    (details) => {
      const cause = ApplicationFailure.create({ type: 'CONTACT_CENTRE_RATE_LIMITED', details });
      expect(toOutcome(activityFailure(cause))).toEqual({
        kind: 'deferred',
        code: 'CONTACT_CENTRE_RATE_LIMITED',
      });
    },
  );

  test('is read without its wrapping too', () => {
    const cause = ApplicationFailure.nonRetryable('no', 'CONTACT_CENTRE_REJECTED');
    expect(toOutcome(cause)).toEqual({ kind: 'rejected', code: 'CONTACT_CENTRE_REJECTED' });
  });

  test.each<[string, unknown]>([
    ['a time limit', activityFailure(new TimeoutFailure('late', null, TimeoutType.START_TO_CLOSE))],
    ['a worker that died', activityFailure(new TimeoutFailure('x', null, TimeoutType.HEARTBEAT))],
    ['a cancellation', activityFailure(new CancelledFailure('cancelled'))],
    ['a failure of the server', activityFailure(new ServerFailure('gone', false))],
    ['a failure of no known code', activityFailure(ApplicationFailure.nonRetryable('x', 'Error'))],
    [
      'a failure of a name that objects have',
      activityFailure(ApplicationFailure.nonRetryable('x', 'toString')),
    ],
    ['a failure without a cause', activityFailure(undefined)],
    ['a plain error', new TypeError('defect')],
    ['nothing', undefined],
  ])('of which only %s is known leaves the message in doubt', (_name, failure) => {
    expect(toOutcome(failure)).toEqual({ kind: 'inDoubt' });
  });
});

describe('the outcome of a delivery to a platform', () => {
  test('is gone only where the platform said so', () => {
    const cause = ApplicationFailure.nonRetryable('410', 'CHANNEL_GONE');
    expect(toDeliveryOutcome(activityFailure(cause))).toEqual({ kind: 'gone' });
    expect(toDeliveryOutcome(cause)).toEqual({ kind: 'gone' });
  });

  test('says how long the platform asks to be left alone', () => {
    const details = [{ retryAfterMs: 7_000 }];
    const cause = ApplicationFailure.create({ type: 'CHANNEL_UNREACHABLE', details });
    expect(toDeliveryOutcome(activityFailure(cause))).toEqual({
      kind: 'deferred',
      retryAfterMs: 7_000,
    });
  });

  test.each<[string, unknown]>([
    ['a time limit', activityFailure(new TimeoutFailure('late', null, TimeoutType.START_TO_CLOSE))],
    ['a worker that died', activityFailure(new TimeoutFailure('x', null, TimeoutType.HEARTBEAT))],
    ['a cancellation', activityFailure(new CancelledFailure('cancelled'))],
    ['a failure of no known code', activityFailure(ApplicationFailure.nonRetryable('x', 'Error'))],
    ['a failure without a cause', activityFailure(undefined)],
    ['a plain error', new TypeError('defect')],
  ])('after %s is that it is given again', (_name, failure) => {
    expect(toDeliveryOutcome(failure)).toEqual({ kind: 'deferred' });
  });
});
