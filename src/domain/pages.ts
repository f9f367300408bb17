/**
 * @module The lane to the customer: each gateway that holds pages of the thread is shown what it
 * lacks, one show at a time, in order. A dead gateway holds up nobody but itself.
 */
import { eventsAfter, takePage } from './customer-log.js';
import type { GatewayQueue } from './ids.js';
import type { InboundMessage } from './messages.js';
import type { Effect, PageHolder, ShowOutcome, ThreadState } from './thread-state.js';

/** How much one show carries at most. */
const showLimit = { events: 100, size: 256_000 };
const shortestProbeMs = 5_000;
/** What the thread may take to ask, and to hear that nobody answered. */
const repeatMarginMs = 1_000;

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
export function openPage(state: ThreadState, gateway: GatewayQueue, atMs: number): ThreadState {
  const known = state.pages[gateway];
  if (known === undefined) {
    const { lastSeq: cursor } = state;
    return withPage(state, gateway, { cursor, showingUpTo: null, seenAtMs: atMs });
  }
  const { missedAtMs: _missed, ...heard } = known;
  const seen = { ...heard, seenAtMs: atMs };
  return withPage(
    state,
    gateway,
    known.showingUpTo === null ? seen : { ...seen, meanwhile: 'opened' },
  );
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
 * Notes how a show ended; a gateway that has no page, or found no answer twice in a row, counts as
 * gone. A page that opened there meanwhile came perhaps too late for that show: it is shown again.
 */
export function settleShow(
  state: ThreadState,
  gateway: GatewayQueue,
  outcome: ShowOutcome,
  atMs: number,
): ThreadState {
  const page = state.pages[gateway];
  if (page === undefined || page.showingUpTo === null) return state;
  const { cursor, showingUpTo, seenAtMs, meanwhile } = page;
  if (meanwhile === 'gone') return withoutPage(state, gateway);
  if (outcome === 'shown') {
    return withPage(state, gateway, { cursor: showingUpTo, showingUpTo: null, seenAtMs: atMs });
  }
  const unshown = { cursor, showingUpTo: null, seenAtMs };
  if (meanwhile === 'opened') return withPage(state, gateway, unshown);
  if (outcome === 'unanswered' && mayMiss(state, page, atMs)) {
    return withPage(state, gateway, { ...unshown, missedAtMs: atMs });
  }
  return withoutPage(state, gateway);
}

/** Says whether somebody relies on the page being there: a customer who waits is not idle. */
function isProbed(state: ThreadState): boolean {
  return state.phase === 'open' && state.lastMessageBy === 'customer';
}

/** When a customer who waits was there for certain: then they wrote, or their page answered. */
function provenAtMs({ lastActivityAtMs }: ThreadState, { seenAtMs }: PageHolder): number {
  return Math.max(seenAtMs, lastActivityAtMs);
}

/** When the page of a customer who waits went at the earliest; undefined where there was none. */
export function goneAtMs(state: ThreadState, gateway: GatewayQueue): number | undefined {
  const page = state.pages[gateway];
  return page && provenAtMs(state, page);
}

/** Whoever asks again later than this may find out too late that the page went with its gateway. */
function lastRepeatAtMs(state: ThreadState, page: PageHolder): number {
  return provenAtMs(state, page) + state.policy.idleAfterMs - repeatMarginMs;
}

/** A page is asked for a few times within the idle time, and at least once. */
function probeAtMs(state: ThreadState, page: PageHolder): number {
  const { idleAfterMs } = state.policy;
  const pauseMs = Math.max(shortestProbeMs, idleAfterMs / 4);
  const { missedAtMs } = page;
  if (missedAtMs === undefined) return provenAtMs(state, page) + Math.min(idleAfterMs, pauseMs);
  return Math.min(missedAtMs + pauseMs, lastRepeatAtMs(state, page));
}

/** A gateway that has too much to do misses a show; it is shown again where there is time for it. */
function mayMiss(state: ThreadState, page: PageHolder, atMs: number): boolean {
  if (page.missedAtMs !== undefined) return false;
  return !isProbed(state) || atMs <= lastRepeatAtMs(state, page);
}

/** The moment at which the next page is asked whether it is still there; undefined for never. */
export function nextProbeAtMs(state: ThreadState): number | undefined {
  if (!isProbed(state)) return undefined;
  const moments = Object.values(state.pages)
    .filter((page) => page.showingUpTo === null)
    .map((page) => probeAtMs(state, page));
  return moments.length === 0 ? undefined : Math.min(...moments);
}

/** Says whether all that a gateway lacks is what it shows to its own pages by itself. */
function isShownUnasked(
  state: ThreadState,
  gateway: GatewayQueue,
  { cursor }: PageHolder,
): boolean {
  const firstSeq = state.log[0]?.seq ?? 0;
  if (cursor < state.lastSeq && cursor + 1 < firstSeq) return false;
  const lacking = state.log.slice(Math.max(0, cursor + 1 - firstSeq));
  return lacking.every((event) => event.shownBy === gateway);
}

/**
 * Starts what can be shown now. A gateway whose page is relied on and was not heard of for a while
 * is shown nothing at all: its answer tells whether the page is still there.
 */
export function startShows(
  state: ThreadState,
  nowMs: number,
): { state: ThreadState; effects: Effect[] } {
  const effects: Effect[] = [];
  let next = state;
  for (const [key, page] of Object.entries(state.pages)) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.entries forgets the brand of the record's keys
    const gateway = key as GatewayQueue;
    if (page.showingUpTo !== null) continue;
    const events = isShownUnasked(state, gateway, page)
      ? []
      : takePage(eventsAfter(state.log, page.cursor), showLimit);
    const cursor = events.length > 0 ? page.cursor : Math.max(page.cursor, state.lastSeq);
    if (events.length > 0 || (isProbed(state) && nowMs >= probeAtMs(state, page))) {
      const showingUpTo = events.at(-1)?.seq ?? cursor;
      next = withPage(next, gateway, { ...page, cursor, showingUpTo });
      effects.push({ lane: 'customer', gateway, events });
    } else if (cursor !== page.cursor) {
      next = withPage(next, gateway, { ...page, cursor });
    }
  }
  return { state: next, effects };
}

/** Says whether every gateway has been shown everything. */
export function areShowsSettled(state: ThreadState): boolean {
  return Object.values(state.pages).every(
    (page) => page.showingUpTo === null && page.cursor >= state.lastSeq,
  );
}
