/**
 * @module Takes a changed policy of the channel into a thread that is open: at its next event, by what
 * the gateway's signals say of it, and before a warning.
 *
 * Never by a local activity: where a query comes with the workflow task in which one runs, a replay
 * hears its outcome before signals that the thread has heard first, and the thread is stuck for good
 * (decision 12).
 */
import { log } from '@temporalio/workflow';
import { clockDueAtMs } from '../src/domain/idle-clock.js';
import { nameOfPolicy } from '../src/domain/policy.js';
import { policies } from './activity-proxies.js';
import { policyFreshMs } from './deadlines.js';
import type { Run } from './run.js';

/** Keeps a run's policy up to date. */
export interface PolicyWatch {
  /** Looks, if there is a reason to; a change is taken before whatever waits to be taken. */
  renew(run: Run): Promise<void>;
}

/** Makes the watch of a run; a new thread comes with the policy of the moment. */
export function createPolicyWatch(): PolicyWatch {
  let lookedAtMs = Date.now();
  return {
    async renew(run) {
      const nowMs = Date.now();
      if (run.state.closed !== null || nowMs - lookedAtMs < policyFreshMs) return;
      if (!isToldOfAnother(run) && !isWarningDue(run, nowMs)) return;
      lookedAtMs = nowMs;
      const { ref, policy: known } = run.state;
      const request = { channelId: ref.channelId, known };
      const changed = await policies.currentPolicy
        .executeWithOptions({ summary: 'has the policy changed?' }, [request])
        // The thread goes on by what it knows.
        .catch(() => null);
      if (changed === null) return;
      run.inbox.unshift({ type: 'policy', policy: changed });
      log.info('policy changed');
    },
  };
}

function isToldOfAnother({ state, policyName }: Run): boolean {
  return policyName !== undefined && policyName !== nameOfPolicy(state.policy);
}

/** A customer is warned by the policy of then, though nobody has signalled since; a deadline stays. */
function isWarningDue({ state, inbox }: Run, nowMs: number): boolean {
  if (state.phase !== 'open' || !inbox.some(({ type }) => type === 'tick')) return false;
  const dueAtMs = clockDueAtMs(state);
  return dueAtMs !== undefined && nowMs >= dueAtMs;
}
