/**
 * @module The contact of a thread that an agent opened: looked for by the agent's message, so that an
 * end of it is noticed before the customer has written anything. Nobody waits for the search.
 */
import { isLaneEmpty, withLane } from './contact-centre-lane.js';
import type { ExternalMessageId } from './ids.js';
import { deferTask, finishTask, lookAfterMs, pauseTask, toWait } from './lane-pace.js';
import type { ContactCentreOutcome, ContactCentreTask, ThreadState } from './thread-state.js';

type Search = Extract<ContactCentreTask, { kind: 'findContact' }>;

/** A message that is not there after this many looks, a minute in all, is not looked for any more. */
const mostLooks = 8;
const longestPauseMs = 15_000;

/** Says whether nothing else tells the contact: the answer to a customer's message names it. */
function isWanted({ closed, contact, ledger }: ThreadState): boolean {
  return closed === null && contact === null && Object.keys(ledger.inbound).length === 0;
}

/** Begins to look for the contact of an agent's message, which the contact centre is just storing. */
export function searchContact(
  state: ThreadState,
  messageId: ExternalMessageId,
  atMs: number,
): ThreadState {
  if (!isWanted(state) || !isLaneEmpty(state)) return state;
  return pauseTask(state, { kind: 'findContact', messageId, looks: 1 }, atMs + lookAfterMs, 0);
}

/** Gives up a search that is not on its way; a pause that the contact centre asked for stays. */
export function stopSearch(state: ThreadState): ThreadState {
  const { current, isInFlight, deferrals, pausedUntilMs } = state.contactCentreLane;
  if (current?.kind !== 'findContact' || isInFlight) return state;
  return withLane(finishTask(state), { pausedUntilMs: deferrals === 0 ? 0 : pausedUntilMs });
}

/** Notes what a look found. */
export function settleSearch(
  state: ThreadState,
  search: Search,
  outcome: ContactCentreOutcome,
  atMs: number,
): ThreadState {
  const isGoingOn = isWanted(state) && state.contactCentreLane.waiting.length === 0;
  switch (outcome.kind) {
    case 'done': {
      const contact = state.contact ?? outcome.contact ?? null;
      return { ...finishTask(state), contact };
    }
    case 'absent': {
      if (!isGoingOn || search.looks >= mostLooks) return finishTask(state);
      const pauseMs = Math.min(longestPauseMs, lookAfterMs * 2 ** search.looks);
      return pauseTask(state, { ...search, looks: search.looks + 1 }, atMs + pauseMs, 0);
    }
    case 'inDoubt':
      return isGoingOn ? deferTask(state, search, atMs) : finishTask(state);
    case 'deferred':
      return isGoingOn
        ? deferTask(state, search, atMs, outcome.retryAfterMs)
        : withLane(finishTask(state), { pausedUntilMs: atMs + toWait(outcome.retryAfterMs) });
    case 'rejected':
    case 'contactEnded':
    case 'threadEnded':
    case 'readBack':
      return finishTask(state);
  }
}
