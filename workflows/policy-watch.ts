/**
 * @module Takes a changed policy of the channel into a thread that is open: at its next event or
 * timer, looked at once a second at most.
 */
import { log } from '@temporalio/workflow';
import { policies } from './activity-proxies.js';
import { policyFreshMs } from './deadlines.js';
import type { NewThreadEvent, Run } from './run.js';

/** Keeps a run's policy up to date. */
export interface PolicyWatch {
  /** Looks, if something other than an outcome waits to be taken; a change is taken before it. */
  renew(run: Run): Promise<void>;
}

/** An outcome belongs to something that began under the policy of then. */
const isOutcome = ({ type }: NewThreadEvent) => type.endsWith('Settled');

/** Makes the watch of a run; a new thread comes with the policy of the moment. */
export function createPolicyWatch(): PolicyWatch {
  let lookedAtMs = Date.now();
  return {
    async renew({ state, inbox }) {
      const nowMs = Date.now();
      if (state.closed !== null || nowMs - lookedAtMs < policyFreshMs) return;
      if (inbox.every(isOutcome)) return;
      lookedAtMs = nowMs;
      const { ref, policy: known } = state;
      const changed = await policies
        .currentPolicy({ channelId: ref.channelId, known })
        // The thread goes on by what it knows.
        .catch(() => null);
      if (changed === null) return;
      inbox.unshift({ type: 'policy', policy: changed });
      log.info('policy changed');
    },
  };
}
