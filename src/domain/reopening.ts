/** @module A closed thread that starts again, where its channel's policy lets it. */
import { appendEvent } from './customer-log.js';
import type { ContactNumber } from './ids.js';
import type { ThreadEnder } from './messages.js';
import type { ThreadPolicy } from './policy.js';
import type { Ledger, ThreadState } from './thread-state.js';

/** The run in which a thread was closed, and the last event that its customer was shown. */
export interface EarlierRun {
  readonly runId: string;
  readonly lastSeq: number;
}

/** The moment from which on a message starts a closed thread again; undefined for never. */
export function reopensFromMs(
  { reopenAfterMs }: ThreadPolicy,
  closed: { readonly by: ThreadEnder; readonly atMs: number },
): number | undefined {
  const afterMs = reopenAfterMs[closed.by];
  return afterMs === null ? undefined : closed.atMs + afterMs;
}

/** What an earlier run knew that matters to a later one. */
export interface EarlierLife {
  readonly ledger: Ledger;
  /** The last contact of the thread, of whose end there may still be news. */
  readonly contact: ContactNumber | null;
}

/** Gives what a later run must know; a life that ended before it had a contact hands the last one on. */
export function toEarlierLife({ ledger, contact, formerContact }: ThreadState): EarlierLife {
  return { ledger, contact: contact ?? formerContact };
}

/**
 * Gives a new run what it must know of the earlier one: the ids that were seen, the contact whose end
 * is not its own, and where the numbers of its events go on. The contact centre lets it take messages
 * before the first one.
 */
export function startAgain(
  fresh: ThreadState,
  { runId, lastSeq }: EarlierRun,
  { ledger, contact: formerContact }: EarlierLife,
  atMs: number,
): ThreadState {
  const known: ThreadState = {
    ...fresh,
    mayHaveEnded: false,
    ledger,
    formerContact,
    lastSeq,
    archivedLogs: [{ runId, upToSeq: lastSeq }],
    platform: fresh.platform === null ? null : { ...fresh.platform, cursor: lastSeq },
    clockFromMs: atMs,
    contactCentreLane: { ...fresh.contactCentreLane, waiting: [{ kind: 'openThread' }] },
  };
  return appendEvent(known, { type: 'state', state: 'open' });
}
