/** What the console's page reads: cards, bubbles and the changes to them. */
import type { Response } from 'express';
import { agentName, agents, assigneeOf } from './agents.js';
import type { SimulatorContext } from './context.js';
import type { StoredContact, StoredMessage } from './model.js';
import { shortTextOf } from './tenant.js';
import { customerName } from './views.js';

function channelName(context: SimulatorContext, channelId: string): string {
  const name = context.store.get('channels', channelId)?.settings['name'];
  return typeof name === 'string' ? name : channelId;
}

/** Shows a contact in the console's list. */
function cardOf(context: SimulatorContext, contact: StoredContact) {
  const { store } = context;
  const thread = store.get('threads', contact.threadId);
  const identity = store.get('customers', contact.customerId)?.identity;
  const assignee = assigneeOf(contact);
  return {
    number: contact.number,
    channelId: contact.channelId,
    channelName: channelName(context, contact.channelId),
    threadId: contact.threadId,
    threadIdOnExternalPlatform: contact.threadIdOnExternalPlatform,
    canAddMoreMessages: thread?.canAddMoreMessages ?? true,
    customerName: customerName(identity),
    customerId: identity?.idOnExternalPlatform ?? '',
    customFields: (identity?.customFields ?? []).map(({ ident, value }) => ({ ident, value })),
    assignee: assignee && { id: assignee.id, name: agentName(assignee) },
    status: contact.status,
    statusBy: contact.statusHistory.at(-1)?.by ?? 'system',
    statusUpdatedAt: contact.statusUpdatedAt,
    createdAt: contact.createdAt,
    updatedAt: contact.updatedAt,
    unread: contact.unread,
    lastMessage: contact.lastMessage ?? null,
  };
}

function authorOf({ authorUser, authorEndUserIdentity }: StoredMessage): string {
  return authorUser ? agentName(authorUser) : customerName(authorEndUserIdentity);
}

/** Shows a message above one that answers it. */
function quotationOf(message: StoredMessage | undefined) {
  return message ? { author: authorOf(message), text: shortTextOf(message) } : null;
}

/** Shows a message as a bubble. */
function bubbleOf({ files, store }: SimulatorContext, message: StoredMessage) {
  const receipts = new Map(message.receipts.map((receipt) => [receipt.status, receipt]));
  const refused = receipts.get('failed');
  const state =
    message.sending !== 'sent'
      ? message.sending
      : receipts.has('seen')
        ? 'seen'
        : receipts.has('delivered')
          ? 'delivered'
          : refused
            ? 'failed'
            : 'sent';
  return {
    id: message.id,
    sequence: message.sequence,
    contactNumber: message.contactNumber,
    direction: message.direction,
    type: message.messageContent.type,
    text: message.text,
    postback: message.messageContent.postback ?? null,
    author: authorOf(message),
    replyTo: quotationOf(
      message.replyToMessage && store.get('messages', message.replyToMessage.id),
    ),
    isForwarded: message.forwardOf !== undefined,
    at: message.receivedAt,
    state,
    reason:
      message.failure ??
      (state === 'failed' ? { status: null, reason: refused?.reason ?? '' } : null),
    form: message.form ?? null,
    attachments: message.attachments.map((attachment) => {
      const file = files.fileAt(attachment.url);
      // The page may have reached us by another name than the middleware has.
      return file
        ? { ...attachment, url: files.sign(file.id, '').url, mimeType: file.mimeType }
        : { ...attachment, mimeType: null };
    }),
  };
}

const shownContacts = 200;
const shownMessages = 500;
const batchMs = 40;
const heartbeatMs = 15_000;

/** Shows what the page needs when it opens. */
export function overviewOf(context: SimulatorContext) {
  const contacts = [...context.store.all('contacts')]
    .toSorted((left, right) => right.updatedAt.localeCompare(left.updatedAt))
    .slice(0, shownContacts);
  return {
    contacts: contacts.map((contact) => cardOf(context, contact)),
    total: [...context.store.all('contacts')].length,
    violations: [...context.store.all('violations')].slice(-50),
    typing: context.typing.list(),
    faults: context.faults.list(),
    canSendEvents: context.events.isReady(),
    agents: agents.map((agent) => ({ id: agent.id, name: agentName(agent) })),
    channels: channelsOf(context),
  };
}

/** Names the channels that an agent may write on: those that exist, and those that were written on. */
function channelsOf({ store, knownChannels }: SimulatorContext): string[] {
  const made = [...store.all('channels')].filter(({ deleted }) => !deleted).map(({ id }) => id);
  const used = [...store.all('threads')].map(({ channelId }) => channelId);
  return [...new Set([...(knownChannels ?? []), ...made, ...used])].toSorted();
}

/** Shows the newest messages of one contact, oldest first. */
export function bubblesOf(context: SimulatorContext, contactNumber: string) {
  return context.store
    .messagesOf(contactNumber)
    .slice(-shownMessages)
    .map((message) => bubbleOf(context, message));
}

/** Sends every change to the pages that are open, many changes in one event. */
export interface ConsoleFeed {
  subscribe(res: Response): void;
  close(): void;
}

interface Batch {
  contacts: Set<string>;
  messages: Map<string, StoredMessage>;
  typing: Map<string, boolean>;
  hasViolations: boolean;
  hasFaults: boolean;
}

const emptyBatch = (): Batch => ({
  contacts: new Set(),
  messages: new Map(),
  typing: new Map(),
  hasViolations: false,
  hasFaults: false,
});

/** Creates the feed of a simulator. */
export function createConsoleFeed(context: SimulatorContext): ConsoleFeed {
  const pages = new Set<Response>();
  let batch = emptyBatch();
  let timer: NodeJS.Timeout | undefined;

  function write(event: string, data: object): void {
    for (const page of pages) page.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  function flush(): void {
    timer = undefined;
    const { store, faults } = context;
    const changes = batch;
    batch = emptyBatch();
    write('changes', {
      contacts: [...changes.contacts].flatMap((number) => {
        const contact = store.get('contacts', number);
        return contact ? [cardOf(context, contact)] : [];
      }),
      messages: [...changes.messages.values()].map((message) => bubbleOf(context, message)),
      typing: [...changes.typing].map(([threadId, isTyping]) => ({ threadId, isTyping })),
      ...(changes.hasViolations ? { violations: [...store.all('violations')].slice(-50) } : {}),
      ...(changes.hasFaults ? { faults: faults.list() } : {}),
    });
  }

  function note(change: (batch: Batch) => void): void {
    if (pages.size === 0) return;
    change(batch);
    timer ??= setTimeout(flush, batchMs);
  }

  context.store.onChange((name, key) => {
    note((changes) => {
      if (name === 'contacts') changes.contacts.add(key);
      if (name === 'violations') changes.hasViolations = true;
      const message = name === 'messages' ? context.store.get(name, key) : undefined;
      if (message) changes.messages.set(key, message);
      const thread = name === 'threads' ? context.store.get(name, key) : undefined;
      if (thread) changes.contacts.add(thread.contactNumber);
    });
  });
  context.store.onReset(() => write('reset', {}));
  context.faults.onChange(() => note((changes) => void (changes.hasFaults = true)));
  context.typing.onChange((threadId, isTyping) => {
    note((changes) => void changes.typing.set(threadId, isTyping));
  });
  const heartbeat = setInterval(() => {
    for (const page of pages) page.write(': still here\n\n');
  }, heartbeatMs);
  heartbeat.unref();

  return {
    subscribe(res) {
      res.writeHead(200, {
        'Content-Type': 'text/event-stream',
        'Cache-Control': 'no-store',
        'X-Accel-Buffering': 'no',
      });
      res.write('retry: 1000\n\n');
      pages.add(res);
      res.once('close', () => pages.delete(res));
    },
    close() {
      clearInterval(heartbeat);
      clearTimeout(timer);
      for (const page of pages) page.end();
    },
  };
}
