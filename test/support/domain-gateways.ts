import { isDeepStrictEqual } from 'node:util';
import { isLaneEmpty } from '../../src/domain/contact-centre-lane.js';
import { viewThread } from '../../src/domain/customer-log.js';
import { clockDueAtMs } from '../../src/domain/idle-clock.js';
import { type GatewayQueue, toGatewayQueue } from '../../src/domain/ids.js';
import type { CustomerEvent } from '../../src/domain/messages.js';
import type { ThreadState } from '../../src/domain/thread-state.js';

/** Throws when something that must always hold does not. */
export function insist(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}

/** A page that a customer looks at: what it has been given, in the order in which it was given. */
export interface ModelPage {
  readonly openedAfterSeq: number;
  readonly received: CustomerEvent[];
  /** Whether it, or its gateway, is going to fetch what it lacks. */
  isFetchOwed: boolean;
}

/** A gateway as the rules may rely on it. */
export interface ModelGateway {
  readonly queue: GatewayQueue;
  isAlive: boolean;
  pages: ModelPage[];
  /** The show that the thread waits for; `isShown` is null until the gateway took it. */
  show: { readonly events: readonly CustomerEvent[]; isShown: boolean | null } | null;
  /** Whether the thread gave up on it although it lives, so that it announces itself again. */
  isAnnouncementOwed: boolean;
}

export function createModelGateways(count: number): ModelGateway[] {
  return Array.from({ length: count }, (_, index) => ({
    queue: toGatewayQueue(`g-${index}`),
    isAlive: true,
    pages: [],
    show: null,
    isAnnouncementOwed: false,
  }));
}

export function lastSeqOf(page: ModelPage): number {
  return page.received.at(-1)?.seq ?? page.openedAfterSeq;
}

/** Reads everything after a number as a gateway does, in small pages and across earlier runs. */
export function readAfter(
  state: ThreadState,
  runs: ReadonlyMap<string, ThreadState>,
  afterSeq: number,
): CustomerEvent[] {
  const limit = { events: 3, size: 400 };
  const events: CustomerEvent[] = [];
  for (;;) {
    const from = events.at(-1)?.seq ?? afterSeq;
    const view = viewThread(state, from, limit);
    const older = view.olderRunId === undefined ? undefined : runs.get(view.olderRunId);
    insist(view.olderRunId === undefined || older !== undefined, 'a run is named that never was');
    const page = older === undefined ? view.events : viewThread(older, from, limit).events;
    insist(page.length > 0 || !view.hasMore, `nothing after ${from}, although there is more`);
    events.push(...page);
    if (!view.hasMore) return events;
  }
}

/** Takes a show: what a page has is dropped, what it lacks before is fetched first. */
export function takeShow(gateway: ModelGateway, read: (afterSeq: number) => CustomerEvent[]): void {
  const { show } = gateway;
  if (show === null || show.isShown !== null) return;
  show.isShown = gateway.isAlive && gateway.pages.length > 0;
  if (!gateway.isAlive) return;
  for (const page of gateway.pages) {
    for (const event of show.events) {
      const last = lastSeqOf(page);
      if (event.seq <= last) continue;
      if (event.seq > last + 1) page.received.push(...read(last));
      else page.received.push(event);
    }
  }
}

/** Makes the fetches that this gateway's pages still have to make. */
export function fetchOwed(
  gateway: ModelGateway,
  read: (afterSeq: number) => CustomerEvent[],
): void {
  for (const page of gateway.pages.filter(({ isFetchOwed }) => isFetchOwed)) {
    page.isFetchOwed = false;
    page.received.push(...read(lastSeqOf(page)));
  }
}

/** Says whether the last message is the customer's. */
export function isWaiting(log: readonly CustomerEvent[]): boolean {
  const last = log.findLast((event) => event.type === 'message' && event.from !== 'system');
  return last?.type === 'message' && last.from === 'customer';
}

/** Says whether the customer waits, with a page open that the thread knows of. */
export function isSomebodyWaiting(
  log: readonly CustomerEvent[],
  gateways: readonly ModelGateway[],
): boolean {
  return isWaiting(log) && gateways.some(isRelied);
}

/** Says whether a gateway has a page of which the thread knows. */
function isRelied({ isAlive, pages, isAnnouncementOwed }: ModelGateway): boolean {
  return isAlive && pages.length > 0 && !isAnnouncementOwed;
}

/** Says whether nothing is left but to ask, again and again, for pages that are there. */
export function isResting(
  state: ThreadState,
  log: readonly CustomerEvent[],
  gateways: readonly ModelGateway[],
): boolean {
  return (
    isLaneEmpty(state) &&
    state.heldUntilMs === 0 &&
    clockDueAtMs(state) === undefined &&
    isSomebodyWaiting(log, gateways) &&
    gateways.every((gateway) => !(gateway.queue in state.pages) || isRelied(gateway))
  );
}

/** Holds each page to having been given everything since it was opened, once and in order. */
export function checkPages({ pages }: ModelGateway, log: readonly CustomerEvent[]): void {
  for (const page of pages) {
    const seqs = page.received.map((event) => event.seq).join();
    insist(isDeepStrictEqual(page.received, log.slice(page.openedAfterSeq)), `a page has ${seqs}`);
  }
}
