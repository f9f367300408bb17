/**
 * @module The lane to a platform: the customer's side has a server of its own, which is given one
 * event after the other, strictly in order.
 *
 * An event whose outcome is unknown is simply given again, under the same id: the platform knows a
 * repeat by it. One that the platform will never take is passed over; an agent's message is told to
 * the agent as failed. The customer's own messages are not given back.
 */
import { closingLimitMs, withMissing } from './closing-legs.js';
import { eventsAfter } from './customer-log.js';
import { toWait } from './lane-pace.js';
import type { CustomerEvent } from './messages.js';
import { failReply, findUnsettledReply, withOutbound } from './outbound-ledger.js';
import type { DeliveryOutcome, Effect, PlatformLane, ThreadState } from './thread-state.js';

const shortestPauseMs = 500;
const longestPauseMs = 60_000;

/** Where a thread's events go: to pages, which gateways hold, or to a platform. */
export type Delivery = 'pages' | 'platform';

/** Makes the lane of a thread that begins; null where its customer looks at pages. */
export function newPlatformLane(delivery: Delivery, atMs: number): PlatformLane | null {
  if (delivery === 'pages') return null;
  return {
    sinceMs: atMs,
    cursor: 0,
    deliveringSeq: null,
    pausedUntilMs: 0,
    deferrals: 0,
    isAway: false,
  };
}

function withPlatform(state: ThreadState, change: Partial<PlatformLane>): ThreadState {
  return state.platform === null ? state : { ...state, platform: { ...state.platform, ...change } };
}

/** Notes whether the customer is there, as far as the platform says. */
export function noteWhereabouts(state: ThreadState, isAway: boolean): ThreadState {
  return state.platform === null || state.platform.isAway === isAway
    ? state
    : withPlatform(state, { isAway });
}

function isOwed(event: CustomerEvent): boolean {
  return event.type !== 'message' || event.from !== 'customer';
}

function nextOwed(state: ThreadState, cursor: number): CustomerEvent | undefined {
  return eventsAfter(state.log, cursor).find(isOwed);
}

/** Starts the next delivery, when none is on its way and the lane is not paused. */
export function startDelivery(
  state: ThreadState,
  nowMs: number,
): { state: ThreadState; effects: Effect[] } {
  const lane = state.platform;
  if (lane === null || lane.deliveringSeq !== null || lane.cursor >= state.lastSeq) {
    return { state, effects: [] };
  }
  const event = nextOwed(state, lane.cursor);
  if (event === undefined) {
    return { state: withPlatform(state, { cursor: state.lastSeq }), effects: [] };
  }
  if (nowMs < lane.pausedUntilMs) return { state, effects: [] };
  return {
    state: withPlatform(state, { cursor: event.seq - 1, deliveringSeq: event.seq }),
    effects: [{ lane: 'platform', event }],
  };
}

/** Notes how the delivery on its way ended. */
export function settleDelivery(
  state: ThreadState,
  outcome: DeliveryOutcome,
  atMs: number,
): ThreadState {
  const lane = state.platform;
  if (lane === null || lane.deliveringSeq === null) return state;
  switch (outcome.kind) {
    case 'taken':
      return passOn(state, lane.deliveringSeq);
    case 'gone': {
      const seq = lane.deliveringSeq;
      const passed = passOn(state, seq);
      const reply = findUnsettledReply(state, seq);
      if (reply === undefined) return passed;
      return failReply(passed, reply, seq, atMs, "the customer's platform will not take it");
    }
    case 'deferred': {
      const { deferrals } = lane;
      const pauseMs = Math.min(longestPauseMs, shortestPauseMs * 2 ** Math.min(deferrals, 10));
      return withPlatform(state, {
        deliveringSeq: null,
        pausedUntilMs: atMs + Math.max(pauseMs, toWait(outcome.retryAfterMs)),
        deferrals: deferrals + 1,
      });
    }
  }
}

function passOn(state: ThreadState, seq: number): ThreadState {
  return withPlatform(state, { cursor: seq, deliveringSeq: null, pausedUntilMs: 0, deferrals: 0 });
}

/**
 * An operator mends the lane: `retry` ends a pause, `giveUp` passes over the event that was put off.
 * Nothing happens while a delivery is on its way: its outcome comes first.
 */
export function repairDelivery(
  state: ThreadState,
  action: 'retry' | 'giveUp',
  atMs: number,
): ThreadState {
  const lane = state.platform;
  if (lane === null || lane.deliveringSeq !== null || lane.deferrals === 0) return state;
  if (action === 'retry') return withPlatform(state, { pausedUntilMs: 0, deferrals: 0 });
  const event = nextOwed(state, lane.cursor);
  if (event === undefined) return state;
  const passed = passOn(state, event.seq);
  const reply = findUnsettledReply(state, event.seq);
  const told = reply === undefined ? passed : failReply(passed, reply, event.seq, atMs, 'OPERATOR');
  return state.closed === null ? told : withMissing(told, ['customer']);
}

/** Says whether the platform has been given everything that it is to have. */
export function isDelivered({ platform, lastSeq }: ThreadState): boolean {
  return platform === null || (platform.deliveringSeq === null && platform.cursor >= lastSeq);
}

/** The moment at which the next delivery may start; undefined while none waits for it. */
export function deliveryDueAtMs(state: ThreadState): number | undefined {
  const { platform } = state;
  if (platform === null || platform.deliveringSeq !== null || isDelivered(state)) return undefined;
  return platform.pausedUntilMs;
}

/** The moment at which a closed thread gives up what the platform has not taken. */
export function deliveryLimitAtMs(state: ThreadState): number | undefined {
  const isWaiting = deliveryDueAtMs(state) !== undefined;
  return state.closed !== null && isWaiting ? state.closed.atMs + closingLimitMs : undefined;
}

/**
 * Gives up what a platform has not taken of a thread that closed long ago; agents' messages among it
 * are failed. Nobody is told any more: the contact has been over for as long.
 */
export function giveUpDeliveries(state: ThreadState, atMs: number): ThreadState {
  const limitAtMs = deliveryLimitAtMs(state);
  if (state.platform === null || limitAtMs === undefined || atMs < limitAtMs) return state;
  const lost = eventsAfter(state.log, state.platform.cursor);
  const failed = lost.reduce(
    (next, { seq }) => {
      const reply = findUnsettledReply(next, seq);
      return reply === undefined ? next : withOutbound(next, reply, seq, 'failed');
    },
    passOn(state, state.lastSeq),
  );
  return withMissing(failed, ['customer']);
}
