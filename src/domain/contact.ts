/** @module What a thread knows of its contact: when it was last seen open, and that it has ended. */
import { hasAgentWritten } from './agent-opened.js';
import { endThread } from './closing.js';
import { enqueueLegs } from './closing-legs.js';
import { stopSearch } from './contact-search.js';
import type { ContactNumber } from './ids.js';
import type { ContactStatus, ThreadPolicy } from './policy.js';
import type { ContactSighting, ThreadState } from './thread-state.js';

/** Says whether a contact of this status has ended, by the channel's policy. */
export function isEndedStatus(policy: ThreadPolicy, status: ContactStatus): boolean {
  return policy.endedStatuses.includes(status);
}

/**
 * Notes what the contact centre said of a contact. An ended one ends the thread; one that is older
 * than what is known, or another contact's, is ignored.
 */
export function noteContact(
  state: ThreadState,
  sighting: ContactSighting,
  atMs: number,
): ThreadState {
  const { contact, status, statusUpdatedAtMs } = sighting;
  const own = state.contact;
  if (own === null ? contact === state.formerContact : contact !== own) return state;
  const known = state.contactStatusAtMs;
  if (statusUpdatedAtMs !== undefined && known !== null && statusUpdatedAtMs < known) return state;
  const hasEnded = isEndedStatus(state.policy, status);
  if (state.closed !== null) return hasEnded ? endThread(state, 'agent', atMs) : state;
  const noted: ThreadState = {
    ...stopSearch(state),
    contact,
    contactStatusAtMs: statusUpdatedAtMs ?? known,
  };
  return hasEnded ? endThread(noted, 'agent', atMs) : noteSeenOpen(noted, statusUpdatedAtMs, atMs);
}

/**
 * Notes that a contact was open at the moment of its news, not at that at which they are heard: news
 * may be late, or come twice. Without a moment nobody knows when that was.
 */
function noteSeenOpen(state: ThreadState, newsAtMs: number | undefined, atMs: number): ThreadState {
  if (newsAtMs === undefined) return state;
  const seenAtMs = Math.max(state.contactSeenOpenAtMs ?? 0, Math.min(newsAtMs, atMs));
  return { ...state, contactSeenOpenAtMs: seenAtMs };
}

/**
 * Says whether all that is known of the contact is that an agent's message is in it. What the first
 * answer names counts more: nobody promises that it is the same.
 */
function isFoundOnly({ contactSeenOpenAtMs, ledger }: ThreadState): boolean {
  const sent = Object.values(ledger.inbound).filter((status) => status === 'sent');
  return contactSeenOpenAtMs === null && sent.length === 1 && hasAgentWritten({ ledger });
}

/**
 * Notes the contact that a message went to. Another one than the thread's means that the thread's
 * has ended without our knowing: the thread is closed, and the contact that it opened is ended too.
 * `seenOpenAtMs` is the moment at which the contact was certainly open, where there is one.
 */
export function notePostedTo(
  state: ThreadState,
  contact: ContactNumber,
  status: ContactStatus | undefined,
  seenOpenAtMs: number | null,
  atMs: number,
): ThreadState {
  if (state.contact !== null && state.contact !== contact && !isFoundOnly(state)) {
    const closed = endThread(state, 'agent', atMs);
    return enqueueLegs(closed, [{ kind: 'endContact', status: state.policy.onEnd, contact }]);
  }
  const noted: ThreadState = { ...state, contact };
  if (status !== undefined && isEndedStatus(state.policy, status)) {
    return endThread(noted, 'agent', atMs);
  }
  return seenOpenAtMs === null ? noted : { ...noted, contactSeenOpenAtMs: seenOpenAtMs };
}
