/**
 * @module How much a gateway takes while the engine is behind, as a value.
 *
 * Overload feeds itself, so the gateway lets in less than is carried until the backlog is gone. A
 * backlog that nobody works on is no overload: without a worker, messages are kept for later.
 */

/** What a gateway sees of the engine in about a second. */
export interface LoadSample {
  readonly atMs: number;
  /** Tasks that wait for a worker; a thread has one or two at the most. */
  readonly backlogCount: number;
  /** How long the oldest task has waited for a worker; 0 for none. */
  readonly backlogAgeMs: number;
  /** How long it took until a message was durable, on average; 0 without one. */
  readonly acceptMs: number;
  /** Messages that this gateway accepted each second. */
  readonly acceptedPerSecond: number;
}

/** What is let in at the moment; `limitPerSecond` null is everything. */
export interface Admissions {
  readonly limitPerSecond: number | null;
  readonly last: LoadSample | null;
}

/** Before the first sample everything is let in. */
export const openAdmissions: Admissions = { limitPerSecond: null, last: null };

const behindAfterMs = 1_500;
const slowAcceptMs = 1_000;
/** A few tasks that wait are threads of their own trouble, not an engine that is behind. */
const fewTasks = 10;
const lowestLimit = 10;
const decrease = 0.6;
const increase = 1.15;
/** A backlog whose age grows nearly as fast as time is not being worked on. */
const stalledGrowth = 0.9;

/** Gives what is let in after a sample. */
export function nextAdmissions(now: Admissions, sample: LoadSample): Admissions {
  const limitPerSecond = isBehind(now.last, sample)
    ? Math.max(
        lowestLimit,
        decrease *
          Math.min(now.limitPerSecond ?? Number.POSITIVE_INFINITY, sample.acceptedPerSecond),
      )
    : raise(now.limitPerSecond, sample);
  return { limitPerSecond, last: sample };
}

function isBehind(last: LoadSample | null, sample: LoadSample): boolean {
  if (sample.acceptMs > slowAcceptMs) return true;
  if (sample.backlogAgeMs <= behindAfterMs || sample.backlogCount <= fewTasks) return false;
  if (last === null) return false;
  const growth = (sample.backlogAgeMs - last.backlogAgeMs) / Math.max(1, sample.atMs - last.atMs);
  return growth < stalledGrowth;
}

function raise(limit: number | null, sample: LoadSample): number | null {
  if (limit === null) return null;
  const raised = limit * increase + 1;
  // Nobody asks for as much as is let in: there is nothing left to hold back.
  return raised > 2 * sample.acceptedPerSecond + 50 ? null : raised;
}
