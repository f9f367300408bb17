/**
 * @module Whether what a signal brings is a payload of its kind. The gateway sends no other, but an
 * operator may send a signal by hand, and a signal cannot be refused: one that breaks the workflow's
 * task stops the thread.
 */
import type { AgentMessage, InboundMessage, Receipt } from '../src/domain/messages.js';
import { contactStatuses } from '../src/domain/policy.js';
import type { ContactSighting } from '../src/domain/thread-state.js';
import type { PolicyNews, Presence } from './messages.js';

/** The type of each field that the rules rely on. */
type Shape = Readonly<Record<string, 'string' | 'number'>>;

function has(payload: unknown, shape: Shape): payload is Record<string, string | number> {
  if (typeof payload !== 'object' || payload === null) return false;
  const fields = new Map(Object.entries(payload));
  return Object.entries(shape).every(([name, type]) => typeof fields.get(name) === type);
}

const isOneOf = (value: unknown, known: readonly string[]) => known.some((one) => one === value);

const messageShape: Shape = { id: 'string', text: 'string', acceptedAtMs: 'number' };
/** A message may answer another one, which is named by a text. */
const isMessage = (payload: InboundMessage | AgentMessage) =>
  has(payload, messageShape) && (!('replyTo' in payload) || has(payload, { replyTo: 'string' }));
/** A message of the customer's. */
export const isInbound = (payload: InboundMessage) => isMessage(payload);
/** A message of an agent's. */
export const isAgentReply = (payload: AgentMessage) => isMessage(payload);
/** Who looks at the thread, or whether the customer of a platform is there. */
export const isPresence = (payload: Presence) =>
  (has(payload, { gateway: 'string', atMs: 'number' }) &&
    isOneOf(payload.change, ['opened', 'gone', 'left'])) ||
  (has(payload, { atMs: 'number' }) &&
    !('gateway' in payload) &&
    isOneOf(payload.change, ['left', 'returned']));
/** What a page made of the agent's messages. */
export const isReceipt = (payload: Receipt) =>
  (has(payload, { upToSeq: 'number', atMs: 'number' }) ||
    has(payload, { messageId: 'string', atMs: 'number' })) &&
  isOneOf(payload.kind, ['delivered', 'seen']);
/** By which policy the channel goes, where whoever signals says so. */
export const isPolicyNews = (payload: unknown): payload is PolicyNews =>
  has(payload, { policyName: 'string' });
/** What was seen of a contact. */
export const isSighting = (payload: ContactSighting) =>
  has(payload, { contact: 'string' }) && isOneOf(payload.status, contactStatuses);
