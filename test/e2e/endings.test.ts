import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import {
  type Chat,
  type Endings,
  shut,
  startEndings,
  until,
  waysToEnd,
  widgetChannel,
} from '../support/endings.js';
import type { SimulatedRequest } from '../support/simulator-client.js';
import { eventsSecret } from '../support/system.js';

/** Both moments of the idle clock are met within this. */
const promptMs = 1_000;
const idleAfterMs = 2_000;
const countdownMs = 1_500;

const channels = [
  widgetChannel('watering-hole', { idleAfter: '2s', countdown: '1500ms' }),
  // Its contacts are looked at before every message.
  widgetChannel('river-bank', { contactFresh: '1ms', contactCheck: '1ms' }),
  widgetChannel('savanna', {}),
];

let endings: Endings;
beforeAll(async () => {
  endings = await startEndings({
    temporalAddress: inject('temporalAddress'),
    gateways: 2,
    channels,
  });
});
afterAll(() => endings?.close());

async function expectShut(chat: Chat): Promise<void> {
  await vi.waitFor(async () => expect(await endings.standingOf(chat)).toEqual(shut), until);
}

async function expectNoViolation({ customer }: Chat): Promise<void> {
  const { violations } = await endings.simulator.state();
  const ownViolations = violations.filter(
    ({ facts }) => facts['threadIdOnExternalPlatform'] === customer.threadId,
  );
  expect(ownViolations).toEqual([]);
}

describe('a customer who goes away', () => {
  test('is warned, and the chat ends in the contact centre', async () => {
    const chat = await endings.begin('watering-hole');
    const { customer, page } = chat;
    await endings.agentWrites(chat, 'Are you thirsty?');
    const repliedAtMs = Date.now();
    await page.ended;

    const states = page.events.filter((event) => event.type === 'state');
    expect(states).toMatchObject([
      { state: 'warned', deadlineAt: expect.stringMatching(/Z$/) },
      { state: 'closed', closedBy: 'idle' },
    ]);
    expect(page.events.filter((event) => event.from === 'system')).toMatchObject([
      { text: 'Are you still there?' },
      { text: 'This chat was closed because nobody answered.' },
    ]);
    const [warned = Number.NaN, closed = Number.NaN] = states.map((one) => one.arrivedAtMs);
    expect(warned - repliedAtMs).toBeLessThan(idleAfterMs + promptMs);
    expect(closed - warned).toBeGreaterThan(countdownMs - promptMs);
    expect(closed - warned).toBeLessThan(countdownMs + promptMs);
    await expectShut(chat);
    expect(await customer.send(endings.gatewayUrl, 'm-2')).toBe(409);
    await expectNoViolation(chat);
  });

  test.concurrent('by closing the page while the agent owes an answer', async () => {
    const chat = await endings.begin('watering-hole');
    chat.page.close();
    await vi.waitFor(
      async () =>
        expect(await chat.customer.snapshot(endings.gatewayUrl)).toMatchObject({ state: 'closed' }),
      until,
    );
    await expectShut(chat);
    await expectNoViolation(chat);
  });

  test.concurrent('and says in time that they are there, keeps the chat', async () => {
    const chat = await endings.begin('watering-hole');
    const { customer, page } = chat;
    await endings.agentWrites(chat, 'Are you thirsty?');
    await vi.waitFor(
      () => expect(page.events.some((event) => event.state === 'warned')).toBe(true),
      until,
    );
    const answer = await customer.call(endings.gatewayUrl, '/still-here');
    expect(answer.status).toBe(204);
    await vi.waitFor(
      () => expect(page.events.at(-1)).toMatchObject({ type: 'state', state: 'open' }),
      until,
    );
    expect(page.events.at(-1)).not.toHaveProperty('deadlineAt');
    page.close();
  });
});

test('a contact that another agent takes, announced by the signed event, stays open', async () => {
  const chat = await endings.begin('river-bank');
  const { customer, page, contact } = chat;
  const order = { agentId: 11_003, event: true };
  const answer = await endings.simulator.post(`/agent/contacts/${contact}/assignee`, order);
  expect(answer).toMatchObject({ event: { eventType: 'CaseInboxAssigneeChanged', status: 204 } });
  await endings.agentWrites(chat, 'I have taken over.');
  expect(await customer.send(endings.gatewayUrl, 'm-2')).toBe(202);
  await vi.waitFor(() => {
    const sent = page.events.filter((event) => event.status === 'sent');
    expect(sent.map(({ id }) => id)).toEqual(['m-1', 'm-2']);
    const said = page.events.find((event) => event.from === 'agent');
    expect(said).toMatchObject({ author: { name: 'Warden' } });
  }, until);
  expect(page.events.filter((event) => event.type === 'state')).toEqual([]);
  expect((await endings.heldOf(chat)).contacts).toMatchObject([{ id: contact, status: 'open' }]);
  await expectNoViolation(chat);
  page.close();
});

describe('an agent who closes the contact', () => {
  test('with the signed event ends the chat at once', async () => {
    const chat = await endings.begin('river-bank');
    const closedAtMs = Date.now();
    await endings.agentCloses(chat, { event: true });
    await chat.page.ended;
    expect(Date.now() - closedAtMs).toBeLessThan(promptMs);
    expect(chat.page.events.slice(-2)).toMatchObject([
      { type: 'message', from: 'system', text: 'The agent has ended this chat.' },
      { type: 'state', state: 'closed', closedBy: 'agent' },
    ]);
    await expectShut(chat);
    await expectNoViolation(chat);
  });

  test.concurrent('by status alone lets no later message through', async () => {
    const chat = await endings.begin('river-bank');
    const { customer, page } = chat;
    await endings.agentCloses(chat, { event: false });
    expect([202, 409]).toContain(await customer.send(endings.gatewayUrl, 'm-2'));
    await page.ended;
    expect(page.events.filter((event) => event.status === 'sent')).toMatchObject([{ id: 'm-1' }]);
    expect(await customer.send(endings.gatewayUrl, 'm-3')).toBe(409);
    await expectShut(chat);
    const { messages } = await endings.heldOf(chat);
    expect(messages.map((one) => one.text)).toEqual(['text of m-1']);
    await expectNoViolation(chat);
  });
});

type EndKind = (typeof waysToEnd)[number];

const texts = {
  agent: ['The agent has ended this chat.'],
  idle: ['This chat was closed because nobody answered.'],
  customer: [],
  operator: [],
};

interface LivedEnd {
  readonly chat: Chat;
  /** What the engine called once it knew of the end. */
  readonly calls: readonly SimulatedRequest[];
}

describe('a chat that was ended by', () => {
  const lived = new Map<EndKind, LivedEnd>();
  beforeAll(async () => {
    await Promise.all(waysToEnd.map(async (kind) => lived.set(kind, await live(kind))));
  });

  function channelOf({ way, by }: EndKind): string {
    if (way === 'an agent, by status') return 'river-bank';
    return by === 'idle' ? 'watering-hole' : 'savanna';
  }

  async function live(kind: EndKind): Promise<LivedEnd> {
    const chat = await endings.begin(channelOf(kind));
    await endings.end(chat, kind.way);
    await chat.page.ended;
    await endings.finished(chat);
    const closedAtMs = Date.parse(chat.page.events.at(-1)?.closedAt ?? '');
    const calls = (await endings.callsAbout(chat)).filter(
      // Where an end is looked for all the time, a look at the contact may come just after it.
      ({ at, operation }) =>
        Date.parse(at) >= closedAtMs &&
        !(kind.way === 'an agent, by status' && operation === 'getContact'),
    );
    return { chat, calls };
  }

  function livedOf(kind: EndKind): LivedEnd {
    const one = lived.get(kind);
    if (one === undefined) throw new Error(`nobody lived ${kind.way}`);
    return one;
  }

  /** Both are set, and then read back. An agent has ended the contact already. */
  const allCalls = [
    'PUT updateContactStatus',
    'PUT updateThread',
    'GET getContact',
    'GET listThreads',
  ];
  const expectedCalls = (by: EndKind['by']) =>
    by === 'agent' ? allCalls.filter((call) => /thread/i.test(call)) : allCalls;

  test.each(waysToEnd)('$way is told so in the same order', (kind) => {
    const { page } = livedOf(kind).chat;
    const told = texts[kind.by].map((text) => ({ from: 'system', text }));
    const closedAt = page.events.findIndex((event) => event.state === 'closed');
    expect(page.events.slice(closedAt - told.length)).toMatchObject([
      ...told,
      { type: 'state', state: 'closed', closedBy: kind.by, closedAt: expect.stringMatching(/Z$/) },
    ]);
    const systemTexts = page.events.filter((event) => event.from === 'system');
    expect(systemTexts).toHaveLength(told.length + (kind.by === 'idle' ? 1 : 0));
  });

  test.each(waysToEnd)('$way makes the same calls, each once', (kind) => {
    const { calls } = livedOf(kind);
    expect(calls.map(({ method, operation }) => `${method} ${operation}`)).toEqual(
      expectedCalls(kind.by),
    );
    expect(calls.every(({ answer }) => /^20[04]$/.test(answer))).toBe(true);
  });

  test.each(waysToEnd)('$way leaves the same state', async (kind) => {
    const { chat } = livedOf(kind);
    expect(await endings.standingOf(chat)).toEqual(shut);
    await expectNoViolation(chat);
  });
});

describe('an event that claims an end', () => {
  function bodyOf({ customer, contact, channelId }: Chat, more: object): string {
    const statusUpdatedAt = new Date().toISOString();
    const { threadId } = customer;
    const claim = {
      id: contact,
      status: 'closed',
      statusUpdatedAt,
      threadIdOnExternalPlatform: threadId,
    };
    const data = { channel: { id: channelId }, case: { ...claim, ...more } };
    return JSON.stringify({ eventId: 'e-1', eventType: 'CaseStatusChanged', data });
  }

  async function tell(body: string, signature: string | null): Promise<number> {
    const answer = await fetch(`${endings.gatewayUrl}/integration/events`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(signature === null ? {} : { 'x-request-signature': signature }),
      },
      body,
    });
    return answer.status;
  }

  const sign = (body: string, secret = eventsSecret) =>
    createHmac('sha256', secret).update(body).digest('base64');

  /** The chat goes on: what the customer writes next is sent, and there is no end. */
  async function expectOpen({ customer, page }: Chat): Promise<void> {
    expect(await customer.send(endings.gatewayUrl, 'after')).toBe(202);
    await vi.waitFor(
      () => expect(page.events.at(-1)).toMatchObject({ id: 'after', status: 'sent' }),
      until,
    );
    expect(page.events.filter((event) => event.type === 'state')).toEqual([]);
    page.close();
  }

  const logOf = ({ customer }: Chat) =>
    (endings.system.processes.get('gateway-0')?.output() ?? '')
      .split('\n')
      .filter((line) => line.includes(customer.threadId) && line.includes('event'));

  test.concurrent.each([
    ['without a signature', () => null],
    ['with the signature of another body', (body: string) => sign(`${body} `)],
    ['with a signature by another secret', (body: string) => sign(body, 'another-secret')],
  ])('%s is refused, and the chat goes on', async (_title, signatureOf) => {
    const chat = await endings.begin('river-bank');
    const body = bodyOf(chat, {});
    expect(await tell(body, signatureOf(body))).toBe(401);
    await expectOpen(chat);
  });

  test.concurrent.each([
    ["of a contact that is not the thread's", { id: '4711' }],
    ["older than the contact's last change", { statusUpdatedAt: '2020-01-01T00:00:00.000Z' }],
    ['of a status that is no end', { status: 'pending' }],
  ])('%s is taken, logged, and ends nothing', async (_title, more) => {
    const chat = await endings.begin('river-bank');
    const opened = bodyOf(chat, { status: 'open' });
    expect(await tell(opened, sign(opened))).toBe(204);
    const claim = bodyOf(chat, more);
    expect(await tell(claim, sign(claim))).toBe(204);
    expect(await tell(claim, sign(claim))).toBe(204);
    await expectOpen(chat);
    expect(logOf(chat)).toHaveLength(3);
  });

  test.concurrent('and news from before it end the chat once, in whatever order they come', async () => {
    const chat = await endings.begin('river-bank');
    const before = bodyOf(chat, { status: 'open' });
    await endings.agentCloses(chat, { event: true });
    const again = bodyOf(chat, {});
    for (const body of [before, again, again]) expect(await tell(body, sign(body))).toBe(204);
    await chat.page.ended;
    await endings.finished(chat);
    const events = await endings.replay(chat);
    expect(events.filter((event) => event.type === 'state')).toMatchObject([{ closedBy: 'agent' }]);
    await expectShut(chat);
  });
});
