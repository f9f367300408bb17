/**
 * @module How a channel's contacts are watched: a list of the live ones says which have gone missing,
 * and nothing more. Whether a missing one has ended is for a second look to say.
 */
import type { ContactNumber } from './ids.js';
import { type ContactStatus, contactStatuses, type ThreadPolicy } from './policy.js';

/** A contact as a list of them shows it. */
export interface ListedContact {
  readonly contact: ContactNumber;
  /** Absent where the list says none, or one that is not known. */
  readonly status?: ContactStatus;
}

/** One page of a list. */
export interface ListedPage {
  readonly contacts: readonly ListedContact[];
  readonly hasMore: boolean;
}

/** What the pages of a round have shown so far. */
export interface Sweep {
  /** Contacts of our threads that no page has shown as live. */
  readonly missing: ReadonlySet<ContactNumber>;
  /** Every contact that a page has shown. */
  readonly shown: ReadonlySet<ContactNumber>;
  /** Pages in a row that showed none of the missing ones. */
  readonly barren: number;
  /** Pages in a row that showed nothing new. */
  readonly stale: number;
  /** Whether no further page is worth its call. */
  readonly isOver: boolean;
}

/** However short `contactCheck` is: a round costs the server about ten durable writes. */
const leastRoundMs = 500;
/** One page that shows nothing new may be a gap; two are the end of a list that does not say so. */
const stalePages = 2;

/**
 * Gives the statuses that contacts of open threads have, to list by. Those by which threads end
 * contacts are left out, or the list would grow for ever; an open thread whose contact has one of
 * them is missing from the list, and looked at by itself.
 */
export function listedStatuses(policy: ThreadPolicy): readonly ContactStatus[] {
  const { endedStatuses, onIdle, onEnd } = policy;
  return contactStatuses.filter(
    (status) => !endedStatuses.includes(status) && status !== onIdle && status !== onEnd,
  );
}

/**
 * Says how long after the start of a round the next one starts, in milliseconds. An end is to be
 * noticed within `contactCheck` and the time that the list takes; the second looks, and whatever
 * comes between, take theirs out of the tenth that is left.
 */
export function roundEveryMs({ contactCheckMs }: ThreadPolicy): number {
  return Math.max(leastRoundMs, contactCheckMs * 0.9);
}

/** Begins a round: as long as no page was seen, every contact is missing. */
export function beginSweep(contacts: readonly ContactNumber[]): Sweep {
  const missing = new Set(contacts);
  return { missing, shown: new Set(), barren: 0, stale: 0, isOver: missing.size === 0 };
}

/**
 * Takes a page into account. The list is left when it has ended, when nothing is missing, and when
 * as many pages in a row were of no use as contacts are missing: looking at those costs no more.
 */
export function notePage(
  sweep: Sweep,
  { contacts, hasMore }: ListedPage,
  { endedStatuses }: ThreadPolicy,
): Sweep {
  const live = contacts.filter(
    ({ status }) => status === undefined || !endedStatuses.includes(status),
  );
  const found = new Set(live.map(({ contact }) => contact));
  const missing = new Set([...sweep.missing].filter((contact) => !found.has(contact)));
  const shown = new Set([...sweep.shown, ...contacts.map(({ contact }) => contact)]);
  const barren = missing.size < sweep.missing.size ? 0 : sweep.barren + 1;
  const stale = shown.size > sweep.shown.size ? 0 : sweep.stale + 1;
  const isOver = !hasMore || stale >= stalePages || barren >= missing.size;
  return { missing, shown, barren, stale, isOver };
}
