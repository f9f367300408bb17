/** What the engine asks for, as DFO's endpoints want it. Pure: no id and no moment is made here. */
import type { CustomField } from '../domain/channel.js';
import type { ContactNumber, ExternalMessageId, ThreadRef } from '../domain/ids.js';
import type { Customer } from '../domain/messages.js';
import type { EndingStatus } from '../domain/policy.js';
import type {
  AttachmentUpload,
  ContactQuery,
  PostRequest,
  StatusReport,
} from '../ports/contact-centre.js';

/** One call of DFO. */
export interface ApiRequest {
  /** What it is, for messages and logs; names ids and nothing else. */
  readonly operation: string;
  /** Which of the tenant's budgets it takes from. */
  readonly budget: 'reads' | 'posts';
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below DFO's base, encoded. */
  readonly path: string;
  readonly body?: unknown;
}

/** One call of DFO whose body comes piece by piece. */
export interface StreamedRequest extends Omit<ApiRequest, 'body'> {
  readonly body: AsyncIterable<string>;
  /** How many bytes the body has, where that is known beforehand. */
  readonly sizeBytes?: number;
}

const part = encodeURIComponent;

function threadPath({ channelId, threadId }: ThreadRef): string {
  return `/channels/${part(channelId)}/threads/${part(threadId)}`;
}

const isoTime = (atMs: number) => new Date(atMs).toISOString();

/**
 * "Create message in DFO" (cxone.md 2.1, CONFIRMED by OAS-TS, required fields included).
 *
 * INFERRED (cxone.md 5.1): a chosen button is TEXT, with its postback beside the payload. The two
 * fields of an answer are CONFIRMED; INFERRED: a message that answers nothing has neither.
 */
export function toCreateMessage(request: PostRequest): ApiRequest {
  const { thread, externalId, customer, text, attachments = [], postback, replyTo } = request;
  return {
    operation: `create message ${externalId}`,
    budget: 'posts',
    method: 'POST',
    path: `/channels/${part(thread.channelId)}/messages`,
    body: {
      idOnExternalPlatform: externalId,
      direction: 'inbound',
      createdAtWithMilliseconds: isoTime(request.createdAtMs),
      thread: { idOnExternalPlatform: thread.threadId },
      messageContent: {
        type: 'TEXT',
        payload: { text },
        ...(postback === undefined ? {} : { postback }),
      },
      authorEndUserIdentity: toIdentity(customer),
      ...(attachments.length === 0
        ? {}
        : { attachments: attachments.map(({ name, url }) => ({ friendlyName: name, url })) }),
      ...(replyTo === undefined
        ? {}
        : { replyToMessage: { idOnExternalPlatform: replyTo }, isReplyToSpecificMessage: true }),
    },
  };
}

/** The author of a customer's message (cxone.md 2.1). */
function toIdentity({ id, name, imageUrl, fields }: Customer) {
  const customFields = Object.entries(fields ?? {}).map(([ident, value]) => ({ ident, value }));
  return {
    idOnExternalPlatform: id,
    ...(name === undefined ? {} : toNames(name)),
    ...(imageUrl === undefined ? {} : { image: imageUrl }),
    ...(customFields.length === 0 ? {} : { customFields }),
  };
}

/** DFO shows first and last name to agents; the whole name is kept where it has one part only. */
function toNames(name: string) {
  const [firstName = '', ...rest] = name.trim().split(/\s+/);
  if (firstName === '') return {};
  return {
    firstName,
    ...(rest.length === 0 ? {} : { lastName: rest.join(' ') }),
    nickname: name.trim(),
  };
}

/** A search for a message by our id (cxone.md 2.5, CONFIRMED by OAS-TS). */
export function toFindMessage(externalId: ExternalMessageId): ApiRequest {
  return {
    operation: `look for message ${externalId}`,
    budget: 'reads',
    method: 'GET',
    path: `/messages?${part('idOnExternalPlatform[]')}=${part(externalId)}`,
  };
}

/** What became of an agent's message (cxone.md 2.5, CONFIRMED by OAS-TS). */
export function toStatusUpdate(report: StatusReport): ApiRequest {
  const { thread, messageId, status, atMs, reason } = report;
  return {
    operation: `report message ${messageId} as ${status}`,
    budget: 'posts',
    method: 'PUT',
    path: `/channels/${part(thread.channelId)}/messages/${part(messageId)}/status`,
    body: { status, updatedAt: isoTime(atMs), ...(reason === undefined ? {} : { reason }) },
  };
}

/** The customer's typing (cxone.md 2.4, CONFIRMED by OAS-TS). */
export function toSenderAction(thread: ThreadRef, isTyping: boolean): ApiRequest {
  return {
    operation: `show typing in thread ${thread.threadId}`,
    budget: 'posts',
    method: 'POST',
    path: `${threadPath(thread)}/sender-actions`,
    body: { action: isTyping ? 'isTypingOn' : 'isTypingOff' },
  };
}

/** A look at a contact (cxone.md 2.6, CONFIRMED by OAS-TS). */
export function toReadContact(contact: ContactNumber): ApiRequest {
  return {
    operation: `read contact ${contact}`,
    budget: 'reads',
    method: 'GET',
    path: `/contacts/${part(contact)}`,
  };
}

/**
 * A search for a thread by our id, pages counted from 1 (cxone.md 2.4, CONFIRMED by OAS-TS). INFERRED:
 * the id alone is a search expression; its syntax is not confirmed, so every match is held against it.
 */
export function toFindThread({ threadId }: ThreadRef, page: number): ApiRequest {
  return {
    operation: `look for thread ${threadId}`,
    budget: 'reads',
    method: 'GET',
    path: `/threads?query=${part(threadId)}${page === 1 ? '' : `&page=${page}`}`,
  };
}

/**
 * A page of a channel's contacts (cxone.md 2.6, CONFIRMED by OAS-TS; pages of 25, the next one by the
 * token of the last answer). INFERRED: a filter may be given many times.
 */
export function toListContacts({ channelId, statuses, after }: ContactQuery): ApiRequest {
  const filters = [
    ['channel[]', channelId],
    ...statuses.map((status) => ['status[]', status]),
    ...(after === undefined ? [] : [['scrollToken', after]]),
  ];
  return {
    operation: `list contacts of channel ${channelId}`,
    budget: 'reads',
    method: 'GET',
    path: `/contacts?${filters.map(([name = '', value = '']) => `${part(name)}=${part(value)}`).join('&')}`,
  };
}

/** The end of a contact (cxone.md 2.6, CONFIRMED by OAS-TS); abandoning is a call of its own. */
export function toContactEnd(contact: ContactNumber, status: EndingStatus): ApiRequest {
  const path = `/contacts/${part(contact)}`;
  const operation = `end contact ${contact} as ${status}`;
  return status === 'abandon'
    ? {
        operation,
        budget: 'posts',
        method: 'POST',
        path: `${path}/abandon`,
        body: { type: 'abandon' },
      }
    : { operation, budget: 'posts', method: 'PUT', path: `${path}/status`, body: { status } };
}

/** Whether a thread takes more messages (cxone.md 2.4, CONFIRMED by OAS-TS). */
export function toThreadUpdate(thread: ThreadRef, isOpen: boolean): ApiRequest {
  return {
    operation: `${isOpen ? 'open' : 'shut'} thread ${thread.threadId}`,
    budget: 'posts',
    method: 'PUT',
    path: threadPath(thread),
    body: { canAddMoreMessages: isOpen },
  };
}

/** What custom fields there are (cxone.md 2.8, CONFIRMED by OAS-TS). */
export const customFieldsRequest: ApiRequest = {
  operation: 'list custom fields',
  budget: 'reads',
  method: 'GET',
  path: '/customers/custom-field-definitions',
};

/**
 * The definition of a custom field (cxone.md 2.8, CONFIRMED by OAS-TS).
 *
 * INFERRED: the object of a list's values has their names as keys and what agents read as values;
 * a read shows an array of name and value. Ours are one and the same.
 */
export function toCustomField({ ident, label, type, values }: CustomField): ApiRequest {
  return {
    operation: `define custom field ${ident}`,
    budget: 'posts',
    method: 'PUT',
    path: '/customers/custom-field-definitions',
    body: {
      ident,
      label,
      type,
      ...(values === undefined
        ? {}
        : { values: Object.fromEntries(values.map((value) => [value, value])) }),
    },
  };
}

/**
 * "Create temporary attachment" (cxone.md 2.8, CONFIRMED by OAS-TS): the whole file as base64 in
 * one member of a JSON body.
 */
export function toStoreAttachment(upload: AttachmentUpload): StreamedRequest {
  const { mimeType, sizeBytes, content } = upload;
  const head = `{"mimeType":${JSON.stringify(mimeType)},"content":"`;
  const tail = '"}';
  return {
    operation: 'store attachment',
    budget: 'posts',
    method: 'POST',
    path: '/attachments/temporary',
    body: inBase64(head, content, tail),
    ...(sizeBytes === undefined
      ? {}
      : { sizeBytes: Buffer.byteLength(head + tail) + 4 * Math.ceil(sizeBytes / 3) }),
  };
}

/** Encodes a content bit by bit; what does not fill three bytes goes with the next. */
async function* inBase64(
  head: string,
  content: AsyncIterable<Uint8Array>,
  tail: string,
): AsyncGenerator<string> {
  yield head;
  let rest = Buffer.alloc(0);
  for await (const piece of content) {
    const bytes = Buffer.concat([rest, piece]);
    const whole = bytes.length - (bytes.length % 3);
    rest = Buffer.from(bytes.subarray(whole));
    if (whole > 0) yield bytes.toString('base64', 0, whole);
  }
  yield `${rest.toString('base64')}${tail}`;
}
