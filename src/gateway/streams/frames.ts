/** @module Server-sent events, as text. */
import type { CustomerEvent } from '../../domain/messages.js';
import type { AgentTyping } from '../../ports/channel.js';
import { type ToFileUrl, toEventJson } from '../customer-event-json.js';

/** A comment: it keeps the connection open and means nothing. */
export const keepAliveFrame = ': keep-alive\n\n';

/** Says how long a page waits before it connects again. */
export function retryFrame(retryMs: number): string {
  return `retry: ${retryMs}\n\n`;
}

/** Writes a durable event, with the number from which a page goes on. */
export function eventFrame(event: CustomerEvent, toFileUrl?: ToFileUrl): string {
  const data = JSON.stringify(toEventJson(event, toFileUrl));
  return `id: ${event.seq}\nevent: ${event.type}\ndata: ${data}\n\n`;
}

/** Writes an agent's typing: without an id, for it is not durable. */
export function typingFrame({ isTyping, authorName }: AgentTyping): string {
  const author = authorName === undefined ? {} : { author: { name: authorName } };
  return `event: typing\ndata: ${JSON.stringify({ typing: isTyping, ...author })}\n\n`;
}
