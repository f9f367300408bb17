/** @module What a thread has shown its customer: an event log, numbered from 1 with no gaps. */
import type { GatewayQueue } from './ids.js';
import type { CustomerEvent, ThreadSnapshot } from './messages.js';
import type { LoggedEvent, ThreadState } from './thread-state.js';

/** An event before it has its number. */
export type NewEvent = CustomerEvent extends infer Event
  ? Event extends CustomerEvent
    ? Omit<Event, 'seq'>
    : never
  : never;

/** Adds an event to the log; `shownBy` names the gateway that shows it to its pages unasked. */
export function appendEvent(
  state: ThreadState,
  event: NewEvent,
  shownBy?: GatewayQueue,
): ThreadState {
  const seq = state.lastSeq + 1;
  const logged: LoggedEvent = { ...event, seq, ...(shownBy === undefined ? {} : { shownBy }) };
  return { ...state, log: [...state.log, logged], lastSeq: seq };
}

/** Gives the logged events after a number, without what only the engine needs. */
export function eventsAfter(log: readonly LoggedEvent[], afterSeq: number): CustomerEvent[] {
  const firstSeq = log[0]?.seq ?? 0;
  return log
    .slice(Math.max(0, afterSeq + 1 - firstSeq))
    .map(({ shownBy: _shownBy, ...event }) => event);
}

/** How much one answer of the thread carries at most. */
export interface PageLimit {
  readonly events: number;
  /** Characters of JSON. */
  readonly size: number;
}

/** Takes events from the front while they fit; always at least one. */
export function takePage(events: readonly CustomerEvent[], limit: PageLimit): CustomerEvent[] {
  let size = 0;
  let count = 0;
  for (const event of events) {
    size += JSON.stringify(event).length;
    if (count > 0 && (count >= limit.events || size > limit.size)) break;
    count += 1;
  }
  return events.slice(0, count);
}

/** A snapshot, or where to ask for the part that an earlier run of the thread still holds. */
export interface ThreadView extends ThreadSnapshot {
  /** The run whose log holds the next events after the asked number, when this one's does not. */
  readonly olderRunId?: string;
}

/** Reads what the thread shows of itself after a number. */
export function viewThread(state: ThreadState, afterSeq: number, limit: PageLimit): ThreadView {
  const archived = state.archivedLogs.find((archive) => afterSeq < archive.upToSeq);
  const rest = archived ? [] : eventsAfter(state.log, Math.max(0, afterSeq));
  const events = takePage(rest, limit);
  return {
    state: state.phase,
    ...(state.deadlineAtMs === null ? {} : { deadlineAtMs: state.deadlineAtMs }),
    ...(state.closed ? { closedBy: state.closed.by, closedAtMs: state.closed.atMs } : {}),
    events,
    hasMore: archived !== undefined || events.length < rest.length,
    lastSeq: state.lastSeq,
    ...(archived ? { olderRunId: archived.runId } : {}),
  };
}

/**
 * Leaves the oldest part of the log behind in the run that ends, so that what a new run starts with
 * stays small. `keepSize` counts characters of JSON. The last event stays whatever its size: a page
 * that lacks events sees by it that it does. What a platform has not taken stays too.
 */
export function archiveLog(state: ThreadState, runId: string, keepSize: number): ThreadState {
  let size = 0;
  let from = state.log.length;
  for (const event of state.log.toReversed()) {
    size += JSON.stringify(event).length;
    const isOwed = state.platform !== null && event.seq > state.platform.cursor;
    if (size > keepSize && from < state.log.length && !isOwed) break;
    from -= 1;
  }
  const upToSeq = from === 0 ? undefined : state.log[from - 1]?.seq;
  if (upToSeq === undefined) return state;
  return {
    ...state,
    log: state.log.slice(from),
    archivedLogs: [...state.archivedLogs, { runId, upToSeq }],
  };
}
