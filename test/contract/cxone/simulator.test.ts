import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Simulator } from '../../../src/simulators/cxone/simulator.js';
import {
  codeOf,
  contactNumber,
  createAdapter,
  credentials,
  externalId,
  post,
  remoteErrorOf,
  startQuietSimulator,
  threadRef,
  unending,
} from './adapter.js';

let simulator: Simulator;
let adapter: ReturnType<typeof createAdapter>;

beforeEach(async () => {
  simulator = await startQuietSimulator();
  adapter = createAdapter({ issuer: simulator.url });
});

afterEach(async () => {
  await adapter.contactCentre.close();
  await simulator.close();
});

const countOf = (operation: string) => simulator.state().requests[operation]?.count ?? 0;
const storedIds = () =>
  simulator.state().messages.map(({ idOnExternalPlatform }) => idOnExternalPlatform);

describe('a customer’s message', () => {
  it('is stored with every field that CXone wants, and its contact comes back', async () => {
    const posted = await adapter.contactCentre.postMessage(
      post('m-1', {
        customer: {
          ...post().customer,
          imageUrl: 'https://a.example/z.png',
          fields: { herd: 'N' },
        },
        attachments: [{ name: 'map.png', url: 'https://a.example/map.png' }],
        postback: 'menu-1',
      }),
      unending,
    );
    const { messages, contacts } = simulator.state();
    expect(posted).toEqual({ contact: contacts[0]?.id, contactStatus: 'new' });
    expect(messages.map(({ request }) => request)).toEqual([
      {
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
          customFields: [{ ident: 'herd', value: 'N' }],
        },
        attachments: [{ friendlyName: 'map.png', url: 'https://a.example/map.png' }],
      },
    ]);
  });

  it('that answers another one names it', async () => {
    await adapter.contactCentre.postMessage(post('m-1'), unending);
    await adapter.contactCentre.postMessage(post('m-2', { replyTo: externalId('m-1') }), unending);
    const [first, second] = simulator.state().messages.map(({ request }) => request);
    expect(second).toMatchObject({
      replyToMessage: { idOnExternalPlatform: 'watering-hole~t-1~m-1' },
      isReplyToSpecificMessage: true,
    });
    for (const field of ['replyToMessage', 'isReplyToSpecificMessage']) {
      expect(first).not.toHaveProperty(field);
    }
  });

  it('that CXone has already counts as sent, and its contact is found', async () => {
    const first = await adapter.contactCentre.postMessage(post(), unending);
    const second = await adapter.contactCentre.postMessage(post(), unending);
    expect(second.contact).toBe(first.contact);
    expect(storedIds()).toEqual(['watering-hole~t-1~m-1']);
  });

  it('is found by its id, in its own thread only', async () => {
    const { contact } = await adapter.contactCentre.postMessage(post(), unending);
    const find = (thread = threadRef(), id = externalId('m-1')) =>
      adapter.contactCentre.findMessage(thread, id, unending);
    expect(await find()).toEqual({ contact });
    expect(await find(threadRef(), externalId('m-2'))).toBeUndefined();
    expect(await find(threadRef('t-2'))).toBeUndefined();
    expect(await find(threadRef('t-1', 'elsewhere'))).toBeUndefined();
  });
});

describe('a token', () => {
  it('that ended in the middle is renewed, and the call made again', async () => {
    await adapter.contactCentre.postMessage(post('m-1'), unending);
    simulator.expireTokens();
    await adapter.contactCentre.postMessage(post('m-2'), unending);
    expect(storedIds()).toHaveLength(2);
    expect(countOf('token')).toBe(2);
  });

  it('is asked for once by 50 callers, cold and after it ended', async () => {
    const posts = (from: number) =>
      Array.from({ length: 50 }, (_, index) =>
        adapter.contactCentre.postMessage(
          post(`m-${from + index}`, { thread: threadRef(`t-${index % 10}`) }),
          unending,
        ),
      );
    await Promise.all(posts(0));
    expect(countOf('token')).toBe(1);
    simulator.expireTokens();
    await Promise.all(posts(50));
    expect(countOf('token')).toBe(2);
    expect(countOf('openidConfiguration')).toBe(1);
    expect(countOf('cxoneConfiguration')).toBe(1);
    expect(new Set(storedIds()).size).toBe(100);
  });

  it('that is refused for good is an error after one renewal', async () => {
    simulator.faults.add({ match: 'createMessage', kind: 'expired-token' });
    expect(await codeOf(adapter.contactCentre.postMessage(post(), unending))).toBe(
      'CONTACT_CENTRE_UNAUTHORISED',
    );
    expect(countOf('createMessage')).toBe(2);
    expect(countOf('token')).toBe(2);
  });

  it('is not given for a wrong secret', async () => {
    const wrong = createAdapter({
      issuer: simulator.url,
      credentials: { ...credentials, accessKeySecret: 'not it' },
    });
    const error = await remoteErrorOf(wrong.contactCentre.postMessage(post(), unending));
    expect(error).toMatchObject({
      code: 'CONTACT_CENTRE_UNAUTHORISED',
      policy: { certain: true },
    });
    expect(JSON.stringify(wrong.log) + error.message).not.toContain('not it');
    await wrong.contactCentre.close();
  });
});

describe('a fault', () => {
  it.each([
    ['reset-before', 0],
    ['reset-after', 1],
  ] as const)('%s leaves it open whether the message is there', async (kind, stored) => {
    simulator.faults.add({ match: 'createMessage', kind, times: 1 });
    const error = await remoteErrorOf(adapter.contactCentre.postMessage(post(), unending));
    expect(error.code).toBe('CONTACT_CENTRE_SILENT');
    expect(error.policy.certain).toBe(false);
    expect(storedIds()).toHaveLength(stored);
  });

  it('that delays beyond the limit is silence, at the limit', async () => {
    const hasty = createAdapter({ issuer: simulator.url, timeoutMs: 300 });
    simulator.faults.add({ match: 'createMessage', kind: 'delay', delayMs: 1_500, times: 1 });
    const startedAtMs = Date.now();
    expect(await codeOf(hasty.contactCentre.postMessage(post(), unending))).toBe(
      'CONTACT_CENTRE_SILENT',
    );
    expect(Date.now() - startedAtMs).toBeLessThan(1_200);
    await hasty.contactCentre.close();
  });

  it.each([
    ['seconds', 7_000, 7_000],
    ['date', 5_000, 7_000],
  ] as const)('429 with Retry-After in %s says how long to wait', async (form, least, most) => {
    simulator.faults.add({
      match: 'createMessage',
      kind: 'status',
      status: 429,
      retryAfterSeconds: 7,
      retryAfterAs: form,
      times: 1,
    });
    const error = await remoteErrorOf(adapter.contactCentre.postMessage(post(), unending));
    expect(error.code).toBe('CONTACT_CENTRE_RATE_LIMITED');
    expect(error.retryAfterMs).toBeGreaterThanOrEqual(least);
    expect(error.retryAfterMs).toBeLessThanOrEqual(most);
  });

  it('5xx leaves it open, 403 and 400 do not', async () => {
    for (const [status, code] of [
      [503, 'CONTACT_CENTRE_UNAVAILABLE'],
      [403, 'CONTACT_CENTRE_FORBIDDEN'],
      [400, 'CONTACT_CENTRE_REJECTED'],
    ] as const) {
      simulator.faults.add({ match: 'createMessage', kind: 'status', status, times: 1 });
      expect(await codeOf(adapter.contactCentre.postMessage(post(), unending))).toBe(code);
    }
  });

  it('that answers with garbage names what was expected', async () => {
    simulator.faults.add({ match: 'createMessage', kind: 'garbage', times: 1 });
    const error = await remoteErrorOf(adapter.contactCentre.postMessage(post(), unending));
    expect(error.code).toBe('CONTACT_CENTRE_UNINTELLIGIBLE');
    expect(error.message).toContain('expected consumerContact or message');
    simulator.faults.add({ match: 'searchMessages', kind: 'garbage', times: 1 });
    const look = await remoteErrorOf(
      adapter.contactCentre.findMessage(threadRef(), externalId('m-1'), unending),
    );
    expect(look.message).toContain('data: expected a list of messages');
  });
});

describe('what else a thread asks for', () => {
  it('a receipt reaches the agent’s message, whose id has our separator', async () => {
    await adapter.contactCentre.postMessage(post(), unending);
    const messageId = externalId('m-1');
    const report = { thread: threadRef(), messageId, status: 'seen', atMs: 0 } as const;
    // The message is a customer's, so CXone refuses; that it says so of this message is the point.
    const error = await remoteErrorOf(adapter.contactCentre.reportStatus(report, unending));
    expect(error.code).toBe('CONTACT_CENTRE_REJECTED');
    expect(error.message).toContain('messageIdOnExternalPlatform');
  });

  it('typing shows and goes', async () => {
    await adapter.contactCentre.postMessage(post(), unending);
    await adapter.contactCentre.setTyping(threadRef(), true, unending);
    expect(simulator.state().typing).toHaveLength(1);
    await adapter.contactCentre.setTyping(threadRef(), false, unending);
    expect(simulator.state().typing).toHaveLength(0);
  });

  it.each(['closed', 'resolved'] as const)(
    'a contact ends as %s, again and again',
    async (status) => {
      const { contact } = await adapter.contactCentre.postMessage(post(), unending);
      if (contact === undefined) throw new Error('no contact');
      await adapter.contactCentre.endContact(contact, status, unending);
      await adapter.contactCentre.endContact(contact, status, unending);
      expect(simulator.state().contacts[0]?.status).toBe(status);
    },
  );

  it('a contact is abandoned', async () => {
    const { contact } = await adapter.contactCentre.postMessage(post(), unending);
    if (contact === undefined) throw new Error('no contact');
    await adapter.contactCentre.endContact(contact, 'abandon', unending);
    expect(simulator.state().contacts[0]).toMatchObject({
      status: 'closed',
      abandon: { type: 'abandon' },
    });
  });

  it('a contact that is not there is a refusal', async () => {
    expect(
      await codeOf(adapter.contactCentre.endContact(contactNumber('404'), 'closed', unending)),
    ).toBe('CONTACT_CENTRE_REJECTED');
  });

  it('a thread is shut and opened', async () => {
    await adapter.contactCentre.postMessage(post(), unending);
    await adapter.contactCentre.setThreadOpen(threadRef(), false, unending);
    expect(simulator.state().threads[0]?.canAddMoreMessages).toBe(false);
    await adapter.contactCentre.setThreadOpen(threadRef(), true, unending);
    expect(simulator.state().threads[0]?.canAddMoreMessages).toBe(true);
  });
});

it('the tenant’s limits are kept, so that none of many calls is refused', async () => {
  simulator.limits.set({ inboundPerSecond: 40, readsPerSecond: 20 });
  const careful = createAdapter(
    { issuer: simulator.url },
    { budgets: { readsPerSecond: 18, postsPerSecond: 36 } },
  );
  const calls = Array.from({ length: 40 }, (_, index) => index).flatMap((index) => [
    careful.contactCentre.postMessage(post(`m-${index}`), unending),
    careful.contactCentre.findMessage(threadRef(), externalId(`m-${index}`), unending),
  ]);
  await Promise.all(calls);
  const { requests } = simulator.state();
  expect(requests['createMessage']?.answers).toEqual({ 201: 40 });
  expect(requests['searchMessages']?.answers).toEqual({ 200: 40 });
  await careful.contactCentre.close();
});

describe('a contact', () => {
  it('is read with its status, and since when that is so', async () => {
    const { contact } = await adapter.contactCentre.postMessage(post('m-1'), unending);
    if (contact === undefined) throw new Error('no contact came back');
    const open = await adapter.contactCentre.readContact(contact, unending);
    expect(open).toMatchObject({ contact, status: 'new' });
    const beforeMs = Date.now() - 1_000;
    await adapter.contactCentre.endContact(contact, 'closed', unending);
    const closed = await adapter.contactCentre.readContact(contact, unending);
    expect(closed).toMatchObject({ contact, status: 'closed' });
    expect(closed.statusUpdatedAtMs).toBeGreaterThan(beforeMs);
  });

  it('that nobody knows is an error', async () => {
    const read = adapter.contactCentre.readContact(contactNumber('999999'), unending);
    expect(await codeOf(read)).toBe('CONTACT_CENTRE_REJECTED');
  });
});

describe('a list of contacts', () => {
  const { channelId } = threadRef();
  const statuses = ['new', 'open', 'pending'] as const;
  const list = (after?: string) =>
    adapter.contactCentre.listContacts(
      { channelId, statuses, ...(after === undefined ? {} : { after }) },
      unending,
    );

  it('shows every contact of the channel that has one of the statuses, page by page', async () => {
    const ids = Array.from({ length: 30 }, (_, index) => `t-${index}`);
    const posted = await Promise.all(
      ids.map((id) =>
        adapter.contactCentre.postMessage(post('m-1', { thread: threadRef(id) }), unending),
      ),
    );
    const elsewhere = post('m-1', { thread: threadRef('t-1', 'elsewhere') });
    await adapter.contactCentre.postMessage(elsewhere, unending);
    const [first] = posted;
    if (first?.contact === undefined) throw new Error('no contact came back');
    await adapter.contactCentre.endContact(first.contact, 'closed', unending);

    const one = await list();
    const two = await list(one.next);
    const three = await list(two.next);
    expect([one, two, three].map(({ contacts }) => contacts.length)).toEqual([25, 4, 0]);
    expect(three).not.toHaveProperty('next');
    const listed = [...one.contacts, ...two.contacts];
    expect(new Set(listed.map(({ contact }) => contact))).toEqual(
      new Set(posted.slice(1).map(({ contact }) => contact)),
    );
    expect(new Set(listed.map(({ status }) => status))).toEqual(new Set(['new']));
  });

  it('is one read of the tenant’s budget', async () => {
    simulator.limits.set({ readsPerSecond: 1 });
    await list();
    expect(await codeOf(list())).toBe('CONTACT_CENTRE_RATE_LIMITED');
  });

  it('that CXone does not answer is an error', async () => {
    simulator.faults.add({ match: 'listContacts', kind: 'status', status: 503, times: 1 });
    expect(await codeOf(list())).toBe('CONTACT_CENTRE_UNAVAILABLE');
    simulator.faults.add({ match: 'listContacts', kind: 'garbage', times: 1 });
    expect(await codeOf(list())).toBe('CONTACT_CENTRE_UNINTELLIGIBLE');
  });
});
