/**
 * @module The ids of requests that this gateway has taken lately.
 *
 * A customer's leaving that is told again after their next message, because its first answer was
 * lost, would be taken for a new leaving. Kept by each gateway for itself, so at best.
 */
import type { Clock } from '../../ports/clock.js';

/** A request of one id is good for five minutes before and after the moment that it names. */
const keptMs = 10 * 60 * 1_000;
const mostKept = 20_000;

/** The ids of the last minutes. */
export interface RecentIds {
  has(id: string): boolean;
  add(id: string): void;
}

/** Makes the memory; nothing is in it yet. */
export function createRecentIds(clock: Clock): RecentIds {
  const takenAtMs = new Map<string, number>();
  return {
    has(id) {
      const atMs = takenAtMs.get(id);
      return atMs !== undefined && clock() - atMs < keptMs;
    },
    add(id) {
      // The oldest come first, as they were added.
      for (const [known, atMs] of takenAtMs) {
        if (clock() - atMs < keptMs && takenAtMs.size < mostKept) break;
        takenAtMs.delete(known);
      }
      takenAtMs.delete(id);
      takenAtMs.set(id, clock());
    },
  };
}
