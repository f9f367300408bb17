/** @module A process's link to Temporal: patient at the start, watched afterwards. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import {
  connectTemporal,
  type TemporalConnection,
  type TemporalSettings,
} from '../temporal/connection.js';

const firstPauseMs = 250;
const longestPauseMs = 5_000;
const checkEveryMs = 2_000;
const answerWithinMs = 2_000;
/** A gateway that is asked to show something has five seconds to take the task. */
const standstillMs = 3_000;

/** Connects, and tries again for as long as it takes; rejects only when `stopping` aborts. */
export async function connectPatiently(
  settings: TemporalSettings,
  logger: Logger,
  stopping: AbortSignal,
): Promise<TemporalConnection> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    stopping.throwIfAborted();
    try {
      return await connectTemporal(settings);
    } catch (error) {
      logger.warn({ err: error, address: settings.address }, 'temporal is not reachable yet');
      await pause(pauseMs, undefined, { signal: stopping });
    }
  }
}

/** Watches whether Temporal answers. */
export interface TemporalWatch {
  /** Whether the last look was answered. */
  isReachable(): boolean;
  close(): void;
}

/**
 * Looks every two seconds; `onRegained` is called when Temporal answers after it did not, and when
 * this process stood still for so long that it cannot have answered either.
 */
export function watchTemporal(
  { client }: TemporalConnection,
  onRegained: () => void = () => undefined,
): TemporalWatch {
  let isReachable = true;
  let isLooking = false;
  let lookedAtMs = performance.now();
  const look = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    const stoodStill = performance.now() - lookedAtMs > checkEveryMs + standstillMs;
    const was = isReachable && !stoodStill;
    try {
      await client.withDeadline(Date.now() + answerWithinMs, () =>
        client.workflowService.getSystemInfo({}),
      );
      isReachable = true;
    } catch {
      isReachable = false;
    } finally {
      isLooking = false;
      lookedAtMs = performance.now();
    }
    if (!was && isReachable) onRegained();
  };
  const timer = setInterval(() => void look(), checkEveryMs);
  timer.unref();
  return { isReachable: () => isReachable, close: () => clearInterval(timer) };
}
