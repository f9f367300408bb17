/**
 * @module The end of a thread: once, by whoever comes first, on one path for all of them.
 *
 * The gate shuts and the customer is told at once; the contact and the thread at the contact centre
 * follow in their lane (closing-legs.ts).
 */
import { endingStatusOf, enqueueLegs } from './closing-legs.js';
import { refuseWaiting } from './contact-centre-lane.js';
import { stopSearch } from './contact-search.js';
import { appendEvent } from './customer-log.js';
import type { ThreadEnder } from './messages.js';
import type { ThreadPolicy } from './policy.js';
import type { CustomerBlock, ThreadState } from './thread-state.js';

/** Ends a thread. What of the customer's still waits is refused, except at their own end. */
export function endThread(state: ThreadState, by: ThreadEnder, atMs: number): ThreadState {
  if (state.closed !== null) return by === 'customer' ? state : stopPosting(state, atMs);
  const shut: ThreadState = {
    ...stopSearch(state),
    phase: 'closed',
    deadlineAtMs: null,
    clockFromMs: null,
    closed: { by, atMs, endedContacts: [], refused: [], missing: [] },
    block: by === 'agent' ? toBlock(state.policy, atMs) : state.block,
  };
  const refused = by === 'customer' ? shut : refuseWaiting(shut, atMs);
  const text = closingText(state.policy, by);
  const told =
    text === undefined
      ? refused
      : appendEvent(refused, { type: 'message', id: `closed-${by}`, from: 'system', text, atMs });
  const closed = appendEvent(told, {
    type: 'state',
    state: 'closed',
    closedBy: by,
    closedAtMs: atMs,
  });
  if (by === 'agent') return enqueueLegs(closed, [{ kind: 'shutThread' }]);
  const status = endingStatusOf(state.policy, by);
  return enqueueLegs(closed, [{ kind: 'endContact', status }, { kind: 'shutThread' }]);
}

function toBlock({ blockAfterAgentEndMs }: ThreadPolicy, atMs: number): CustomerBlock | null {
  if (blockAfterAgentEndMs === null) return null;
  return { untilMs: atMs + blockAfterAgentEndMs, standing: 'owed' };
}

/** A further end changes nothing, but that the customer's own end lets nothing more through. */
function stopPosting(state: ThreadState, atMs: number): ThreadState {
  if (state.closed?.by !== 'customer') return state;
  return refuseWaiting({ ...state, closed: { ...state.closed, isPostingOver: true } }, atMs);
}

function closingText({ texts }: ThreadPolicy, by: ThreadEnder): string | undefined {
  switch (by) {
    case 'agent':
      return texts.agentClosed;
    case 'idle':
      return texts.idleClosed;
    case 'customer':
    case 'operator':
      return undefined;
  }
}
