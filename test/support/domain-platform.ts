import { isDeepStrictEqual } from 'node:util';
import { isLaneEmpty } from '../../src/domain/contact-centre-lane.js';
import type { CustomerEvent } from '../../src/domain/messages.js';
import type { DeliveryOutcome, ThreadState } from '../../src/domain/thread-state.js';
import type { DeliveryFate } from './domain-commands.js';
import { insist, isWaiting } from './domain-gateways.js';

/** A platform that knows a repeat by its number, and is given nothing twice at once. */
export interface ModelPlatform {
  /** Whether the customer is away, as the platform said last. */
  isAway: boolean;
  isInFlight(): boolean;
  /** Takes an event that the thread gives; it must be the very next one. */
  start(event: CustomerEvent, log: readonly CustomerEvent[], nowMs: number): void;
  /** Lets the delivery meet its fate; null without one. */
  settle(fate: DeliveryFate, nowMs: number): DeliveryOutcome | null;
  /** Follows what an operator does; `state` is that of before. */
  repair(action: 'retry' | 'giveUp', state: ThreadState, log: readonly CustomerEvent[]): void;
  /** Whether the customer waits and the platform has not said that they left. */
  isSomebodyWaiting(log: readonly CustomerEvent[]): boolean;
  /** Holds the platform to having been given everything, once and in order. */
  check(
    log: readonly CustomerEvent[],
    state: ThreadState,
    isReported: (call: string) => boolean,
  ): void;
}

function isOwed(event: CustomerEvent): boolean {
  return event.type !== 'message' || event.from !== 'customer';
}

export function createModelPlatform(saw: (what: string) => void): ModelPlatform {
  const taken = new Map<number, CustomerEvent>();
  const gone = new Set<number>();
  let passedSeq = 0;
  let notBeforeMs = 0;
  let flight: CustomerEvent | null = null;

  const platform: ModelPlatform = {
    isAway: false,
    isInFlight: () => flight !== null,

    start(event, log, nowMs) {
      insist(flight === null, 'a second delivery at once');
      insist(nowMs >= notBeforeMs, `event ${event.seq} before Retry-After`);
      const next = log.find((one) => one.seq > passedSeq && isOwed(one));
      insist(isDeepStrictEqual(event, next), `event ${event.seq} is not the next to be given`);
      flight = event;
    },

    settle(fate, nowMs) {
      if (flight === null) return null;
      const event = flight;
      flight = null;
      const isThere = taken.has(event.seq);
      // What a platform has, it has: only what is new to it can be refused for good.
      const met = fate.kind === 'gone' && isThere ? { kind: 'taken' as const } : fate;
      saw(`delivery ${met.kind}${isThere ? ' again' : ''}`);
      if (met.kind === 'taken' || met.kind === 'lostAfter') {
        if (!isThere) taken.set(event.seq, event);
      }
      if (met.kind === 'gone') gone.add(event.seq);
      if (met.kind === 'taken' || met.kind === 'gone') {
        passedSeq = event.seq;
        return { kind: met.kind };
      }
      const retryAfterMs = met.kind === 'deferred' ? met.retryAfterMs : null;
      notBeforeMs = nowMs + (retryAfterMs ?? 0);
      return { kind: 'deferred', ...(retryAfterMs === null ? {} : { retryAfterMs }) };
    },

    repair(action, state, log) {
      if (flight !== null || state.platform?.deferrals === 0) return;
      if (action === 'giveUp' && !isLaneEmpty(state)) return;
      notBeforeMs = 0;
      const next = log.find((one) => one.seq > passedSeq && isOwed(one));
      if (action === 'retry' || next === undefined) return;
      saw('a delivery is given up');
      passedSeq = next.seq;
      if (!taken.has(next.seq)) gone.add(next.seq);
    },

    isSomebodyWaiting: (log) => isWaiting(log) && !platform.isAway,

    check(log, state, isReported) {
      const owed = log.filter((event) => isOwed(event) && !gone.has(event.seq));
      insist(isDeepStrictEqual([...taken.values()], owed), 'the platform has another story');
      for (const event of log.filter(({ seq }) => gone.has(seq))) {
        if (event.type !== 'message' || event.from !== 'agent') continue;
        const status = Object.entries(state.ledger.outbound).find(([id]) => id === event.id)?.[1];
        // A receipt for it may have come before.
        if (status?.status !== 'failed') continue;
        saw('an agent is told that a message is gone');
        insist(isReported(`report failed ${event.id}`), `nobody says that ${event.id} is gone`);
      }
    },
  };
  return platform;
}
