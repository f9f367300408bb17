/**
 * The gateway's answers and events as the widget knows them. Whatever comes from the network is read
 * here, field by field: a field of the wrong kind is left out, an unknown event is a value.
 */
import { parseContent } from './content/parse-content.js';
import type { ShownContent } from './content/shown-content.js';
import { type Fields, fieldsOf, listOf, numberOf, parseFields, textOf } from './fields.js';

/** A file that goes with a message, by link. */
export interface Attachment {
  readonly name: string;
  readonly url: string;
  readonly mimeType?: string | undefined;
}

/** Says who ended a thread. */
export type Ender = 'agent' | 'idle' | 'customer' | 'operator';

/** What became of a customer's message at the gateway and beyond. */
export type MessageStatus = 'accepted' | 'sent' | 'failed' | 'refused';

/** The beginning of an earlier message, as one that answers it carries it. */
export interface QuotedMessage {
  readonly id: string;
  readonly from: 'customer' | 'agent' | 'system';
  readonly text: string;
}

/** A message of the thread, as the gateway numbered it. */
export interface ThreadMessage {
  readonly seq: number;
  readonly id: string;
  readonly from: QuotedMessage['from'];
  readonly authorName?: string | undefined;
  readonly text: string;
  /** What can be shown instead of the text. */
  readonly content?: ShownContent | undefined;
  readonly attachments: readonly Attachment[];
  /** The message that it answers. */
  readonly replyTo?: QuotedMessage | undefined;
  /** Whether an agent handed on what was written elsewhere. */
  readonly isForwarded?: boolean | undefined;
  readonly at: string;
  readonly status?: MessageStatus | undefined;
}

/** The thread's state and, when it is closed, by whom and since when. */
export interface ThreadStanding {
  readonly state: 'open' | 'warned' | 'closed';
  readonly deadlineAt?: string | undefined;
  readonly closedBy?: Ender | undefined;
  readonly closedAt?: string | undefined;
}

/** One event of the thread's stream; `seq` is absent on what is not durable. */
export type ThreadEvent =
  | { readonly type: 'message'; readonly seq: number; readonly message: ThreadMessage }
  | {
      readonly type: 'message-status';
      readonly seq: number;
      readonly id: string;
      readonly status: MessageStatus;
      readonly reason?: string | undefined;
    }
  | { readonly type: 'state'; readonly seq: number; readonly standing: ThreadStanding }
  | {
      readonly type: 'typing';
      readonly seq?: undefined;
      readonly typing: boolean;
      readonly authorName?: string | undefined;
    }
  | { readonly type: 'unknown'; readonly seq?: number | undefined };

/** Everything that the thread holds, in one answer. */
export interface Snapshot {
  readonly threadId: string;
  readonly standing: ThreadStanding;
  readonly messages: readonly ThreadMessage[];
  readonly lastSeq: number;
}

/** A customer's right to one thread. */
export interface Session {
  readonly token: string;
  readonly expiresAt: string;
  readonly threadId: string;
}

/** The body of a customer's message. */
export interface MessageRequest {
  readonly id: string;
  readonly text: string;
  readonly postback?: string | undefined;
  readonly attachments?: readonly Attachment[] | undefined;
  /** The id of the message that it answers. */
  readonly replyTo?: string | undefined;
}

/** The fields of a problem answer that the widget acts on. */
export interface Problem {
  readonly code?: string | undefined;
  readonly detail?: string | undefined;
  readonly closedBy?: Ender | undefined;
  readonly closedAt?: string | undefined;
  readonly until?: string | undefined;
}

/** Reads one event of the stream; `id` is the SSE id, which numbers the durable events. */
export function parseThreadEvent(name: string, data: string, id: string | undefined): ThreadEvent {
  const fields = parseFields(data);
  const seq = numberOf(fields['seq']) ?? numberOf(Number(id ?? Number.NaN));
  if (name === 'typing') {
    return { type: 'typing', typing: fields['typing'] === true, authorName: authorOf(fields) };
  }
  if (seq === undefined) {
    return { type: 'unknown' };
  }
  if (name === 'message') {
    const message = messageOf(fields, seq);
    return message === undefined ? { type: 'unknown', seq } : { type: 'message', seq, message };
  }
  if (name === 'message-status') {
    const messageId = textOf(fields['id']);
    const status = statusOf(fields['status']);
    return messageId === undefined || status === undefined
      ? { type: 'unknown', seq }
      : { type: 'message-status', seq, id: messageId, status, reason: textOf(fields['reason']) };
  }
  if (name === 'state') {
    const standing = standingOf(fields);
    return standing === undefined ? { type: 'unknown', seq } : { type: 'state', seq, standing };
  }
  return { type: 'unknown', seq };
}

/** Reads a snapshot; undefined when it is not one. */
export function parseSnapshot(json: unknown): Snapshot | undefined {
  const fields = fieldsOf(json);
  const threadId = textOf(fields['threadId']);
  const standing = standingOf(fields);
  if (threadId === undefined || standing === undefined) {
    return undefined;
  }
  const messages = listOf(fields['messages']).flatMap((entry) => {
    const seq = numberOf(fieldsOf(entry)['seq']);
    const message = seq === undefined ? undefined : messageOf(fieldsOf(entry), seq);
    return message === undefined ? [] : [message];
  });
  return { threadId, standing, messages, lastSeq: numberOf(fields['lastSeq']) ?? 0 };
}

/** Reads a session, from the gateway or from storage; undefined when it is not one. */
export function parseSession(json: unknown): Session | undefined {
  const fields = fieldsOf(json);
  const token = textOf(fields['token']);
  const threadId = textOf(fields['threadId']);
  return token === undefined || threadId === undefined
    ? undefined
    : { token, threadId, expiresAt: textOf(fields['expiresAt']) ?? '' };
}

/** Reads a file that was uploaded or goes with a message; undefined without an address. */
export function parseAttachment(json: unknown): Attachment | undefined {
  const { name, url, mimeType } = fieldsOf(json);
  const link = textOf(url);
  return link === undefined
    ? undefined
    : { name: textOf(name) || link, url: link, mimeType: textOf(mimeType) };
}

/** Reads a list of files; what is none is left out. */
export function parseAttachments(json: unknown): Attachment[] {
  return listOf(json).flatMap((entry) => parseAttachment(entry) ?? []);
}

/** Reads what a message answers; undefined when that is no message. */
export function parseQuoted(json: unknown): QuotedMessage | undefined {
  const { id, from, text } = fieldsOf(json);
  const sender = senderOf(from);
  return typeof id !== 'string' || sender === undefined
    ? undefined
    : { id, from: sender, text: textOf(text) ?? '' };
}

/** Reads a problem answer; everything in it is optional. */
export function parseProblem(json: unknown): Problem {
  const fields = fieldsOf(json);
  return {
    code: textOf(fields['code']),
    detail: textOf(fields['detail']),
    closedBy: enderOf(fields['closedBy']),
    closedAt: textOf(fields['closedAt']),
    until: textOf(fields['until']),
  };
}

function messageOf(fields: Fields, seq: number): ThreadMessage | undefined {
  const id = textOf(fields['id']);
  const from = senderOf(fields['from']);
  if (id === undefined || from === undefined) {
    return undefined;
  }
  return {
    seq,
    id,
    from,
    authorName: authorOf(fields),
    text: textOf(fields['text']) ?? '',
    content: parseContent(fields['content']),
    attachments: parseAttachments(fields['attachments']),
    replyTo: parseQuoted(fields['replyTo']),
    isForwarded: fields['forwarded'] === true,
    at: textOf(fields['at']) ?? '',
    status: statusOf(fields['status']),
  };
}

function standingOf(fields: Fields): ThreadStanding | undefined {
  const state = fields['state'];
  if (state !== 'open' && state !== 'warned' && state !== 'closed') {
    return undefined;
  }
  return {
    state,
    deadlineAt: textOf(fields['deadlineAt']),
    closedBy: enderOf(fields['closedBy']),
    closedAt: textOf(fields['closedAt']),
  };
}

function senderOf(value: unknown): QuotedMessage['from'] | undefined {
  return value === 'customer' || value === 'agent' || value === 'system' ? value : undefined;
}

function statusOf(value: unknown): MessageStatus | undefined {
  switch (value) {
    case 'accepted':
    case 'sent':
    case 'failed':
    case 'refused':
      return value;
    case 'delivered':
    case 'seen':
      return 'sent';
    default:
      return undefined;
  }
}

function enderOf(value: unknown): Ender | undefined {
  return value === 'agent' || value === 'idle' || value === 'customer' || value === 'operator'
    ? value
    : undefined;
}

function authorOf(fields: Fields): string | undefined {
  return textOf(fieldsOf(fields['author'])['name']);
}
