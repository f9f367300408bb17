/** @module A closed thread that starts again, where its channel's policy lets it. */
import { appendEvent } from './customer-log.js';
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

/**
 * Gives a new run what it must know of the earlier one: the ids that were seen, and where the
 * numbers of its events go on. The contact centre lets it take messages before the first one.
 */
export function startAgain(
  fresh: ThreadState,
  { runId, lastSeq }: EarlierRun,
  ledger: Ledger,
  atMs: number,
): ThreadState {
  const known: ThreadState = {
    ...fresh,
    mayHaveEnded: false,
    ledger,
    lastSeq,
    archivedLogs: [{ runId, upToSeq: lastSeq }],
    clockFromMs: atMs,
    contactCentreLane: { ...fresh.contactCentreLane, waiting: [{ kind: 'openThread' }] },
  };
  return appendEvent(known, { type: 'state', state: 'open' });
}
