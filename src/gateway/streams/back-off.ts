/** @module Waiting longer each time. */

/** Makes waits that double from the first to the longest, in milliseconds. */
export function createBackOff(
  firstMs: number,
  longestMs: number,
): { next(): number; reset(): void } {
  let attempts = 0;
  return {
    next: () => {
      const waitMs = Math.min(longestMs, firstMs * 2 ** Math.min(attempts, 20));
      attempts += 1;
      return waitMs;
    },
    reset: () => {
      attempts = 0;
    },
  };
}
