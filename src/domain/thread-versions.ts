/** @module States that earlier versions of the rules have handed over, in the shape of today's. */
import type { ThreadEnd, ThreadState } from './thread-state.js';

/** Before ends were read back and customers blocked. */
interface ThreadStateV1
  extends Omit<ThreadState, 'version' | 'closed' | 'block' | 'mayHaveEnded' | 'formerContact'> {
  readonly version: 1;
  readonly closed: Omit<ThreadEnd, 'endedContacts' | 'refused' | 'missing'> | null;
}

/** A state as any version wrote it. */
export type AnyThreadState = ThreadState | ThreadStateV1;

/** Lifts a state to today's version. */
export function liftThread(state: AnyThreadState): ThreadState {
  if (state.version === 2) return state;
  const { closed } = state;
  return {
    ...state,
    version: 2,
    closed: closed === null ? null : { ...closed, endedContacts: [], refused: [], missing: [] },
    block: null,
    mayHaveEnded: false,
    formerContact: null,
  };
}
