import { isDelivered } from '../../src/domain/platform-lane.js';
import { nextWakeAtMs } from '../../src/domain/thread.js';
import type { ThreadState } from '../../src/domain/thread-state.js';
import { insist, type ModelGateway } from './domain-gateways.js';

/** Holds a thread that waits to waking in time for everything that is still to be done. */
export function checkRest(
  state: ThreadState,
  world: {
    readonly nowMs: number;
    readonly isCallInFlight: boolean;
    readonly gateways: readonly ModelGateway[];
  },
): void {
  const { nowMs, isCallInFlight, gateways } = world;
  const wakeAtMs = nextWakeAtMs(state);
  insist(wakeAtMs === undefined || wakeAtMs > nowMs, 'the thread wakes without end');
  const { deadlineAtMs } = state;
  insist(deadlineAtMs === null || deadlineAtMs > nowMs, 'a countdown is over and nothing ends');
  const { current, waiting, isInFlight } = state.contactCentreLane;
  insist(isInFlight === isCallInFlight, 'the lane has lost count of its call');
  const hasWork = !isInFlight && (current !== null || waiting.length > 0);
  insist(!hasWork || wakeAtMs !== undefined, 'the lane sleeps for ever');
  const { platform } = state;
  const isOwed = platform !== null && platform.deliveringSeq === null && !isDelivered(state);
  insist(!isOwed || wakeAtMs !== undefined, 'the platform waits for ever');
  for (const gateway of gateways) {
    const page = state.pages[gateway.queue];
    const lacks = page !== undefined && gateway.show === null && page.cursor < state.lastSeq;
    insist(!lacks || wakeAtMs !== undefined, 'a page waits for ever');
  }
}
