import { setTimeout as pause } from 'node:timers/promises';

/** Waits until something is true, in a script as in a test; throws what was waited for. */
export async function waitUntil(
  what: string,
  isTrue: () => boolean | Promise<boolean>,
  withinMs = 20_000,
): Promise<void> {
  const limitMs = Date.now() + withinMs;
  while (!(await isTrue())) {
    if (Date.now() > limitMs) throw new Error(`in vain waited for: ${what}`);
    await pause(25);
  }
}
