import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { limitedBy } from '../time-limit.js';
import { assigneeOf } from './agents.js';
import type { SentEvent, StoredContact } from './model.js';
import type { Store } from './store.js';
import { brandOf, contactView } from './views.js';

/** Sends DFO's signed events (cxone.md 4.3 and 4.4). */
export interface EventSender {
  /** Tells the middleware of a contact's status; resolves with what came of it. */
  caseStatusChanged(contact: StoredContact): Promise<SentEvent>;
  /** Tells it whom a contact is with now, likewise. */
  caseInboxAssigneeChanged(contact: StoredContact): Promise<SentEvent>;
  /** Says whether there are an address and a secret to send with. */
  isReady(): boolean;
  setUrl(url: string): void;
  close(): void;
}

const attempts = 3;
const pauseMs = 500;
const timeoutMs = 5_000;

/** Creates a sender; without an address or a secret its events are recorded as not sent. */
export function createEventSender(options: {
  url: string | undefined;
  secret: string | undefined;
  tenantId: string;
  store: Store;
}): EventSender {
  const { store, secret } = options;
  let url = options.url;
  const stopping = new AbortController();

  async function post(body: string, key: string, address: string): Promise<number> {
    const response = await fetch(address, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'X-Request-Signature': createHmac('sha256', key).update(body).digest('base64'),
        'X-Signature-Algorithm': 'sha256',
      },
      body,
      signal: limitedBy(timeoutMs, stopping.signal),
    });
    await response.body?.cancel();
    return response.status;
  }

  async function send(event: SentEvent, body: string): Promise<SentEvent> {
    if (url === undefined || secret === undefined) {
      return { ...event, reason: 'no address or no secret is set' };
    }
    let sent = event;
    while (sent.attempts < attempts && !stopping.signal.aborted) {
      if (sent.attempts > 0) await delay(pauseMs);
      sent = { ...sent, attempts: sent.attempts + 1 };
      try {
        const status = await post(body, secret, url);
        sent = { ...sent, status };
        if (status < 500 && status !== 429) return sent;
      } catch (error) {
        sent = { ...sent, reason: error instanceof Error ? error.name : 'no answer' };
      }
    }
    return sent;
  }

  async function tell(
    eventType: string,
    contact: StoredContact,
    more: Record<string, unknown> = {},
  ): Promise<SentEvent> {
    const at = new Date(store.now()).toISOString();
    const eventId = randomUUID();
    const envelope = {
      eventId,
      eventObject: 'Case',
      eventType,
      createdAt: at,
      traceId: randomUUID(),
      context: { initiator: { type: 'user', id: '11002' } },
      data: {
        brand: brandOf(options.tenantId),
        channel: { id: contact.channelId },
        case: contactView(store, contact),
        ...more,
      },
    };
    const event: SentEvent = {
      eventId,
      eventType,
      at,
      contactNumber: contact.number,
      attempts: 0,
      status: null,
    };
    const sent = await send(event, JSON.stringify(envelope));
    store.put('events', sent);
    return sent;
  }

  return {
    caseStatusChanged: (contact) => tell('CaseStatusChanged', contact),
    // That `inboxAssignee` is the whole user, as `inboxAssigneeUser` is, is INFERRED.
    caseInboxAssigneeChanged: (contact) =>
      tell('CaseInboxAssigneeChanged', contact, {
        routingQueue: null,
        inboxAssignee: assigneeOf(contact),
      }),
    isReady: () => url !== undefined && secret !== undefined,
    setUrl(next) {
      url = next;
    },
    close: () => stopping.abort(),
  };
}
