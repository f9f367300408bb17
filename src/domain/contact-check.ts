/** @module When the contact is looked at before a customer's message goes out. */
import type { ThreadState } from './thread-state.js';

/** Whether the contact is to be looked at: not, if the tenant's reads allow it, or in any case. */
export type ContactCheck = 'none' | 'ifReadsAreSpare' | 'always';

/** Decides by how long ago the contact was seen open (customer's contract: contactFresh, contactCheck). */
export function contactCheckOf(state: ThreadState, nowMs: number): ContactCheck {
  if (state.contact === null) return 'none';
  const { contactFreshMs, contactCheckMs } = state.policy;
  const ageMs =
    state.contactSeenOpenAtMs === null
      ? Number.POSITIVE_INFINITY
      : nowMs - state.contactSeenOpenAtMs;
  if (ageMs < contactFreshMs) return 'none';
  return ageMs < contactCheckMs ? 'ifReadsAreSpare' : 'always';
}
