/**
 * The customer's messages that the thread does not show yet. Each has a storage key of its own, so two
 * tabs that write at once do not overwrite each other, and the keys sort in the order written.
 */
import { fieldsOf, parseFields, textOf } from './fields.js';
import type { KeyValueStorage } from './storage.js';
import { type Attachment, parseAttachments, parseQuoted, type QuotedMessage } from './wire.js';

/** The message that another one answers, and the thread in which it can be answered. */
export interface AnsweredMessage extends QuotedMessage {
  readonly threadId: string;
}

/** A message on its way to the gateway, or one that did not get there. */
export interface OutboxEntry {
  readonly id: string;
  readonly text: string;
  /** What a chosen button carries back to the bot that offered it. */
  readonly postback?: string | undefined;
  readonly attachments?: readonly Attachment[] | undefined;
  readonly replyTo?: AnsweredMessage | undefined;
  readonly at: string;
  /** The newest sequence number that the customer had before them when writing. */
  readonly afterSeq: number;
  /** The thread that it was first posted to; a later attempt goes to no other. */
  readonly threadId?: string | undefined;
  readonly status: 'waiting' | 'accepted' | 'failed' | 'refused';
  readonly reason?: string | undefined;
}

/** What a message has besides its text. */
export type OutboxExtras = Pick<OutboxEntry, 'postback' | 'attachments' | 'replyTo'>;

/** What changes about an entry after it was written. */
export type OutboxChange = Partial<Pick<OutboxEntry, 'threadId' | 'status' | 'reason'>>;

/** The messages that wait, in the order written, shared by all tabs. */
export interface Outbox {
  readonly add: (text: string, afterSeq: number, extras?: OutboxExtras) => OutboxEntry;
  readonly list: () => OutboxEntry[];
  readonly update: (id: string, change: OutboxChange) => void;
  readonly remove: (id: string) => void;
}

/** Creates the outbox that lives in `storage` under keys that start with `prefix`. */
export function createOutbox(deps: {
  readonly storage: KeyValueStorage;
  readonly prefix: string;
  readonly createId: () => string;
  readonly now: () => number;
}): Outbox {
  const { storage, prefix, createId, now } = deps;
  let lastOrder = 0;

  function keys(): string[] {
    return storage
      .keys()
      .filter((key) => key.startsWith(prefix))
      .toSorted((one, other) => (one < other ? -1 : 1));
  }

  function keyOf(id: string): string | undefined {
    return keys().find((key) => key.endsWith(`:${id}`));
  }

  return {
    add: (text, afterSeq, extras = {}) => {
      const writtenAt = now();
      // A clock that stands still or jumps back must not change the order.
      lastOrder = Math.max(writtenAt, lastOrder + 1, orderOf(keys().at(-1), prefix) + 1);
      const at = new Date(writtenAt).toISOString();
      const entry: OutboxEntry = {
        id: createId(),
        text,
        ...extras,
        at,
        afterSeq,
        status: 'waiting',
      };
      storage.set(
        `${prefix}${String(lastOrder).padStart(15, '0')}:${entry.id}`,
        JSON.stringify(entry),
      );
      return entry;
    },
    list: () => keys().flatMap((key) => parseEntry(storage.get(key))),
    update: (id, change) => {
      const key = keyOf(id);
      const [entry] = key === undefined ? [] : parseEntry(storage.get(key));
      if (key !== undefined && entry !== undefined) {
        storage.set(key, JSON.stringify({ ...entry, ...change }));
      }
    },
    remove: (id) => {
      const key = keyOf(id);
      if (key !== undefined) {
        storage.remove(key);
      }
    },
  };
}

/** Returns a message of a thread as one that is answered; undefined without either. */
export function answeredIn(
  threadId: string | undefined,
  quoted: QuotedMessage | undefined,
): AnsweredMessage | undefined {
  if (threadId === undefined || quoted === undefined) {
    return undefined;
  }
  const { id, from, text } = quoted;
  return { id, from, text, threadId };
}

/** Tells whether a thread before took or refused the message: then it is no part of the next one. */
export function isLeftBehind(entry: OutboxEntry, threadId: string): boolean {
  const isSettled = entry.status === 'accepted' || entry.status === 'refused';
  return isSettled && entry.threadId !== threadId;
}

function orderOf(key: string | undefined, prefix: string): number {
  return Number.parseInt(key?.slice(prefix.length) ?? '0', 10) || 0;
}

function parseAnswered(json: unknown): AnsweredMessage | undefined {
  return answeredIn(textOf(fieldsOf(json)['threadId']), parseQuoted(json));
}

function parseEntry(json: string | undefined): OutboxEntry[] {
  const fields = parseFields(json ?? '');
  const { id, text, postback, at, afterSeq, threadId, status, reason } = fields;
  const attachments = parseAttachments(fields['attachments']);
  if (typeof id !== 'string' || typeof text !== 'string') {
    return [];
  }
  return [
    {
      id,
      text,
      postback: typeof postback === 'string' ? postback : undefined,
      attachments: attachments.length === 0 ? undefined : attachments,
      replyTo: parseAnswered(fields['replyTo']),
      at: typeof at === 'string' ? at : '',
      afterSeq: typeof afterSeq === 'number' ? afterSeq : 0,
      threadId: typeof threadId === 'string' ? threadId : undefined,
      status:
        status === 'accepted' || status === 'failed' || status === 'refused' ? status : 'waiting',
      reason: typeof reason === 'string' ? reason : undefined,
    },
  ];
}
