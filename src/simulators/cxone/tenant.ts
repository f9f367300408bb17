import { randomUUID } from 'node:crypto';
import type {
  ContactStatus,
  Direction,
  Identity,
  StoredContact,
  StoredCustomer,
  StoredMessage,
  StoredThread,
} from './model.js';
import type { Store } from './store.js';

/** Says where a message belongs. */
interface Conversation {
  customer: StoredCustomer;
  thread: StoredThread;
  contact: StoredContact;
}

/** Does what DFO does with customers, threads and contacts. */
export interface Tenant {
  thread(channelId: string, threadIdOnExternalPlatform: string): StoredThread | undefined;
  /**
   * Finds or creates the customer, the thread and an open contact for a message, and reports a
   * message that should not have come.
   */
  conversationFor(request: {
    channelId: string;
    threadIdOnExternalPlatform: string;
    threadName?: string | undefined;
    identity: Identity;
    direction: Direction;
    messageId: string;
    /** Whether CXone itself put it there: that is no fault of the middleware. */
    isByAgent?: boolean;
  }): Conversation;
  /** Stores a message and moves its contact along. */
  store(message: StoredMessage): void;
  setStatus(
    contact: StoredContact,
    status: ContactStatus,
    by: 'agent' | 'api' | 'system',
  ): StoredContact;
  /** Gives a contact to an agent; whatever its status, it keeps it. */
  assign(contact: StoredContact, agentId: number): StoredContact;
}

/** Says whether a contact takes no more part in its thread. */
export function hasEnded(contact: StoredContact): boolean {
  return contact.status === 'closed' || contact.status === 'trashed';
}

/** Puts a message into a line, also one that is nothing but files. */
export function shortTextOf({ text, attachments }: StoredMessage): string {
  return text || attachments.map(({ friendlyName }) => friendlyName).join(', ');
}

/** Creates the tenant's rules over a store. */
export function createTenant(store: Store): Tenant {
  const iso = () => new Date(store.now()).toISOString();

  function customerFor(channelId: string, identity: Identity): StoredCustomer {
    const id = `${channelId}_${identity.idOnExternalPlatform}`;
    const known = store.get('customers', id);
    const given = Object.fromEntries(
      Object.entries(identity).filter(([, value]) => value !== undefined),
    );
    const customer: StoredCustomer = known
      ? { ...known, identity: { ...known.identity, ...given } }
      : { id, channelId, identity, createdAt: iso() };
    if (JSON.stringify(customer) !== JSON.stringify(known)) store.put('customers', customer);
    return customer;
  }

  function newContact(thread: StoredThread, direction: Direction): StoredContact {
    const at = iso();
    const contact: StoredContact = {
      number: String(store.nextNumber('contact')),
      contactId: randomUUID(),
      interactionId: randomUUID(),
      customerContactId: randomUUID(),
      channelId: thread.channelId,
      threadId: thread.id,
      threadIdOnExternalPlatform: thread.idOnExternalPlatform,
      customerId: thread.customerId,
      direction,
      status: 'new',
      statusUpdatedAt: at,
      statusHistory: [{ status: 'new', at, by: 'system' }],
      createdAt: at,
      updatedAt: at,
      inboundCount: 0,
      outboundCount: 0,
      unread: 0,
    };
    store.put('contacts', contact);
    store.put('threads', { ...thread, contactNumber: contact.number });
    return contact;
  }

  function reportLateMessage(
    thread: StoredThread,
    contact: StoredContact,
    messageId: string,
  ): void {
    const facts = {
      channelId: thread.channelId,
      threadIdOnExternalPlatform: thread.idOnExternalPlatform,
      idOnExternalPlatform: messageId,
      contactNumber: contact.number,
      closedBy: contact.statusHistory.at(-1)?.by ?? 'system',
      afterMs: store.now() - Date.parse(contact.statusUpdatedAt),
    };
    if (!thread.canAddMoreMessages) {
      store.violate('message-on-ended-thread', 'a message on a thread that takes no more', facts);
    }
    const wasReopened =
      thread.reopenedAt !== undefined && thread.reopenedAt >= contact.statusUpdatedAt;
    if (hasEnded(contact) && !wasReopened) {
      store.violate('message-after-close', 'a message after its contact was closed', facts);
    }
  }

  const tenant: Tenant = {
    thread: (channelId, id) => store.get('threads', `${channelId}_${id}`),
    conversationFor(request) {
      const { channelId, threadIdOnExternalPlatform: externalId } = request;
      const id = `${channelId}_${externalId}`;
      let thread = store.get('threads', id);
      // An agent's copy of a message names the agent's side; the thread keeps its customer.
      const known = thread && store.get('customers', thread.customerId);
      const customer =
        request.direction === 'outbound' && known
          ? known
          : customerFor(channelId, request.identity);
      thread ??= {
        id,
        idOnExternalPlatform: externalId,
        channelId,
        customerId: customer.id,
        threadName: request.threadName ?? externalId,
        canAddMoreMessages: true,
        createdAt: iso(),
        contactNumber: '',
      };
      const latest = store.get('contacts', thread.contactNumber);
      if (latest && request.isByAgent !== true) {
        reportLateMessage(thread, latest, request.messageId);
      }
      const contact = !latest || hasEnded(latest) ? newContact(thread, request.direction) : latest;
      return { customer, thread: store.get('threads', id) ?? thread, contact };
    },
    store(message) {
      const contact = store.get('contacts', message.contactNumber);
      store.put('messages', message);
      if (!contact) return;
      const isInbound = message.direction === 'inbound';
      // A message of the customer reopens a resolved contact, an agent's first one opens a new one.
      const wakes = isInbound
        ? ['resolved', 'pending'].includes(contact.status)
        : contact.status === 'new';
      const awake = wakes ? tenant.setStatus(contact, 'open', 'system') : contact;
      store.put('contacts', {
        ...awake,
        inboundCount: awake.inboundCount + (isInbound ? 1 : 0),
        outboundCount: awake.outboundCount + (isInbound ? 0 : 1),
        unread: isInbound ? awake.unread + 1 : awake.unread,
        lastMessage: {
          text: shortTextOf(message),
          direction: message.direction,
          at: message.receivedAt,
        },
        updatedAt: message.receivedAt,
      });
    },
    setStatus(contact, status, by) {
      const at = iso();
      const next: StoredContact = {
        ...contact,
        status,
        statusUpdatedAt: at,
        updatedAt: at,
        statusHistory: [...contact.statusHistory, { status, at, by }],
      };
      store.put('contacts', next);
      return next;
    },
    assign(contact, agentId) {
      const next = { ...contact, inboxAssignee: agentId, updatedAt: iso() };
      store.put('contacts', next);
      return next;
    },
  };
  return tenant;
}
