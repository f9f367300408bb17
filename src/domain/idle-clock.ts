/**
 * @module The idle clock: idle means that nobody is there.
 *
 * It runs while the customer owes an answer (the last message is an agent's) or is away (no page is
 * open; a platform said so). A customer who waits for the contact centre with a page open is never idle, and a thread
 * that an agent opened does not run it before the customer's first message. After `idleAfterMs` the
 * customer is warned; after `countdownMs` more the thread ends.
 */
import { endThread } from './closing.js';
import { appendEvent } from './customer-log.js';
import type { ThreadState } from './thread-state.js';

/** Says whether no page of the thread is open anywhere, or its platform said that they left. */
function isAway({ pages, platform }: ThreadState): boolean {
  if (platform !== null) return platform.isAway;
  return Object.values(pages).every((page) => page.meanwhile === 'gone');
}

function isCustomerWaiting(state: ThreadState): boolean {
  return state.lastMessageBy === 'customer';
}

/** Starts the clock anew after a message; it ends a countdown. */
export function noteMessage(
  state: ThreadState,
  by: 'customer' | 'agent',
  atMs: number,
): ThreadState {
  const noted = { ...stopCountdown(state), lastMessageBy: by, lastActivityAtMs: atMs };
  return { ...noted, clockFromMs: isIdle(noted) ? atMs : null };
}

/** Starts the clock anew because the customer said that they are there; it ends a countdown. */
export function noteStillHere(state: ThreadState, atMs: number): ThreadState {
  if (state.closed !== null) return state;
  const noted = stopCountdown(state);
  return { ...noted, clockFromMs: isIdle(noted) ? atMs : null };
}

/** A page that opens while its customer waits stops the clock, but never a countdown. */
export function notePageOpened(state: ThreadState): ThreadState {
  if (state.phase !== 'open' || !isCustomerWaiting(state)) return state;
  return { ...state, clockFromMs: null };
}

/**
 * The last page that goes while its customer waits starts the clock. One that went later than was
 * known, because it had not answered when it was asked for, moves the start to when it went.
 */
export function notePageGone(state: ThreadState, goneAtMs: number): ThreadState {
  if (state.phase !== 'open' || !isCustomerWaiting(state) || !isAway(state)) return state;
  return { ...state, clockFromMs: Math.max(state.clockFromMs ?? goneAtMs, goneAtMs) };
}

function isIdle(state: ThreadState): boolean {
  const hasWritten = Object.keys(state.ledger.inbound).length > 0;
  return hasWritten && (!isCustomerWaiting(state) || isAway(state));
}

function stopCountdown(state: ThreadState): ThreadState {
  if (state.phase !== 'warned') return state;
  const open: ThreadState = { ...state, phase: 'open', deadlineAtMs: null };
  return appendEvent(open, { type: 'state', state: 'open' });
}

/** The moment at which the clock has something to do; undefined while it does not run. */
export function clockDueAtMs(state: ThreadState): number | undefined {
  if (state.phase === 'warned') return state.deadlineAtMs ?? undefined;
  if (state.phase === 'closed' || state.clockFromMs === null) return undefined;
  return state.clockFromMs + state.policy.idleAfterMs;
}

/**
 * Warns, or ends, when it is due. Called when time has passed and only then: what came in together
 * with the timer is heard first.
 */
export function runClock(state: ThreadState, atMs: number): ThreadState {
  const dueAtMs = clockDueAtMs(state);
  if (dueAtMs === undefined || atMs < dueAtMs) return state;
  if (state.phase === 'warned') return endThread(state, 'idle', atMs);
  const deadlineAtMs = atMs + state.policy.countdownMs;
  const asked = appendEvent(state, {
    type: 'message',
    id: `idle-${state.lastSeq + 1}`,
    from: 'system',
    text: state.policy.texts.idleWarning,
    atMs,
  });
  return appendEvent(
    { ...asked, phase: 'warned', deadlineAtMs },
    { type: 'state', state: 'warned', deadlineAtMs },
  );
}
