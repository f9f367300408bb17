/** Waits that can be cut short, so that a returning network need not sit out a long pause. */
export interface Pause {
  /** Waits that long, or until `wake`. */
  readonly wait: (ms: number) => Promise<void>;
  /** Ends the waits that are under way. */
  readonly wake: () => void;
}

/** Creates a pause on the page's own timers. */
export function createPause(): Pause {
  let wakers: Array<() => void> = [];
  return {
    wait: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        wakers.push(() => {
          clearTimeout(timer);
          resolve();
        });
      }),
    wake: () => {
      const woken = wakers;
      wakers = [];
      for (const waker of woken) {
        waker();
      }
    },
  };
}

/** Growing waits between attempts, jittered so that many pages do not come back at one moment. */
export interface Backoff {
  /** Returns the next wait in milliseconds; the one after it is longer. */
  readonly next: () => number;
  readonly reset: () => void;
}

/** Creates a back-off whose waits are between half of and the whole of `baseMs`, doubled up to `capMs`. */
export function createBackoff(
  { baseMs = 1_000, capMs = 30_000 }: { baseMs?: number; capMs?: number } = {},
  random: () => number = Math.random,
): Backoff {
  let attempts = 0;
  return {
    next: () => {
      const ceiling = Math.min(capMs, baseMs * 2 ** attempts);
      attempts += 1;
      return Math.round(ceiling * (0.5 + random() / 2));
    },
    reset: () => {
      attempts = 0;
    },
  };
}

/** Reads a Retry-After header, seconds or date, as milliseconds from `nowMs`; undefined when absent or bad. */
export function parseRetryAfter(value: string | null, nowMs: number): number | undefined {
  if (value === null || value.trim() === '') {
    return undefined;
  }
  const seconds = Number(value);
  const ms = Number.isNaN(seconds) ? Date.parse(value) - nowMs : seconds * 1_000;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
