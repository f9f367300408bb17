/** @module One timer for all that waits for time: a moment that moves later costs no new timer. */
import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';

/** A timer that rings no later than it is asked to, perhaps earlier. */
export interface Alarm {
  /** Makes sure that it rings by `atMs`, in milliseconds since the epoch; `summary` says what for. */
  ringBy(atMs: number, summary: string): void;
}

/** Makes an alarm; `onRing` is called once for each time that it rings. */
export function createAlarm(onRing: () => void): Alarm {
  let ringsAtMs = Number.POSITIVE_INFINITY;
  let scope = new CancellationScope();

  const ringAfter = async (durationMs: number, summary: string): Promise<void> => {
    try {
      await scope.run(() => sleep(durationMs, { summary }));
    } catch (error) {
      if (isCancellation(error)) return;
      throw error;
    }
    ringsAtMs = Number.POSITIVE_INFINITY;
    onRing();
  };

  return {
    ringBy(atMs, summary) {
      if (ringsAtMs <= atMs) return;
      scope.cancel();
      scope = new CancellationScope();
      ringsAtMs = atMs;
      void ringAfter(Math.max(1, atMs - Date.now()), summary);
    },
  };
}
