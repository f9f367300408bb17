/** @module The chats of a platform, in memory: what its customers see. */
import { randomUUID } from 'node:crypto';
import type { Delivery } from './deliveries.js';

/** What a customer sees of the message that another one answers. */
interface Quotation {
  readonly id: string;
  readonly from: 'customer' | 'agent' | 'system';
  readonly text: string;
}

/** A message as a customer sees it. */
export interface Bubble {
  readonly id: string;
  readonly from: Quotation['from'];
  readonly author?: string;
  readonly text: string;
  readonly files: readonly { readonly name: string; readonly url: string }[];
  readonly replyTo?: Quotation;
  readonly isForwarded?: boolean;
  /** What became of a message of the customer's own. */
  status?: string;
}

/** A customer's conversation. */
export interface Chat {
  readonly threadId: string;
  readonly customer: { readonly id: string; readonly name: string };
  readonly bubbles: Bubble[];
  state: 'open' | 'warned' | 'closed';
  deadlineAt?: string | undefined;
  closedBy?: string | undefined;
  isAway: boolean;
  isAgentTyping: boolean;
  /** The last event that was taken. */
  lastSeq: number;
}

/** All chats. */
export interface Chats {
  readonly all: readonly Chat[];
  begin(name: string): Chat;
  find(threadId: string): Chat | undefined;
  /** Notes a customer's message, with the one that it answers, and gives its id. */
  write(chat: Chat, text: string, answered?: Bubble): string;
  /** Takes a delivery of a chat. Repeats are known by their id before they come here. */
  take(delivery: Delivery): void;
  /** Calls whenever something has changed. */
  onChange(listener: () => void): () => void;
  changed(): void;
}

export function createChats(): Chats {
  const all: Chat[] = [];
  const listeners = new Set<() => void>();

  function add(threadId: string, customer: Chat['customer']): Chat {
    const chat: Chat = {
      threadId,
      customer,
      bubbles: [],
      state: 'open',
      isAway: false,
      isAgentTyping: false,
      lastSeq: 0,
    };
    all.unshift(chat);
    return chat;
  }

  const chats: Chats = {
    all,
    begin(name) {
      const customer = { id: `animal-${randomUUID()}`, name };
      const chat = add(`chat-${randomUUID()}`, customer);
      chats.changed();
      return chat;
    },
    find: (threadId) => all.find((chat) => chat.threadId === threadId),
    write(chat, text, answered) {
      const id = `m-${randomUUID()}`;
      const replyTo = answered && quotationOf(answered);
      const message = { id, from: 'customer', text, files: [], status: 'sending' } as const;
      chat.bubbles.push({ ...message, ...(replyTo && { replyTo }) });
      chat.isAway = false;
      chats.changed();
      return id;
    },
    take(delivery) {
      const { threadId, customer } = delivery;
      // An agent may write first, or this process has forgotten its chats.
      const chat = chats.find(threadId) ?? add(threadId, { id: customer.id, name: customer.id });
      note(chat, delivery);
      chats.changed();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    changed() {
      for (const listener of listeners) listener();
    },
  };
  return chats;
}

function quotationOf({ id, from, text, files }: Bubble): Quotation {
  return { id, from, text: text || (files[0]?.name ?? '') };
}

function note(chat: Chat, delivery: Delivery): void {
  if ('seq' in delivery) chat.lastSeq = delivery.seq;
  switch (delivery.type) {
    case 'typing':
      chat.isAgentTyping = delivery.typing;
      return;
    case 'message': {
      const { id, from, author, text, replyTo, attachments: files = [] } = delivery;
      const by = author?.name === undefined ? {} : { author: author.name };
      const isForwarded = delivery.forwarded === true;
      chat.bubbles.push({ id, from, ...by, text, files, ...(replyTo && { replyTo }), isForwarded });
      chat.isAgentTyping = false;
      return;
    }
    case 'message-status': {
      const { id, status, reason } = delivery;
      const bubble = chat.bubbles.find((one) => one.id === id);
      if (bubble) bubble.status = reason === undefined ? status : `${status}: ${reason}`;
      return;
    }
    case 'state':
      chat.state = delivery.state;
      chat.deadlineAt = delivery.deadlineAt;
      chat.closedBy = delivery.closedBy;
      return;
  }
}
