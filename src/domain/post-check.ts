/** @module What is looked at before a customer's message goes out. */
import type { PostCheck, ThreadState } from './thread-state.js';

/** Decides by how long ago the contact was seen open (customer's contract: contactFresh, contactCheck). */
export function postCheckOf(state: ThreadState, nowMs: number): PostCheck {
  if (state.contact === null) return state.mayHaveEnded ? 'thread' : 'none';
  const { contactFreshMs, contactCheckMs } = state.policy;
  const ageMs =
    state.contactSeenOpenAtMs === null
      ? Number.POSITIVE_INFINITY
      : nowMs - state.contactSeenOpenAtMs;
  if (ageMs < contactFreshMs) return 'none';
  return ageMs < contactCheckMs ? 'contactIfReadsAreSpare' : 'contact';
}
