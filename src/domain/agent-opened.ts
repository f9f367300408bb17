/**
 * @module Threads that an agent opened: the contact centre has heard of them before their customer
 * wrote anything, and names no contact before the customer's first answer.
 */
import type { ExternalMessageId } from './ids.js';
import type { Customer } from './messages.js';
import type { ThreadState } from './thread-state.js';

/** Gives the first message that an agent wrote here; undefined where none did. */
export function firstAgentMessageOf({
  ledger,
}: Pick<ThreadState, 'ledger'>): ExternalMessageId | undefined {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.keys forgets the brand of the record's keys
  return Object.keys(ledger.outbound)[0] as ExternalMessageId | undefined;
}

/** Says whether an agent has written here. */
export function hasAgentWritten(state: Pick<ThreadState, 'ledger'>): boolean {
  return firstAgentMessageOf(state) !== undefined;
}

/** Takes what is known of the customer who answers first: the agent's call knew an id, perhaps a name. */
export function noteAnswering(state: ThreadState, customer: Customer | undefined): ThreadState {
  const isFirst = Object.keys(state.ledger.inbound).length === 0;
  if (customer === undefined || !isFirst || !hasAgentWritten(state)) return state;
  return { ...state, customer: { ...state.customer, ...customer } };
}
