/** @module The only place where an error of the engine becomes a failure of an activity. */
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { EngineError } from '../src/domain/errors.js';

/**
 * Turns an error into a failure whose type is the error's code, with `{ retryAfterMs? }` as its
 * details. Anything that is not an `EngineError` passes unchanged: it is a defect.
 */
export function toFailure(error: unknown): unknown {
  if (!(error instanceof EngineError)) return error;
  const { code, message, policy, retryAfterMs } = error;
  return ApplicationFailure.create({
    message,
    type: code,
    nonRetryable: true,
    details: [retryAfterMs === undefined ? {} : { retryAfterMs }],
    ...(policy.expected ? { category: ApplicationFailureCategory.BENIGN } : {}),
  });
}
