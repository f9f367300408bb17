/** @module The lines of the ledger for agents' messages, and the agent who is told of a failure. */
import { enqueueTask } from './contact-centre-lane.js';
import type { ExternalMessageId } from './ids.js';
import type { OutboundStatus, ThreadState } from './thread-state.js';

/** Writes a line of the ledger; `seq` is 0 for a message that was never shown. */
export function withOutbound(
  state: ThreadState,
  id: ExternalMessageId,
  seq: number,
  status: OutboundStatus,
): ThreadState {
  const outbound = { ...state.ledger.outbound, [id]: { seq, status } };
  return { ...state, ledger: { ...state.ledger, outbound } };
}

/** Fails an agent's message, and tells the agent why. */
export function failReply(
  state: ThreadState,
  id: ExternalMessageId,
  seq: number,
  atMs: number,
  reason: string,
): ThreadState {
  return enqueueTask(withOutbound(state, id, seq, 'failed'), {
    kind: 'report',
    messageId: id,
    status: 'failed',
    atMs,
    reason,
  });
}

/** Gives the agent's message of this number while nobody has said what became of it. */
export function findUnsettledReply(
  { ledger }: ThreadState,
  seq: number,
): ExternalMessageId | undefined {
  const lines = Object.entries(ledger.outbound);
  const line = lines.find(([, entry]) => entry.seq === seq && entry.status === 'accepted');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.entries forgets the brand of the record's keys
  return line?.[0] as ExternalMessageId | undefined;
}
