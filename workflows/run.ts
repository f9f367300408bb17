/** @module One run of a thread's workflow: what it knows, and what has come and is not yet taken. */
import type { ThreadEvent, ThreadState } from '../src/domain/thread-state.js';

/** An event before it has its moment, which it is given when it is taken. */
export type NewThreadEvent = ThreadEvent extends infer Event
  ? Event extends ThreadEvent
    ? Omit<Event, 'atMs'>
    : never
  : never;

/** The state of a run and its inbox. */
export interface Run {
  state: ThreadState;
  readonly inbox: NewThreadEvent[];
  /** The name of the policy that the channel goes by, as the last signal said. */
  policyName?: string;
}
