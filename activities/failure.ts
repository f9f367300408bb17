/** @module The only place where an error of the engine becomes a failure of an activity. */
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { EngineError } from '../src/domain/errors.js';

/**
 * Turns an error into a failure whose type is the error's code, with `{ retryAfterMs? }` as its
 * details. Anything that is not an `EngineError` passes unchanged: it is a defect.
 */
export function toFailure(error: unknown): unknown {
  return toFailureWith(error, { isForOneAttempt: true });
}

/**
 * The same for an activity that is safe to repeat: what its code's policy allows to repeat is tried
 * again by the retry policy of whoever called it.
 */
export function toRepeatableFailure(error: unknown): unknown {
  return toFailureWith(error, { isForOneAttempt: false });
}

function toFailureWith(
  error: unknown,
  { isForOneAttempt }: { readonly isForOneAttempt: boolean },
): unknown {
  if (!(error instanceof EngineError)) return error;
  const { code, message, policy, retryAfterMs } = error;
  return ApplicationFailure.create({
    message,
    type: code,
    nonRetryable: isForOneAttempt || policy.retry === 'never',
    ...(retryAfterMs === undefined || isForOneAttempt ? {} : { nextRetryDelay: retryAfterMs }),
    details: [retryAfterMs === undefined ? {} : { retryAfterMs }],
    ...(policy.expected ? { category: ApplicationFailureCategory.BENIGN } : {}),
  });
}
