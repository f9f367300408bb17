/** @module What the end of an activity means for the thread. Failures are read by type, not class. */
import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import { type EngineErrorCode, errorPolicies, isEngineErrorCode } from '../src/domain/errors.js';
import type { ContactCentreOutcome, DeliveryOutcome } from '../src/domain/thread-state.js';

/**
 * Reads an activity's failure. A time limit, a worker that died and a failure of no known code all
 * leave it open whether the call was made.
 */
export function toOutcome(failure: unknown): ContactCentreOutcome {
  const cause = failure instanceof ActivityFailure ? failure.cause : failure;
  const code = cause instanceof ApplicationFailure ? cause.type : undefined;
  if (!(cause instanceof ApplicationFailure) || !isEngineErrorCode(code))
    return { kind: 'inDoubt' };
  const policy = errorPolicies[code];
  if (!policy.certain) return { kind: 'inDoubt' };
  if (policy.retry === 'never') return { kind: 'rejected', code };
  const retryAfterMs = retryAfterOf(cause.details?.[0]);
  return { kind: 'deferred', code, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** Reads the failure of a delivery: all but a clear no is tried again, whatever it was. */
export function toDeliveryOutcome(failure: unknown): DeliveryOutcome {
  const cause = failure instanceof ActivityFailure ? failure.cause : failure;
  if (!(cause instanceof ApplicationFailure)) return { kind: 'deferred' };
  if (cause.type === ('CHANNEL_GONE' satisfies EngineErrorCode)) return { kind: 'gone' };
  const retryAfterMs = retryAfterOf(cause.details?.[0]);
  return { kind: 'deferred', ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

function retryAfterOf(facts: unknown): number | undefined {
  if (typeof facts !== 'object' || facts === null || !('retryAfterMs' in facts)) return undefined;
  return typeof facts.retryAfterMs === 'number' ? facts.retryAfterMs : undefined;
}
