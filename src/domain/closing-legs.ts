/**
 * @module The legs of a thread's end at the contact centre: the contact's status, the thread's flag,
 * and the look whether both hold.
 *
 * Each leg is tried by itself: one that is put off lets the others go first. A leg that cannot be
 * confirmed within the time limit is named as missing, and the thread is closed without it.
 */
import { giveVerdict, isOpeningOwed, refuseWaiting, withLane } from './contact-centre-lane.js';
import type { EngineErrorCode } from './errors.js';
import { deferTask, finishTask, lookAfterMs } from './lane-pace.js';
import type { ThreadEnder } from './messages.js';
import type { EndingStatus, ThreadPolicy } from './policy.js';
import type {
  ClosingLeg,
  ContactCentreOutcome,
  ContactCentreTask,
  ReadBack,
  ThreadEnd,
  ThreadState,
} from './thread-state.js';

/** A task that is a leg of the end. */
export type LegTask = Extract<
  ContactCentreTask,
  { kind: 'endContact' | 'shutThread' | 'readBack' }
>;

/** For how long the legs are tried: outages of the contact centre are shorter. */
export const closingLimitMs = 24 * 60 * 60 * 1_000;
const longestContradictionMs = 5 * 60 * 1_000;

/** Says whether a task is a leg of the end. */
export function isLeg(task: ContactCentreTask): task is LegTask {
  return task.kind === 'endContact' || task.kind === 'shutThread' || task.kind === 'readBack';
}

/** The status that an end sets a contact to. */
export function endingStatusOf(policy: ThreadPolicy, by: ThreadEnder): EndingStatus {
  return by === 'idle' ? policy.onIdle : policy.onEnd;
}

function withEnd(state: ThreadState, change: Partial<ThreadEnd>): ThreadState {
  return state.closed === null ? state : { ...state, closed: { ...state.closed, ...change } };
}

/**
 * The order of a lane whose thread ends: the customer's messages, the legs, the look whether they
 * hold, and the reports, which nobody waits for.
 */
const ranks = {
  post: 0,
  openThread: 0,
  endContact: 1,
  shutThread: 1,
  readBack: 2,
  report: 3,
  findContact: 3,
};

function rankOf({ kind }: ContactCentreTask): number {
  return ranks[kind];
}

/** Puts a task behind all of its rank or a lower one. */
function insertByRank(state: ThreadState, task: ContactCentreTask): ThreadState {
  const { waiting } = state.contactCentreLane;
  const at = waiting.findLastIndex((one) => rankOf(one) <= rankOf(task)) + 1;
  return withLane(state, { waiting: waiting.toSpliced(at, 0, task) });
}

/** Puts the legs of an end into the lane; a report that is being put off lets them go first. */
export function enqueueLegs(state: ThreadState, legs: readonly LegTask[]): ThreadState {
  return letLegsGoFirst(legs.reduce(insertByRank, state));
}

function letLegsGoFirst(state: ThreadState): ThreadState {
  const { current, waiting, isInFlight } = state.contactCentreLane;
  if (current === null || current.kind === 'post' || isInFlight) return state;
  const isWaitedFor = waiting.some((task) => isLeg(task) && rankOf(task) <= rankOf(current));
  const isOver = current.kind === 'openThread' && !isOpeningOwed(state);
  if (!isWaitedFor && !isOver) return state;
  return insertByRank(withLane(state, { current: null }), current);
}

/** Puts off a task that is safe to repeat; in a thread that ends, the other legs go first. */
export function deferBehindLegs(
  state: ThreadState,
  task: ContactCentreTask,
  atMs: number,
  retryAfterMs?: number,
): ThreadState {
  return letLegsGoFirst(deferTask(state, task, atMs, retryAfterMs));
}

/** Notes how a leg in flight ended. Every leg is safe to repeat. */
export function settleLeg(
  state: ThreadState,
  leg: LegTask,
  outcome: ContactCentreOutcome,
  atMs: number,
): ThreadState {
  switch (outcome.kind) {
    case 'inDoubt':
      return deferBehindLegs(state, leg, atMs);
    case 'deferred':
      return deferBehindLegs(state, leg, atMs, outcome.retryAfterMs);
    case 'readBack':
      return judgeReadBack(state, leg, outcome, atMs);
    case 'rejected':
      return leg.kind === 'readBack'
        ? judgeReadBack(noteMissing(state, [leg]), leg, { contacts: [] }, atMs)
        : readBackAfter(state, leg, { isRefused: true });
    case 'done':
    case 'absent':
    case 'contactEnded':
    case 'threadEnded':
      return leg.kind === 'readBack'
        ? finishTask(state)
        : readBackAfter(noteFound(state, leg, outcome), leg, { isRefused: false });
  }
}

/** Notes the contact that was found by an agent's message, or that there is none to be found. */
function noteFound(state: ThreadState, leg: LegTask, outcome: ContactCentreOutcome): ThreadState {
  if (outcome.kind === 'absent') return noteMissing(state, [leg]);
  const contact = outcome.kind === 'done' ? outcome.contact : undefined;
  return contact === undefined || state.contact !== null ? state : { ...state, contact };
}

/**
 * Frees the lane, and reads the end back once no other leg waits. A leg that was refused is not
 * tried again as it was: what is read back decides whether it holds.
 */
function readBackAfter(
  state: ThreadState,
  leg: LegTask,
  { isRefused }: { readonly isRefused: boolean },
): ThreadState {
  const finished = finishTask(state);
  if (state.closed === null) return finished;
  const { endedContacts: known, refused } = state.closed;
  const contact = leg.kind === 'endContact' ? (leg.contact ?? state.contact) : null;
  const others = refused.filter((name) => name !== toClosingLeg(leg));
  const noted = withEnd(finished, {
    endedContacts: contact === null || known.includes(contact) ? known : [...known, contact],
    refused: isRefused ? [...others, toClosingLeg(leg)] : others,
  });
  return enqueueReadBack(noted);
}

/** The end is read back after its last leg. */
function enqueueReadBack(state: ThreadState): ThreadState {
  return state.contactCentreLane.waiting.some(isLeg)
    ? state
    : insertByRank(state, { kind: 'readBack', contradictions: 0 });
}

/**
 * What does not hold is done again, at ever longer intervals. The first contradiction is only looked
 * at again, because the contact centre's index may lag. Silence contradicts nothing; of a leg that
 * was refused it confirms nothing either.
 */
function judgeReadBack(
  state: ThreadState,
  leg: LegTask,
  seen: ReadBack,
  atMs: number,
): ThreadState {
  const { closed, policy } = state;
  if (closed === null || leg.kind !== 'readBack') return finishTask(state);
  const status = endingStatusOf(policy, closed.by);
  const live = seen.contacts.filter(({ isLive }) => isLive);
  const undone = [
    ...live.map(({ contact }): LegTask => ({ kind: 'endContact', status, contact })),
    ...(seen.isThreadOpen === true ? [{ kind: 'shutThread' as const }] : []),
  ].filter((task) => !closed.missing.includes(toClosingLeg(task)));
  if (undone.length === 0) {
    const isTold = {
      contact: seen.contacts.length === closed.endedContacts.length,
      thread: seen.isThreadOpen !== undefined,
      readBack: false,
      customer: false,
    };
    const missing = closed.refused.filter((name) => !isTold[name]);
    const unnamed: readonly ClosingLeg[] = isContactUnnamed(state, closed) ? ['contact'] : [];
    return withMissing(withEnd(finishTask(state), { refused: [] }), [...missing, ...unnamed]);
  }
  const contradictions = leg.contradictions + 1;
  const again: LegTask = { kind: 'readBack', contradictions };
  const pauseMs = Math.min(longestContradictionMs, lookAfterMs * 2 ** (contradictions - 1));
  const legs = contradictions === 1 ? [again] : [...undone, again];
  // Behind the reports, which a contradiction that lasts must not hold up.
  const waiting = [...state.contactCentreLane.waiting, ...legs];
  return withLane(finishTask(state), { waiting, pausedUntilMs: atMs + pauseMs });
}

/**
 * Says whether the contact could not be ended because no post's answer ever named it. A thread that
 * started again may have ended before it had one.
 */
function isContactUnnamed({ contact, formerContact }: ThreadState, { by }: ThreadEnd): boolean {
  return by !== 'agent' && contact === null && formerContact === null;
}

function toClosingLeg(task: LegTask): ClosingLeg {
  switch (task.kind) {
    case 'endContact':
      return 'contact';
    case 'shutThread':
      return 'thread';
    case 'readBack':
      return 'readBack';
  }
}

/** An operator gives a leg up; what a read-back was to decide stays unconfirmed without it. */
export function giveUpLeg(state: ThreadState, leg: LegTask): ThreadState {
  const given = noteMissing(finishTask(state), [leg]);
  return leg.kind === 'readBack'
    ? withMissing(given, state.closed?.refused ?? [])
    : enqueueReadBack(given);
}

/** Names the legs among tasks that will not be done any more as missing. */
function noteMissing(state: ThreadState, tasks: readonly ContactCentreTask[]): ThreadState {
  return withMissing(state, tasks.filter(isLeg).map(toClosingLeg));
}

/** Names legs as missing from the end. */
export function withMissing(state: ThreadState, legs: readonly ClosingLeg[]): ThreadState {
  const known = state.closed?.missing ?? [];
  return withEnd(state, { missing: [...new Set([...known, ...legs])] });
}

/** The moment at which the legs are given up; undefined while there is nothing to give up. */
export function closingLimitAtMs({ closed, contactCentreLane: lane }: ThreadState) {
  const isOwed = lane.current !== null || lane.waiting.length > 0;
  return closed === null || !isOwed || lane.isInFlight ? undefined : closed.atMs + closingLimitMs;
}

/** Gives up what is still owed of an end whose time is over; what was in doubt may have been done. */
export function giveUpClosing(state: ThreadState, atMs: number): ThreadState {
  const limitAtMs = closingLimitAtMs(state);
  if (limitAtMs === undefined || atMs < limitAtMs) return state;
  const { current, waiting } = state.contactCentreLane;
  const legs = [...(current === null ? [] : [current]), ...waiting].filter(isLeg);
  const noted = withMissing(noteMissing(state, legs), state.closed?.refused ?? []);
  const refused = refuseWaiting(noted, atMs);
  const doubted = refused.contactCentreLane.current;
  const told =
    doubted?.kind === 'post'
      ? giveVerdict(
          refused,
          doubted.message,
          'failed',
          atMs,
          'CONTACT_CENTRE_SILENT' satisfies EngineErrorCode,
        )
      : refused;
  return withLane(finishTask(told), { waiting: [] });
}
