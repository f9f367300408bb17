/** @module What is looked at before a customer's message goes out. */
import type { ThreadState } from './thread-state.js';

/**
 * What a post looks at first: nothing; its contact, if the tenant's reads allow it or in any case; or
 * its thread, whose end may be known at the contact centre only.
 */
export type PostCheck = 'none' | 'contactIfReadsAreSpare' | 'contact' | 'thread';

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
