/** @module An event as a platform is given it: flat, with ISO moments, nothing internal. */
import { type Capabilities, type ToFileUrl, toShownMessage } from '../../domain/capabilities.js';
import type { CustomerId, ThreadRef } from '../../domain/ids.js';
import type { CustomerEvent } from '../../domain/messages.js';
import type { AgentTyping } from '../../ports/channel.js';

function toIso(atMs: number | undefined): string | undefined {
  return atMs === undefined ? undefined : new Date(atMs).toISOString();
}

/** Gives the data of an event, member by member; what is undefined is left out when it is written. */
function toData(event: CustomerEvent): Readonly<Record<string, unknown>> {
  switch (event.type) {
    case 'message': {
      const { seq, id, from, author, text, content, attachments, replyTo, atMs } = event;
      const forwarded = event.isForwarded === true ? true : undefined;
      const at = toIso(atMs);
      return { seq, id, from, author, text, content, attachments, replyTo, forwarded, at };
    }
    case 'message-status': {
      const { seq, id, status, reason } = event;
      return { seq, id, status, reason };
    }
    case 'state': {
      const { seq, state, deadlineAtMs, closedBy, closedAtMs } = event;
      return {
        seq,
        state,
        deadlineAt: toIso(deadlineAtMs),
        closedBy,
        closedAt: toIso(closedAtMs),
      };
    }
  }
}

function write(
  type: string,
  { channelId, threadId }: ThreadRef,
  id: CustomerId,
  data: Readonly<Record<string, unknown>>,
): string {
  return JSON.stringify({ type, channelId, threadId, customer: { id }, ...data });
}

/** Writes the body that carries a durable event; without `shows` a message is written as it came. */
export function writeEvent(
  ref: ThreadRef,
  customerId: CustomerId,
  event: CustomerEvent,
  shows?: Capabilities,
  toFileUrl?: ToFileUrl,
): string {
  const shown = event.type === 'message' && shows ? toShownMessage(event, shows, toFileUrl) : event;
  return write(event.type, ref, customerId, toData(shown));
}

/** Writes the body that says whether an agent is typing. */
export function writeTyping(ref: ThreadRef, customerId: CustomerId, typing: AgentTyping): string {
  const { isTyping, authorName } = typing;
  const author = authorName === undefined ? undefined : { name: authorName };
  return write('typing', ref, customerId, { typing: isTyping, author });
}
