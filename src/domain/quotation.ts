/**
 * @module Messages that answer one earlier message of their thread.
 *
 * What is quoted is fixed when the answer is accepted, and read from the log of this run. What
 * cannot be quoted is left out of the answer, which goes on without it.
 */
import {
  type ExternalMessageId,
  fromInboundExternalId,
  parseExternalMessageId,
  parsePlatformMessageId,
  toInboundExternalId,
} from './ids.js';
import type { InboundMessage, MessageEvent, QuotedMessage } from './messages.js';
import type { InboundStatus, ThreadState } from './thread-state.js';

/** In code points, the mark of what was left out included. */
const longestQuotation = 200;
const leftOut = '…';
/** The text ends before a word that does not fit, unless that would leave out more than this. */
const brokenWord = /\s+\S{0,30}$/;

/**
 * Gives the message that a customer answers, by the id of its event. Undefined for one that is not
 * in the log, for the service's own, and for one that the contact centre will never have.
 */
export function quoteForCustomer(
  state: ThreadState,
  id: string | undefined,
): QuotedMessage | undefined {
  const status = id === undefined ? undefined : inboundStatusOf(state, id);
  if (status === 'failed' || status === 'refused') return undefined;
  return quote(state, (event) => event.id === id && event.from !== 'system');
}

/** Gives the message that an agent answers, by the contact centre's id of it; undefined as above. */
export function quoteForAgent(
  state: ThreadState,
  id: ExternalMessageId | undefined,
): QuotedMessage | undefined {
  if (id === undefined) return undefined;
  const inboundId = fromInboundExternalId(state.ref, id);
  return quote(state, (event) =>
    event.from === 'customer' ? event.id === inboundId : event.from === 'agent' && event.id === id,
  );
}

/**
 * Gives the contact centre's id of the message that a customer's answers; undefined where it has
 * none of that id. Asked when a message is posted: whatever went before it in the lane has its
 * verdict by then, so that each try is given the same.
 */
export function referenceOf(
  state: ThreadState,
  { replyTo }: InboundMessage,
): ExternalMessageId | undefined {
  if (replyTo === undefined) return undefined;
  if (Object.hasOwn(state.ledger.outbound, replyTo)) return parseExternalMessageId(replyTo);
  const id = parsePlatformMessageId(replyTo);
  const isThere = inboundStatusOf(state, replyTo) === 'sent';
  return isThere && id !== undefined ? toInboundExternalId(state.ref, id) : undefined;
}

/** Takes from a message what it answers. */
export function withoutReplyTo(message: InboundMessage): InboundMessage {
  const { replyTo: _replyTo, ...rest } = message;
  return rest;
}

function inboundStatusOf({ ledger }: ThreadState, id: string): InboundStatus | undefined {
  const lines: Readonly<Record<string, InboundStatus>> = ledger.inbound;
  return Object.hasOwn(lines, id) ? lines[id] : undefined;
}

function quote(
  { log }: ThreadState,
  isMeant: (event: MessageEvent) => boolean,
): QuotedMessage | undefined {
  const event = log.findLast((one) => one.type === 'message' && isMeant(one));
  if (event?.type !== 'message') return undefined;
  const { id, from, text, attachments } = event;
  const words = text.trim() === '' ? (attachments?.[0]?.name ?? '') : text;
  return { id, from, text: beginningOf(words.trim()) };
}

function beginningOf(text: string): string {
  // No more is taken apart than can be needed: a code point has one or two units.
  const points = Array.from(text.slice(0, 2 * longestQuotation + 2));
  if (points.length <= longestQuotation) return text;
  const fitting = points.slice(0, longestQuotation).join('');
  const whole = fitting.replace(brokenWord, '');
  const kept = whole === fitting ? points.slice(0, longestQuotation - 1).join('') : whole;
  return `${kept}${leftOut}`;
}
