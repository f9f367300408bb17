import type { ThreadRef } from '../../src/domain/ids.js';
import type { CustomerEvent } from '../../src/domain/messages.js';
import type { AgentTyping, Pages } from '../../src/ports/channel.js';

/** Pages of one gateway in memory: what each thread's page was handed, as it was handed over. */
export interface FakePages extends Pages {
  /** Every event that was handed over, in that order; one that came twice stands here twice. */
  readonly shown: Map<string, CustomerEvent[]>;
  /** How many events each show carried. */
  readonly shows: Map<string, number[]>;
  readonly typing: Map<string, AgentTyping[]>;
  /** Threads of which a page is open here. */
  readonly open: Set<string>;
  /** Shows of one thread that were under way at once, at most. */
  mostInFlightPerThread: number;
  shownOf(ref: ThreadRef): readonly CustomerEvent[];
}

export function createFakePages(): FakePages {
  const flights = new Map<string, number>();
  const fake: FakePages = {
    shown: new Map(),
    shows: new Map(),
    typing: new Map(),
    open: new Set(),
    mostInFlightPerThread: 0,

    async show({ threadId }, events) {
      const now = (flights.get(threadId) ?? 0) + 1;
      flights.set(threadId, now);
      fake.mostInFlightPerThread = Math.max(fake.mostInFlightPerThread, now);
      // A write to a stream is never done in the same turn.
      await new Promise((written) => setImmediate(written));
      flights.set(threadId, (flights.get(threadId) ?? 1) - 1);
      if (!fake.open.has(threadId)) return false;
      fake.shown.set(threadId, [...(fake.shown.get(threadId) ?? []), ...events]);
      fake.shows.set(threadId, [...(fake.shows.get(threadId) ?? []), events.length]);
      return true;
    },
    showTyping({ threadId }, typing) {
      fake.typing.set(threadId, [...(fake.typing.get(threadId) ?? []), typing]);
    },
    shownOf: ({ threadId }) => fake.shown.get(threadId) ?? [],
  };
  return fake;
}
