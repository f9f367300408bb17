import { setTimeout as pause } from 'node:timers/promises';

/**
 * Calls `send` at fixed moments, whether or not earlier calls are done: a slow answer does not slow
 * the load down. Latencies count from the intended moment, which each call is given.
 */
export async function offerLoad(options: {
  readonly perSecond: number;
  readonly seconds: number;
  readonly send: (index: number, intendedAtMs: number) => Promise<void>;
}): Promise<void> {
  const { perSecond, seconds, send } = options;
  const startMs = Date.now() + 200;
  const calls: Promise<void>[] = [];
  for (let index = 0; index < perSecond * seconds; index += 1) {
    const intendedAtMs = startMs + (index * 1_000) / perSecond;
    const waitMs = intendedAtMs - Date.now();
    if (waitMs > 0) await pause(waitMs);
    calls.push(send(index, intendedAtMs));
  }
  await Promise.all(calls);
}
