/** @module When the lane to the contact centre goes on: a task that is finished, paused, put off. */
import { withLane } from './contact-centre-lane.js';
import type { ContactCentreTask, ThreadState } from './thread-state.js';

const shortestDeferralMs = 500;
const longestDeferralMs = 15_000;
const longestWaitMs = 24 * 60 * 60 * 1_000;

/** The contact centre's index may lag: a look comes this long after what it looks for. */
export const lookAfterMs = 1_000;

/** Frees the lane for its next task. */
export function finishTask(state: ThreadState): ThreadState {
  return withLane(state, { current: null, isInFlight: false, pausedUntilMs: 0, deferrals: 0 });
}

/** Keeps a task at the front until a moment. */
export function pauseTask(
  state: ThreadState,
  task: ContactCentreTask,
  untilMs: number,
  deferrals: number,
): ThreadState {
  return withLane(state, { current: task, isInFlight: false, pausedUntilMs: untilMs, deferrals });
}

/** Puts a task off: each time for longer, and for no shorter than it was asked for. */
export function deferTask(
  state: ThreadState,
  task: ContactCentreTask,
  atMs: number,
  retryAfterMs = 0,
): ThreadState {
  const { deferrals } = state.contactCentreLane;
  const pauseMs = Math.min(longestDeferralMs, shortestDeferralMs * 2 ** Math.min(deferrals, 10));
  return pauseTask(state, task, atMs + Math.max(pauseMs, toWait(retryAfterMs)), deferrals + 1);
}

/** An absurd wait, which would park a thread for ever, is a mistake of whoever asks for it. */
export function toWait(retryAfterMs = 0): number {
  return Number.isFinite(retryAfterMs) ? Math.min(longestWaitMs, Math.max(0, retryAfterMs)) : 0;
}
