/** Every call that a thread makes of DFO, as it leaves, and what its answers may be. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toOutboundExternalId } from '../../../src/domain/ids.js';
import { contactStatuses } from '../../../src/domain/policy.js';
import type { ContactCentre } from '../../../src/ports/contact-centre.js';
import {
  codeOf,
  contactNumber,
  createAdapter,
  externalId,
  post,
  remoteErrorOf,
  threadRef,
  unending,
} from './adapter.js';
import { fixture, json, type ScriptedDfo, startScriptedDfo } from './scripted-dfo.js';

let dfo: ScriptedDfo;
let contactCentre: ContactCentre;
let close: () => Promise<void>;

beforeEach(async () => {
  dfo = await startScriptedDfo();
  const adapter = createAdapter({
    issuer: 'https://nowhere.invalid',
    tokenUrl: `${dfo.url}/auth/token`,
    apiUrl: `${dfo.url}/dfo/3.0`,
  });
  ({ contactCentre } = adapter);
  close = () => adapter.contactCentre.close();
});

afterEach(async () => {
  await close();
  await dfo.close();
});

const thread = threadRef();
const contact = contactNumber('104233');
const atMs = Date.UTC(2026, 2, 1, 10, 0, 5, 7);
const messageId = toOutboundExternalId(thread, 'key');

interface Call {
  readonly make: () => Promise<unknown>;
  /** Method and path below DFO's base. */
  readonly line: string;
  readonly body?: object;
}

/** What is written, and answered with nothing of use. */
const writes: Readonly<Record<string, Call>> = {
  'a receipt of delivery': {
    make: () =>
      contactCentre.reportStatus({ thread, messageId, status: 'delivered', atMs }, unending),
    line: 'PUT /channels/watering-hole/messages/watering-hole~t-1~~key/status',
    body: { status: 'delivered', updatedAt: '2026-03-01T10:00:05.007Z' },
  },
  'a receipt of being seen': {
    make: () => contactCentre.reportStatus({ thread, messageId, status: 'seen', atMs }, unending),
    line: 'PUT /channels/watering-hole/messages/watering-hole~t-1~~key/status',
    body: { status: 'seen', updatedAt: '2026-03-01T10:00:05.007Z' },
  },
  'a receipt of failure': {
    make: () =>
      contactCentre.reportStatus(
        { thread, messageId, status: 'failed', atMs, reason: 'CHANNEL_GONE' },
        unending,
      ),
    line: 'PUT /channels/watering-hole/messages/watering-hole~t-1~~key/status',
    body: { status: 'failed', updatedAt: '2026-03-01T10:00:05.007Z', reason: 'CHANNEL_GONE' },
  },
  'typing that begins': {
    make: () => contactCentre.setTyping(thread, true, unending),
    line: 'POST /channels/watering-hole/threads/t-1/sender-actions',
    body: { action: 'isTypingOn' },
  },
  'typing that ends': {
    make: () => contactCentre.setTyping(thread, false, unending),
    line: 'POST /channels/watering-hole/threads/t-1/sender-actions',
    body: { action: 'isTypingOff' },
  },
  'the close of a contact': {
    make: () => contactCentre.endContact(contact, 'closed', unending),
    line: 'PUT /contacts/104233/status',
    body: { status: 'closed' },
  },
  'the resolution of a contact': {
    make: () => contactCentre.endContact(contact, 'resolved', unending),
    line: 'PUT /contacts/104233/status',
    body: { status: 'resolved' },
  },
  'an abandoned contact': {
    make: () => contactCentre.endContact(contact, 'abandon', unending),
    line: 'POST /contacts/104233/abandon',
    body: { type: 'abandon' },
  },
  'a thread that is shut': {
    make: () => contactCentre.setThreadOpen(thread, false, unending),
    line: 'PUT /channels/watering-hole/threads/t-1',
    body: { canAddMoreMessages: false },
  },
  'a thread that is opened': {
    make: () => contactCentre.setThreadOpen(thread, true, unending),
    line: 'PUT /channels/watering-hole/threads/t-1',
    body: { canAddMoreMessages: true },
  },
};

const message: Call = {
  make: () =>
    contactCentre.postMessage(
      post('m-1', {
        customer: {
          ...post().customer,
          imageUrl: 'https://a.example/z.png',
          fields: { species: 'Zebra' },
        },
        attachments: [{ name: 'map.png', url: 'https://a.example/map.png' }],
        postback: 'menu-1',
      }),
      unending,
    ),
  line: 'POST /channels/watering-hole/messages',
  body: {
    idOnExternalPlatform: 'watering-hole~t-1~m-1',
    direction: 'inbound',
    createdAtWithMilliseconds: '2026-03-01T10:00:00.123Z',
    thread: { idOnExternalPlatform: 't-1' },
    messageContent: { type: 'TEXT', payload: { text: 'Is there water?' }, postback: 'menu-1' },
    authorEndUserIdentity: {
      idOnExternalPlatform: 'c-1',
      firstName: 'Zuri',
      lastName: 'Zebra',
      nickname: 'Zuri Zebra',
      image: 'https://a.example/z.png',
      customFields: [{ ident: 'species', value: 'Zebra' }],
    },
    attachments: [{ friendlyName: 'map.png', url: 'https://a.example/map.png' }],
  },
};

const readOfContact: Call = {
  make: () => contactCentre.readContact(contact, unending),
  line: 'GET /contacts/104233',
};

const everyCall: Readonly<Record<string, Call>> = {
  'a customer’s message': message,
  'a look for a message': {
    make: () => contactCentre.findMessage(thread, externalId('m-1'), unending),
    line: 'GET /messages?idOnExternalPlatform%5B%5D=watering-hole~t-1~m-1',
  },
  'a look at a contact': readOfContact,
  'a look at a thread': {
    make: () => contactCentre.readThread(thread, unending),
    line: 'GET /threads?query=t-1',
  },
  'a list of contacts': {
    make: () =>
      contactCentre.listContacts(
        { channelId: thread.channelId, statuses: ['new', 'escalated'] },
        unending,
      ),
    line: 'GET /contacts?channel%5B%5D=watering-hole&status%5B%5D=new&status%5B%5D=escalated',
  },
  ...writes,
};

describe('what leaves for DFO', () => {
  it.each(Object.entries(everyCall))('is, for %s, what is documented', async (_, call) => {
    const { make, line, body } = call;
    dfo.playToken = json(200, fixture('token.json'));
    // What is answered is not looked at here, and suits none of them.
    dfo.play = json(200, '[]');
    await make().catch(() => undefined);
    const arrived = dfo.arrived.at(-1);
    expect(`${arrived?.method} ${arrived?.path.replace('/dfo/3.0', '')}`).toBe(line);
    expect(arrived?.headers['authorization']).toBe('Bearer eyJhbGciOiJSUzI1NiJ9.e30.c2ln');
    expect(arrived?.headers['content-type']).toBe(body && 'application/json');
    expect(arrived?.body === '' ? undefined : JSON.parse(arrived?.body ?? '')).toEqual(body);
  });

  it.each(Object.entries(writes))('is, for %s, done by any success', async (_, { make }) => {
    for (const status of [200, 201, 202, 204]) {
      dfo.play = (_request, response) => void response.writeHead(status).end();
      await make();
    }
    expect(dfo.arrived.filter(({ path }) => path.startsWith('/dfo'))).toHaveLength(4);
  });

  it.each(Object.entries(everyCall))('waits, for %s, as long as it is told', async (_, call) => {
    for (const [status, code] of [
      [429, 'CONTACT_CENTRE_RATE_LIMITED'],
      [503, 'CONTACT_CENTRE_UNAVAILABLE'],
    ] as const) {
      dfo.play = json(status, '', { 'retry-after': '7' });
      expect(await remoteErrorOf(call.make())).toMatchObject({ code, retryAfterMs: 7_000 });
    }
  });

  it.each(Object.entries(everyCall))('names, for %s, the field of an error', async (_, call) => {
    dfo.play = json(400, fixture('invalid-field.json'));
    const error = await remoteErrorOf(call.make());
    expect(error.code).toBe('CONTACT_CENTRE_REJECTED');
    expect(error.message).toContain('(messageContent.payload.text, tooLong)');
  });
});

describe('a contact', () => {
  const answered = (change: object) => {
    const body = { ...(JSON.parse(fixture('contact.json')) as object), ...change };
    dfo.play = json(200, JSON.stringify(body));
    return contactCentre.readContact(contact, unending);
  };
  const statusUpdatedAtMs = Date.UTC(2026, 2, 1, 10, 2);

  it('is read as it is answered', async () => {
    expect(await answered({})).toEqual({ contact, status: 'pending', statusUpdatedAtMs });
  });

  it.each(['new', 'open', 'pending', 'escalated', 'resolved', 'closed', 'trashed'] as const)(
    'may be %s',
    async (status) => {
      expect(contactStatuses).toContain(status);
      expect(await answered({ status })).toMatchObject({ status });
    },
  );

  it.each([
    ['its id as text', { id: '104233' }],
    ['no id', { id: undefined }],
    ['no moment', { statusUpdatedAt: null }],
  ])('may come with %s', async (_, change) => {
    expect(await answered(change)).toMatchObject({ contact, status: 'pending' });
  });

  it.each([
    ['another id', { id: 104_234 }],
    ['an unknown status', { status: 'awaiting-survey' }],
    ['no status', { status: undefined }],
  ])('cannot be read with %s', async (_, change) => {
    expect(await codeOf(answered(change))).toBe('CONTACT_CENTRE_UNINTELLIGIBLE');
  });
});
