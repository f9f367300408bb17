/**
 * @module The rules of a thread, as a pure function: `transition(state, event)` gives the next state
 * and the effects to perform. No clock, no id, no I/O; whatever is needed comes with the event.
 */
import { contactUpdateRule, fullBucket } from './budget.js';
import {
  enqueueTask,
  giveVerdict,
  isLaneEmpty,
  refuseWaiting,
  repairLane,
  settleTask,
  startTask,
} from './contact-centre-lane.js';
import { appendEvent } from './customer-log.js';
import type { ThreadRef } from './ids.js';
import type { AgentMessage, Customer, InboundMessage, Receipt, ThreadEnder } from './messages.js';
import {
  areShowsSettled,
  closePage,
  followerOf,
  openPage,
  settleShow,
  startShows,
  withTrustedFollower,
} from './pages.js';
import type { ThreadPolicy } from './policy.js';
import type { OutboundStatus, ThreadEvent, ThreadState, Transition } from './thread-state.js';

/** Makes a thread to which nothing has happened yet. */
export function newThread(start: {
  readonly ref: ThreadRef;
  readonly customer: Customer;
  readonly policy: ThreadPolicy;
  readonly atMs: number;
}): ThreadState {
  return {
    version: 1,
    ref: start.ref,
    customer: start.customer,
    policy: start.policy,
    phase: 'open',
    deadlineAtMs: null,
    closed: null,
    contact: null,
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
      budget: fullBucket(contactUpdateRule, start.atMs),
    },
    pages: {},
    heldUntilMs: 0,
  };
}

/** Gives the state after an event, and what is to be done now. Total: an event never throws. */
export function transition(state: ThreadState, event: ThreadEvent): Transition {
  const applied = apply(state, event);
  if (event.atMs < applied.heldUntilMs) return { state: applied, effects: [] };
  // A hold that is over is forgotten, or it would wake the thread again and again.
  const free = applied.heldUntilMs === 0 ? applied : { ...applied, heldUntilMs: 0 };
  const posts = startTask(free, event.atMs);
  const shows = startShows(posts.state);
  return { state: shows.state, effects: [...posts.effects, ...shows.effects] };
}

function apply(state: ThreadState, event: ThreadEvent): ThreadState {
  switch (event.type) {
    case 'inbound':
      return acceptInbound(state, event.message, event.atMs);
    case 'agentReply':
      return acceptReply(state, event.message, event.atMs);
    case 'presence':
      return event.change === 'opened'
        ? openPage(state, event.gateway)
        : closePage(state, event.gateway);
    case 'receipt':
      return acceptReceipt(state, event.receipt);
    case 'stillHere':
      return stopCountdown(state);
    case 'end':
      return endThread(state, event.by, event.atMs);
    case 'contactCentreSettled':
      return settleTask(state, event.outcome, event.atMs);
    case 'showSettled':
      return settleShow(state, event.gateway, event.isShown);
    case 'repair':
      return repairLane(state, event.action, event.atMs);
    case 'hold':
      return { ...state, heldUntilMs: event.untilMs };
    case 'tick':
      return state;
  }
}

function acceptInbound(state: ThreadState, message: InboundMessage, atMs: number): ThreadState {
  if (Object.hasOwn(state.ledger.inbound, message.id)) return state;
  if (state.closed !== null) return giveVerdict(state, message, 'refused', atMs, 'THREAD_CLOSED');
  const page = message.via === undefined ? state : openPage(state, message.via);
  const followed = withTrustedFollower(message, atMs);
  const open = stopCountdown({ ...page, lastActivityAtMs: atMs });
  const { id, text, attachments } = message;
  const logged = appendEvent(
    open,
    {
      type: 'message',
      id,
      from: 'customer',
      text,
      ...(attachments === undefined ? {} : { attachments }),
      atMs: message.acceptedAtMs,
    },
    followerOf(followed, atMs),
  );
  const inbound = { ...logged.ledger.inbound, [id]: 'accepted' as const };
  return enqueueTask(
    { ...logged, ledger: { ...logged.ledger, inbound } },
    { kind: 'post', message: followed, stage: 'post' },
  );
}

function acceptReply(state: ThreadState, message: AgentMessage, atMs: number): ThreadState {
  if (Object.hasOwn(state.ledger.outbound, message.id)) return state;
  const { acceptedAtMs, ...shown } = message;
  if (state.closed !== null) {
    // The gateway took it before it could know of the end; the agent is told what became of it.
    return enqueueTask(withOutbound(state, message, 0, 'failed'), {
      kind: 'report',
      messageId: message.id,
      status: 'failed',
      atMs,
      reason: 'the chat has ended',
    });
  }
  const open = stopCountdown({ ...state, lastActivityAtMs: atMs });
  const logged = appendEvent(open, {
    type: 'message',
    from: 'agent',
    ...shown,
    atMs: acceptedAtMs,
  });
  return withOutbound(logged, message, logged.lastSeq, 'accepted');
}

function withOutbound(
  state: ThreadState,
  message: Pick<AgentMessage, 'id'>,
  seq: number,
  status: OutboundStatus,
): ThreadState {
  const outbound = { ...state.ledger.outbound, [message.id]: { seq, status } };
  return { ...state, ledger: { ...state.ledger, outbound } };
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
  const { kind, upToSeq, atMs } = receipt;
  const covered = Object.entries(state.ledger.outbound)
    .filter(([, entry]) => entry.seq <= upToSeq && receiptRank[entry.status] < receiptRank[kind])
    .toSorted(([, a], [, b]) => a.seq - b.seq);
  return covered.reduce((next, [key, entry]) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.entries forgets the brand of the record's keys
    const id = key as AgentMessage['id'];
    return enqueueTask(withOutbound(next, { id }, entry.seq, kind), {
      kind: 'report',
      messageId: id,
      status: kind,
      atMs,
    });
  }, state);
}

function stopCountdown(state: ThreadState): ThreadState {
  if (state.phase !== 'warned') return state;
  const open: ThreadState = { ...state, phase: 'open', deadlineAtMs: null };
  return appendEvent(open, { type: 'state', state: 'open' });
}

/**
 * Ends a thread, once. The gate shuts and the customer is told at once; the contact and the thread
 * at the contact centre follow in their lane, after what the customer's own end lets through.
 */
function endThread(state: ThreadState, by: ThreadEnder, atMs: number): ThreadState {
  if (state.closed !== null) return by === 'customer' ? state : stopPosting(state, atMs);
  const shut: ThreadState = { ...state, phase: 'closed', deadlineAtMs: null, closed: { by, atMs } };
  const refused = by === 'customer' ? shut : refuseWaiting(shut, atMs);
  const text = closingText(state.policy, by);
  const told =
    text === undefined
      ? refused
      : appendEvent(refused, { type: 'message', id: `closed-${by}`, from: 'system', text, atMs });
  const closed = appendEvent(told, {
    type: 'state',
    state: 'closed',
    closedBy: by,
    closedAtMs: atMs,
  });
  if (by === 'agent') return enqueueTask(closed, { kind: 'shutThread' });
  const status = by === 'idle' ? state.policy.onIdle : state.policy.onEnd;
  return enqueueTask(enqueueTask(closed, { kind: 'endContact', status }), { kind: 'shutThread' });
}

/** A further end changes nothing, but that the customer's own end lets nothing more through. */
function stopPosting(state: ThreadState, atMs: number): ThreadState {
  if (state.closed?.by !== 'customer') return state;
  return refuseWaiting({ ...state, closed: { ...state.closed, isPostingOver: true } }, atMs);
}

function closingText({ texts }: ThreadPolicy, by: ThreadEnder): string | undefined {
  switch (by) {
    case 'agent':
      return texts.agentClosed;
    case 'idle':
      return texts.idleClosed;
    case 'customer':
    case 'operator':
      return undefined;
  }
}

/** Says whether nothing is on its way, so that a run can end without losing an outcome. */
export function isQuiet(state: ThreadState): boolean {
  return (
    !state.contactCentreLane.isInFlight &&
    Object.values(state.pages).every((page) => page.showingUpTo === null)
  );
}

/** Says whether the thread is closed and owes nobody anything. */
export function isFinished(state: ThreadState): boolean {
  return state.closed !== null && isLaneEmpty(state) && areShowsSettled(state);
}

/** The moment at which time alone lets something happen; undefined when only an event can. */
export function nextWakeAtMs(state: ThreadState): number | undefined {
  const { isInFlight, pausedUntilMs } = state.contactCentreLane;
  const wakeAtMs = isLaneEmpty(state) || isInFlight ? 0 : pausedUntilMs;
  const latest = Math.max(wakeAtMs, state.heldUntilMs);
  return latest > 0 ? latest : undefined;
}
