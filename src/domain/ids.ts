/**
 * @module The ids of Isthmus, each made, read and checked here and nowhere else.
 *
 * An id that leaves the house is a pure function of ids that were fixed before the first try, so
 * that a retry, a replay and a second gateway all arrive at the same one.
 */

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** The contact centre's id of a channel: one digital point of contact. */
export type ChannelId = Branded<'ChannelId'>;
/** The customer side's id of one conversation. */
export type ThreadId = Branded<'ThreadId'>;
/** The customer side's id of a customer. */
export type CustomerId = Branded<'CustomerId'>;
/** The id that the customer's side gave a message; unique in its thread only. */
export type MessageId = Branded<'MessageId'>;
/** `idOnExternalPlatform` of a message in the contact centre; unique over all threads. */
export type ExternalMessageId = Branded<'ExternalMessageId'>;
/** The number by which the contact centre knows a contact. */
export type ContactNumber = Branded<'ContactNumber'>;
/** The task queue on which one gateway process takes what its open pages are to be shown. */
export type GatewayQueue = Branded<'GatewayQueue'>;

/** What names a thread: the same thread id on two channels is two threads. */
export interface ThreadRef {
  readonly channelId: ChannelId;
  readonly threadId: ThreadId;
}

/** The form of a channel's, a thread's and a platform's own ids. */
export const platformIdPattern = /^[A-Za-z0-9_.:-]{1,128}$/;
/** The form of a customer's id. */
export const customerIdPattern = /^[A-Za-z0-9_.:@+-]{1,128}$/;
/** The form of the id that a widget gives a message. */
export const clientMessageIdPattern = /^[A-Za-z0-9_-]{1,64}$/;
const separator = '~';
const workflowPrefix = 'thread/';
const customerPrefix = 'customer/';
const watchPrefix = 'watch/';

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the parameter names the brand
function parser<Id extends string>(pattern: RegExp): (raw: string) => Id | undefined {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one place where a checked string gets its brand
  return (raw) => (pattern.test(raw) ? (raw as Id) : undefined);
}

/** Reads a channel id: 1 to 128 of `A-Za-z0-9_.:-`; undefined for anything else. */
export const parseChannelId = parser<ChannelId>(platformIdPattern);
/** Reads a thread id: 1 to 128 of `A-Za-z0-9_.:-`; undefined for anything else. */
export const parseThreadId = parser<ThreadId>(platformIdPattern);
/** Reads a customer id: 1 to 128 of `A-Za-z0-9_.:@+-`; undefined for anything else. */
export const parseCustomerId = parser<CustomerId>(customerIdPattern);
/** Reads the message id of a widget: 1 to 64 of `A-Za-z0-9_-`; undefined for anything else. */
export const parseClientMessageId = parser<MessageId>(clientMessageIdPattern);
/** Reads the message id of a platform: 1 to 128 of `A-Za-z0-9_.:-`; undefined for anything else. */
export const parsePlatformMessageId = parser<MessageId>(platformIdPattern);
/** Reads the contact centre's number of a contact; undefined for an empty one. */
export const parseContactNumber = parser<ContactNumber>(/^\S{1,128}$/);
/** Reads an `idOnExternalPlatform` of a message as it stands; undefined for an empty one. */
export const parseExternalMessageId = parser<ExternalMessageId>(/^\S{1,512}$/);
/** Reads a gateway's task queue; undefined for anything that is not one. */
export const parseGatewayQueue = parser<GatewayQueue>(/^gateway\/[A-Za-z0-9_.-]{1,128}$/);

/** Says an id that a pattern must hold for; for ids that our own code made. */
function made<Id>(id: Id | undefined, raw: string): Id {
  if (id === undefined) throw new TypeError(`An id that was made here is malformed: ${raw}`);
  return id;
}

/** Makes the task queue of the gateway process with this id of its own. */
export function toGatewayQueue(processId: string): GatewayQueue {
  const raw = `gateway/${processId}`;
  return made(parseGatewayQueue(raw), raw);
}

/** Makes the workflow id of a thread. */
export function toWorkflowId(ref: ThreadRef): string {
  return `${workflowPrefix}${ref.channelId}/${ref.threadId}`;
}

/** Reads the thread that a workflow id names; undefined for the id of anything else. */
export function fromWorkflowId(workflowId: string): ThreadRef | undefined {
  if (!workflowId.startsWith(workflowPrefix)) return undefined;
  return toThreadRef(workflowId.slice(workflowPrefix.length).split('/'));
}

/** Makes the id of the workflow that holds a customer's current thread. */
export function toCustomerWorkflowId(channelId: ChannelId, customerId: CustomerId): string {
  return `${customerPrefix}${channelId}/${customerId}`;
}

/** Makes the id of the workflow that watches a channel's contacts. */
export function toWatchWorkflowId(channelId: ChannelId): string {
  return `${watchPrefix}${channelId}`;
}

/**
 * Makes the contact centre's id of a customer's message.
 *
 * The channel is part of it because two platforms may use the same thread id; the separator is in
 * no id's alphabet, so that two different messages cannot arrive at the same id.
 */
export function toInboundExternalId(ref: ThreadRef, messageId: MessageId): ExternalMessageId {
  const raw = [ref.channelId, ref.threadId, messageId].join(separator);
  return made(parseExternalMessageId(raw), raw);
}

/** Reads a customer's message of this thread from its id as above; undefined for any other id. */
export function fromInboundExternalId(
  ref: ThreadRef,
  id: ExternalMessageId,
): MessageId | undefined {
  const start = [ref.channelId, ref.threadId, ''].join(separator);
  return id.startsWith(start) ? parsePlatformMessageId(id.slice(start.length)) : undefined;
}

/**
 * Makes the id that the contact centre is answered for an agent's message.
 *
 * `key` is what makes the message the same one when it is sent again (see the box); 1 to 128 of
 * `A-Za-z0-9_.:-`. The empty third part keeps agents' messages apart from customers'.
 */
export function toOutboundExternalId(ref: ThreadRef, key: string): ExternalMessageId {
  const raw = [ref.channelId, ref.threadId, '', made(parsePlatformMessageId(key), key)].join(
    separator,
  );
  return made(parseExternalMessageId(raw), raw);
}

/**
 * Makes the id of a thread that an agent opens without naming one.
 *
 * `key` is that of the message that opens it, as above, so that the same message always opens the
 * same thread; 1 to 126 of `A-Za-z0-9_.:-`.
 */
export function toOutboundThreadId(key: string): ThreadId {
  const raw = `o-${key}`;
  return made(parseThreadId(raw), raw);
}

/**
 * Makes the id under which an event is given to a platform, the same on each try.
 *
 * `sinceMs` is when the thread began: one that was forgotten may begin again, with the same numbers.
 * A full stop would be taken for the end of the id where it is signed, so it is written as `~`.
 */
export function toDeliveryId(ref: ThreadRef, sinceMs: number, seq: number): string {
  const parts = [ref.channelId, ref.threadId, sinceMs.toString(36), String(seq)];
  return parts.join('/').replaceAll('.', separator);
}

/** Reads the thread of a message from an id that one of the two makers above made. */
export function fromExternalMessageId(id: string): ThreadRef | undefined {
  const parts = id.split(separator);
  return parts.length === 3 || parts.length === 4 ? toThreadRef(parts.slice(0, 2)) : undefined;
}

function toThreadRef(parts: readonly string[]): ThreadRef | undefined {
  const [channel = '', thread = '', ...more] = parts;
  const channelId = parseChannelId(channel);
  const threadId = parseThreadId(thread);
  if (channelId === undefined || threadId === undefined || more.length > 0) return undefined;
  return { channelId, threadId };
}
