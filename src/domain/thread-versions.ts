/** @module States that earlier versions of the rules have handed over, in the shape of today's. */
import type { ThreadEnd, ThreadState } from './thread-state.js';

/** Before there were platforms. */
interface ThreadStateV2 extends Omit<ThreadState, 'version' | 'platform'> {
  readonly version: 2;
}

/** Before ends were read back and customers blocked. */
interface ThreadStateV1
  extends Omit<ThreadStateV2, 'version' | 'closed' | 'block' | 'mayHaveEnded' | 'formerContact'> {
  readonly version: 1;
  readonly closed: Omit<ThreadEnd, 'endedContacts' | 'refused' | 'missing'> | null;
}

/** A state as any version wrote it. */
export type AnyThreadState = ThreadState | ThreadStateV2 | ThreadStateV1;

/** Lifts a state to today's version. */
export function liftThread(state: AnyThreadState): ThreadState {
  switch (state.version) {
    case 3:
      return state;
    case 2:
      return { ...state, version: 3, platform: null };
    case 1:
      return liftThread(liftFirst(state));
  }
}

function liftFirst(state: ThreadStateV1): ThreadStateV2 {
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
