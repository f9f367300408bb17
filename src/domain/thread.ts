/**
 * @module The rules of a thread, as a pure function: `transition(state, event)` gives the next state
 * and the effects to perform. No clock, no id, no I/O; whatever is needed comes with the event.
 */

import { noteAnswering } from './agent-opened.js';
import { contactUpdateRule, fullBucket } from './budget.js';
import { endThread } from './closing.js';
import { closingLimitAtMs, giveUpClosing } from './closing-legs.js';
import { noteContact } from './contact.js';
import { enqueueTask, giveVerdict, isLaneEmpty, startTask } from './contact-centre-lane.js';
import { repairLane, settleTask } from './contact-centre-outcomes.js';
import { searchContact } from './contact-search.js';
import { appendEvent } from './customer-log.js';
import {
  clockDueAtMs,
  noteMessage,
  notePageGone,
  notePageOpened,
  noteStillHere,
  runClock,
} from './idle-clock.js';
import type { ThreadRef } from './ids.js';
import type { AgentMessage, Customer, InboundMessage, Receipt } from './messages.js';
import { failReply, withOutbound } from './outbound-ledger.js';
import {
  areShowsSettled,
  closePage,
  followerOf,
  goneAtMs,
  nextProbeAtMs,
  openPage,
  settleShow,
  startShows,
  withTrustedFollower,
} from './pages.js';
import {
  type Delivery,
  deliveryDueAtMs,
  deliveryLimitAtMs,
  giveUpDeliveries,
  isDelivered,
  newPlatformLane,
  noteWhereabouts,
  repairDelivery,
  settleDelivery,
  startDelivery,
} from './platform-lane.js';
import type { ThreadPolicy } from './policy.js';
import { quoteForAgent, quoteForCustomer, withoutReplyTo } from './quotation.js';
import type {
  Effect,
  OutboundStatus,
  ThreadEvent,
  ThreadState,
  Transition,
} from './thread-state.js';

/** Makes a thread to which nothing has happened yet. */
export function newThread(start: {
  readonly ref: ThreadRef;
  readonly customer: Customer;
  readonly policy: ThreadPolicy;
  /** Whether the contact centre may know of an end that is forgotten here. Default false. */
  readonly mayHaveEnded?: boolean;
  /** Where its events go. Default pages. */
  readonly delivery?: Delivery;
  readonly atMs: number;
}): ThreadState {
  return {
    version: 3,
    ref: start.ref,
    customer: start.customer,
    policy: start.policy,
    phase: 'open',
    deadlineAtMs: null,
    clockFromMs: null,
    lastMessageBy: null,
    closed: null,
    block: null,
    mayHaveEnded: start.mayHaveEnded ?? false,
    contact: null,
    formerContact: null,
    contactSeenOpenAtMs: null,
    contactStatusAtMs: null,
    lastActivityAtMs: start.atMs,
    log: [],
    lastSeq: 0,
    archivedLogs: [],
    ledger: { inbound: {}, outbound: {} },
    contactCentreLane: {
      waiting: [],
      current: null,
      isInFlight: false,
      pausedUntilMs: 0,
      deferrals: 0,
      startedAtMs: 0,
      budget: fullBucket(contactUpdateRule, start.atMs),
    },
    pages: {},
    platform: newPlatformLane(start.delivery ?? 'pages', start.atMs),
    heldUntilMs: 0,
  };
}

/** Gives the state after an event, and what is to be done now. Total: an event never throws. */
export function transition(state: ThreadState, event: ThreadEvent): Transition {
  return startWork(hear(state, event), event.atMs);
}

/**
 * Gives the state after an event. Events that came together are all heard before any work is
 * started: a message is not posted that came just before the news of its thread's end.
 */
export function hear(state: ThreadState, event: ThreadEvent): ThreadState {
  return giveUpDeliveries(giveUpClosing(apply(state, event), event.atMs), event.atMs);
}

/** Starts what can be done now. */
export function startWork(state: ThreadState, nowMs: number): Transition {
  if (nowMs < state.heldUntilMs) return { state, effects: [] };
  // A hold that is over is forgotten, or it would wake the thread again and again.
  const free = state.heldUntilMs === 0 ? state : { ...state, heldUntilMs: 0 };
  const posts = startTask(free, nowMs);
  const shows = startShows(posts.state, nowMs);
  const delivery = startDelivery(shows.state, nowMs);
  const block = startBlock(delivery.state);
  return {
    state: block.state,
    effects: [...posts.effects, ...shows.effects, ...delivery.effects, ...block.effects],
  };
}

function startBlock(state: ThreadState): { state: ThreadState; effects: Effect[] } {
  const { block } = state;
  if (block?.standing !== 'owed') return { state, effects: [] };
  return {
    state: { ...state, block: { ...block, standing: 'inFlight' } },
    effects: [{ lane: 'customerBlock', untilMs: block.untilMs }],
  };
}

function apply(state: ThreadState, event: ThreadEvent): ThreadState {
  switch (event.type) {
    case 'inbound':
      return acceptInbound(state, event.message, event.atMs);
    case 'agentReply':
      return acceptReply(state, event.message, event.atMs);
    case 'presence':
      return event.change === 'opened'
        ? notePageOpened(openPage(state, event.gateway, event.atMs))
        : notePageGone(
            closePage(state, event.gateway),
            Math.min(event.changedAtMs ?? event.atMs, event.atMs),
          );
    case 'whereabouts': {
      const isAway = event.change === 'left';
      // Leaving twice does not restart the clock.
      if (state.platform === null || state.platform.isAway === isAway) return state;
      const noted = noteWhereabouts(state, isAway);
      if (!isAway) return notePageOpened(noted);
      return notePageGone(noted, Math.min(event.changedAtMs, event.atMs));
    }
    case 'receipt':
      return acceptReceipt(state, event.receipt);
    case 'stillHere':
      return noteStillHere(state, event.atMs);
    case 'contactSeen':
      return noteContact(state, event.sighting, event.atMs);
    case 'end':
      return endThread(state, event.by, event.atMs);
    case 'contactCentreSettled':
      return settleTask(state, event.outcome, event.atMs);
    case 'showSettled':
      return notePageGone(
        settleShow(state, event.gateway, event.outcome, event.atMs),
        goneAtMs(state, event.gateway) ?? event.atMs,
      );
    case 'deliverySettled':
      return settleDelivery(state, event.outcome, event.atMs);
    case 'blockSettled':
      return state.block === null
        ? state
        : { ...state, block: { ...state.block, standing: 'done' } };
    case 'policy':
      return { ...state, policy: event.policy };
    case 'repair':
      return repair(state, event.action, event.atMs);
    case 'hold':
      return { ...state, heldUntilMs: event.untilMs };
    case 'tick':
      return runClock(state, event.atMs);
  }
}

/** An operator gives up one thing at a time: of the platform's, once nothing waits for the other lane. */
function repair(state: ThreadState, action: 'retry' | 'giveUp', atMs: number): ThreadState {
  if (action === 'giveUp' && isLaneEmpty(state)) return repairDelivery(state, action, atMs);
  const mended = repairLane(state, action, atMs);
  return action === 'retry' ? repairDelivery(mended, action, atMs) : mended;
}

function acceptInbound(
  before: ThreadState,
  { customer, ...message }: InboundMessage,
  atMs: number,
): ThreadState {
  const state = noteAnswering(before, customer);
  if (Object.hasOwn(state.ledger.inbound, message.id)) return state;
  if (state.closed !== null) return giveVerdict(state, message, 'refused', atMs, 'THREAD_CLOSED');
  const { id, text, attachments, via } = message;
  const present = noteWhereabouts(state, false);
  const page = via === undefined ? present : openPage(present, via, atMs);
  const inbound = { ...page.ledger.inbound, [id]: 'accepted' as const };
  const accepted = { ...page, ledger: { ...page.ledger, inbound } };
  const quoted = quoteForCustomer(state, message.replyTo);
  const answering = quoted === undefined ? withoutReplyTo(message) : message;
  const followed = withTrustedFollower(answering, atMs);
  const logged = appendEvent(
    noteMessage(accepted, 'customer', atMs),
    {
      type: 'message',
      id,
      from: 'customer',
      text,
      ...(attachments === undefined ? {} : { attachments }),
      ...(quoted === undefined ? {} : { replyTo: quoted }),
      atMs: message.writtenAtMs ?? message.acceptedAtMs,
    },
    followerOf(followed, atMs),
  );
  return enqueueTask(logged, { kind: 'post', message: followed, stage: 'post' });
}

function acceptReply(state: ThreadState, message: AgentMessage, atMs: number): ThreadState {
  if (Object.hasOwn(state.ledger.outbound, message.id)) return state;
  const { acceptedAtMs, replyTo, ...shown } = message;
  if (state.closed !== null) {
    // The gateway took it before it could know of the end; the agent is told what became of it.
    return failReply(state, message.id, 0, atMs, 'the chat has ended');
  }
  const quoted = quoteForAgent(state, replyTo);
  const logged = appendEvent(noteMessage(state, 'agent', atMs), {
    type: 'message',
    from: 'agent',
    ...shown,
    ...(quoted === undefined ? {} : { replyTo: quoted }),
    atMs: acceptedAtMs,
  });
  const noted = withOutbound(logged, message.id, logged.lastSeq, 'accepted');
  return searchContact(noted, message.id, atMs);
}

const receiptRank: Readonly<Record<OutboundStatus, number>> = {
  accepted: 0,
  delivered: 1,
  seen: 2,
  failed: 3,
};

/** One report for each message and kind: `seen` includes `delivered`, and neither goes back. */
function acceptReceipt(state: ThreadState, receipt: Receipt): ThreadState {
  if (state.closed !== null) return state;
  const { kind, atMs } = receipt;
  const covered = Object.entries(state.ledger.outbound)
    .filter(([id, { seq }]) =>
      'messageId' in receipt ? id === receipt.messageId : seq <= receipt.upToSeq,
    )
    .filter(([, { status }]) => receiptRank[status] < receiptRank[kind])
    .toSorted(([, a], [, b]) => a.seq - b.seq);
  return covered.reduce((next, [key, entry]) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.entries forgets the brand of the record's keys
    const id = key as AgentMessage['id'];
    return enqueueTask(withOutbound(next, id, entry.seq, kind), {
      kind: 'report',
      messageId: id,
      status: kind,
      atMs,
    });
  }, state);
}

/** Says whether nothing is on its way, so that a run can end without losing an outcome. */
export function isQuiet(state: ThreadState): boolean {
  return (
    !state.contactCentreLane.isInFlight &&
    (state.platform?.deliveringSeq ?? null) === null &&
    state.block?.standing !== 'inFlight' &&
    Object.values(state.pages).every((page) => page.showingUpTo === null)
  );
}

/** Says whether the thread is closed and owes nobody anything. */
export function isFinished(state: ThreadState): boolean {
  const isBlockOwed = state.block !== null && state.block.standing !== 'done';
  return (
    state.closed !== null &&
    isLaneEmpty(state) &&
    areShowsSettled(state) &&
    isDelivered(state) &&
    !isBlockOwed
  );
}

/** The moment at which time alone lets something happen; undefined when only an event can. */
export function nextWakeAtMs(state: ThreadState): number | undefined {
  const { isInFlight, pausedUntilMs } = state.contactCentreLane;
  const wakeAtMs = isLaneEmpty(state) || isInFlight ? 0 : pausedUntilMs;
  const moments = [
    ...(wakeAtMs > 0 ? [wakeAtMs] : []),
    ...[
      clockDueAtMs(state),
      nextProbeAtMs(state),
      closingLimitAtMs(state),
      deliveryDueAtMs(state),
      deliveryLimitAtMs(state),
    ].filter((atMs) => atMs !== undefined),
  ];
  // What a hold kept from starting starts when it is over; the idle clock is not held.
  if (state.heldUntilMs > 0) {
    return Math.min(state.heldUntilMs, clockDueAtMs(state) ?? state.heldUntilMs);
  }
  return moments.length === 0 ? undefined : Math.min(...moments);
}
