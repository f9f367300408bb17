/**
 * @module The lane to the customer: each gateway that holds pages of the thread is shown what it
 * lacks, one show at a time, in order. A dead gateway holds up nobody but itself.
 */
import { eventsAfter, takePage } from './customer-log.js';
import type { GatewayQueue } from './ids.js';
import type { InboundMessage } from './messages.js';
import type { Effect, PageHolder, ThreadState } from './thread-state.js';

/** How much one show carries at most. */
const showLimit = { events: 100, size: 256_000 };

/** For how long after accepting a message its gateway follows what becomes of it, unasked. */
export const followedForMs = 5_000;

/** How far ahead of the thread's own clock a gateway's may be. */
const clockSkewMs = 1_000;

/**
 * Takes a message as it came, but for a gateway whose clock is ahead: how long that one follows
 * cannot be told from its moment, so its pages are shown everything.
 */
export function withTrustedFollower(message: InboundMessage, atMs: number): InboundMessage {
  if (message.acceptedAtMs <= atMs + clockSkewMs) return message;
  const { via: _via, ...unfollowed } = message;
  return unfollowed;
}

/** Gives the gateway that, at this moment, shows its own pages unasked what becomes of a message. */
export function followerOf(message: InboundMessage, atMs: number): GatewayQueue | undefined {
  return atMs - message.acceptedAtMs < followedForMs ? message.via : undefined;
}

function withPage(state: ThreadState, gateway: GatewayQueue, page: PageHolder): ThreadState {
  return { ...state, pages: { ...state.pages, [gateway]: page } };
}

/** Notes that a gateway has a page open; it fetches by itself what is in the log already. */
export function openPage(state: ThreadState, gateway: GatewayQueue): ThreadState {
  const known = state.pages[gateway];
  if (known === undefined) {
    return withPage(state, gateway, { cursor: state.lastSeq, showingUpTo: null });
  }
  if (known.showingUpTo === null) return state;
  return withPage(state, gateway, { ...known, meanwhile: 'opened' });
}

/** Notes that a gateway has no page of this thread any more. */
export function closePage(state: ThreadState, gateway: GatewayQueue): ThreadState {
  const known = state.pages[gateway];
  if (known === undefined || known.showingUpTo === null) return withoutPage(state, gateway);
  // Kept until the show has ended, so that the next page here does not take its outcome for its own.
  return withPage(state, gateway, { ...known, meanwhile: 'gone' });
}

function withoutPage(state: ThreadState, gateway: GatewayQueue): ThreadState {
  const { [gateway]: _gone, ...pages } = state.pages;
  return { ...state, pages };
}

/**
 * Notes how a show ended; a gateway that did not show it counts as gone. A page that opened there
 * meanwhile came perhaps too late for that show: it is shown again.
 */
export function settleShow(
  state: ThreadState,
  gateway: GatewayQueue,
  isShown: boolean,
): ThreadState {
  const page = state.pages[gateway];
  if (page === undefined || page.showingUpTo === null) return state;
  const { cursor, showingUpTo, meanwhile } = page;
  if (meanwhile === 'gone' || (!isShown && meanwhile !== 'opened')) {
    return withoutPage(state, gateway);
  }
  return withPage(state, gateway, { cursor: isShown ? showingUpTo : cursor, showingUpTo: null });
}

/** Starts what can be shown now. */
export function startShows(state: ThreadState): { state: ThreadState; effects: Effect[] } {
  const effects: Effect[] = [];
  let next = state;
  for (const [key, page] of Object.entries(state.pages)) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.entries forgets the brand of the record's keys
    const gateway = key as GatewayQueue;
    if (page.showingUpTo !== null || page.cursor >= state.lastSeq) continue;
    const firstSeq = state.log[0]?.seq ?? 0;
    const isArchived = page.cursor + 1 < firstSeq;
    const lacking = state.log.slice(Math.max(0, page.cursor + 1 - firstSeq));
    if (!isArchived && lacking.every((event) => event.shownBy === gateway)) {
      next = withPage(next, gateway, { cursor: state.lastSeq, showingUpTo: null });
      continue;
    }
    const events = takePage(eventsAfter(state.log, page.cursor), showLimit);
    next = withPage(next, gateway, { ...page, showingUpTo: events.at(-1)?.seq ?? page.cursor });
    effects.push({ lane: 'customer', gateway, events });
  }
  return { state: next, effects };
}

/** Says whether every gateway has been shown everything. */
export function areShowsSettled(state: ThreadState): boolean {
  return Object.values(state.pages).every(
    (page) => page.showingUpTo === null && page.cursor >= state.lastSeq,
  );
}
