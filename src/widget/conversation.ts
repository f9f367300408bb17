/** The conversation as the customer sees it: a line for each message, made from the widget's state. */
import type { ShownContent } from './content/shown-content.js';
import type { OutboxEntry } from './outbox.js';
import { beginningOf, keyOf, type Quotation, quotationOf } from './quotations.js';
import type { ChatState } from './store.js';
import type { Attachment, MessageStatus, QuotedMessage, ThreadMessage } from './wire.js';

/** The mark on a customer's own message. */
export type Mark = 'waiting' | MessageStatus;

/** One line of the conversation as the customer sees it. */
export interface ConversationItem {
  readonly key: string;
  readonly id: string;
  readonly from: ThreadMessage['from'];
  readonly authorName?: string | undefined;
  readonly text: string;
  readonly content?: ShownContent | undefined;
  /** What the customer's choice carried, where this browser knows it. */
  readonly postback?: string | undefined;
  readonly attachments: readonly Attachment[];
  readonly replyTo?: Quotation | undefined;
  readonly isForwarded?: boolean | undefined;
  readonly at: string;
  readonly mark?: Mark | undefined;
  readonly reason?: string | undefined;
}

/** A verdict that is not there by then will not come any more. */
const verdictPatienceMs = 600_000;

/**
 * Returns the conversation in the order to show: the thread's own messages, and after them what is on
 * its way; what did not get there stays where it was written.
 */
export function conversation(state: ChatState): ConversationItem[] {
  const known = new Set(
    state.messages.filter(({ from }) => from === 'customer').map(({ id }) => id),
  );
  const postbacks = new Map(state.outbox.map(({ id, postback }) => [id, postback]));
  const placed = [
    ...state.messages.map((message) => ({
      seq: message.seq,
      item: itemOfMessage(state, message, postbacks.get(message.id)),
    })),
    ...state.outbox
      .filter(({ id }) => !known.has(id))
      .map((entry) => {
        const item = itemOfEntry(state, entry);
        const isStuck = item.mark === 'failed' || item.mark === 'refused';
        const isHere = isStuck && entry.threadId === state.threadId;
        return { seq: isHere ? entry.afterSeq : Number.POSITIVE_INFINITY, item };
      }),
  ];
  // Infinity minus itself is not a number, and equal places keep the order they have.
  return placed.toSorted((one, other) => one.seq - other.seq || 0).map(({ item }) => item);
}

/** Tells whether the closed thread still owes a verdict on one of the customer's messages. */
export function isVerdictOwed(state: ChatState, nowMs: number): boolean {
  return (
    nowMs - Date.parse(state.standing.closedAt ?? '') < verdictPatienceMs &&
    conversation(state).some(({ mark }) => mark === 'accepted')
  );
}

/** Quotes a line of the conversation for the message that will answer it. */
export function quote({ id, from, text, attachments }: ConversationItem): QuotedMessage {
  return { id, from, text: beginningOf(text) || (attachments[0]?.name ?? '') };
}

/** Tells whether the contact centre has a message that can be answered: the agent's, or a sent one. */
export function isAnswerable({ from, mark }: ConversationItem): boolean {
  return from === 'agent' || (from === 'customer' && mark === 'sent');
}

function itemOfMessage(
  { messages, verdicts }: ChatState,
  message: ThreadMessage,
  postback: string | undefined,
): ConversationItem {
  const { seq: _, status, ...shown } = message;
  const verdict = verdicts[message.id];
  const replyTo = quotationOf(message.replyTo, messages);
  const item = { ...shown, key: keyOf(message), replyTo };
  return message.from === 'customer'
    ? {
        ...item,
        postback,
        mark: verdict?.status ?? status ?? 'accepted',
        reason: verdict?.reason,
      }
    : item;
}

function itemOfEntry(
  { messages, verdicts, threadId }: ChatState,
  entry: OutboxEntry,
): ConversationItem {
  const verdict = verdicts[entry.id];
  // What is answered in another thread goes out as no answer.
  const answered = entry.replyTo?.threadId === threadId ? entry.replyTo : undefined;
  return {
    key: keyOf({ from: 'customer', id: entry.id }),
    id: entry.id,
    from: 'customer',
    text: entry.text,
    postback: entry.postback,
    attachments: entry.attachments ?? [],
    replyTo: quotationOf(answered, messages),
    at: entry.at,
    mark: verdict?.status ?? entry.status,
    reason: verdict?.reason ?? entry.reason,
  };
}
