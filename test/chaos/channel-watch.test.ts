import { afterAll, beforeAll, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { type CustomerClient, openPage, openSession } from '../support/customer-client.js';
import { type SimulatorClient, simulatorAt } from '../support/simulator-client.js';
import { type System, startSystem } from '../support/system.js';

const until = { timeout: 20_000, interval: 50 };
/** A page of the list holds 25. */
const openChats = 32;
const contactCheckMs = 1_000;
/** A round of so few threads takes less than a second; the rest is what a loaded machine takes. */
const noticedWithinMs = contactCheckMs + 1_000 + 1_000;

const channel = (id: string) => ({
  id,
  name: id,
  adapter: {
    kind: 'widget',
    allowedOrigins: ['http://localhost:8080'],
    identity: { kind: 'anonymous' },
  },
  policy: { idleAfter: '10m', contactCheck: '1s' },
  limits: { sessionsPerMinute: 1_000 },
});

interface Chat {
  readonly customer: CustomerClient;
  readonly contact: string;
}

let system: System;
let simulator: SimulatorClient;
let gatewayUrl: string;
const chats: Chat[] = [];

beforeAll(async () => {
  const temporalAddress = inject('temporalAddress');
  const channels = { channels: [channel('watering-hole')] };
  system = await startSystem({ temporalAddress, channels });
  simulator = simulatorAt(system.simulatorUrl);
  gatewayUrl = system.gatewayUrls[0] ?? '';
  chats.push(...(await Promise.all(Array.from({ length: openChats }, beginChat))));
}, 120_000);
afterAll(() => system?.close());
beforeEach(() => simulator.clearFaults());

async function beginChat(): Promise<Chat> {
  const customer = await openSession(gatewayUrl);
  expect(await customer.send(gatewayUrl, 'm-1')).toBe(202);
  return await vi.waitFor(async () => {
    const { messages } = await customer.snapshot(gatewayUrl);
    expect(messages).toMatchObject([{ id: 'm-1', status: 'sent' }]);
    const [contact] = (await simulator.thread(customer.threadId)).contacts;
    if (contact === undefined) throw new Error('there is no contact');
    return { customer, contact: contact.id };
  }, until);
}

const stateOf = async ({ customer }: Chat) => (await customer.snapshot(gatewayUrl)).state;
const closed = (chat: Chat) =>
  vi.waitFor(async () => expect(await stateOf(chat)).toBe('closed'), until);

/** Closes a chat's contact as an agent does, without an event. */
async function close({ contact }: Chat): Promise<number> {
  await simulator.post(`/agent/contacts/${contact}/status`, { status: 'closed', event: false });
  return Date.now();
}

function takeChat(): Chat {
  const chat = chats.pop();
  if (chat === undefined) throw new Error('every chat has ended');
  return chat;
}

/** Ends a chat by status alone, and gives how long it took until its open page was told. */
async function noticedAfterMs(chat: Chat): Promise<number> {
  const page = await openPage(chat.customer, gatewayUrl);
  const closedAtMs = await close(chat);
  await page.ended;
  expect(page.events.slice(-2)).toMatchObject([
    { type: 'message', from: 'system', text: 'The agent has ended this chat.' },
    { type: 'state', state: 'closed', closedBy: 'agent' },
  ]);
  return (page.events.at(-1)?.arrivedAtMs ?? Number.NaN) - closedAtMs;
}

async function roundsAfter(count: number): Promise<void> {
  const counted = async () => (await simulator.state()).requests['listContacts']?.count ?? 0;
  const before = await counted();
  // A round lists two pages at most while nothing is missing.
  await vi.waitFor(
    async () => expect(await counted()).toBeGreaterThanOrEqual(before + 2 * count),
    until,
  );
}

/** What is not as it should be: chats that are not open though nobody ended them, and violations. */
async function faultsOfTheRest(): Promise<unknown[]> {
  const states = await Promise.all(chats.map(stateOf));
  const { violations } = await simulator.state();
  return [...states.filter((state) => state !== 'open'), ...violations];
}

test("an agent's end by status alone is noticed while nobody writes", async () => {
  const chat = takeChat();
  expect(await noticedAfterMs(chat)).toBeLessThan(noticedWithinMs);
  expect(await chat.customer.send(gatewayUrl, 'm-2')).toBe(409);
  await vi.waitFor(
    async () =>
      expect(await simulator.thread(chat.customer.threadId)).toMatchObject({
        threads: [{ canAddMoreMessages: false }],
      }),
    until,
  );
  expect(await faultsOfTheRest()).toEqual([]);
}, 60_000);

describe('a list of contacts that is', () => {
  const mistake = (mistakenFor: string) => {
    const contact = chats[3]?.contact;
    return { kind: 'list-mistakes-status', contact, mistakenFor };
  };
  const wrong: [string, () => Record<string, unknown>][] = [
    ['short of its first page', () => ({ kind: 'list-skips-page' })],
    ['short of its second page', () => ({ kind: 'list-skips-page', contains: 'scrollToken' })],
    ['wrong about the status of one', () => mistake('closed')],
    ['wrong about one that went to the bin', () => mistake('trashed')],
    ['late by an hour', () => ({ kind: 'list-lags', lagMs: 3_600_000 })],
  ];

  test.each(wrong)(
    '%s ends no open chat, and does not hide an end',
    async (_what, fault) => {
      await simulator.fault({ match: 'listContacts', ...fault() });
      await roundsAfter(2);
      expect(await faultsOfTheRest()).toEqual([]);
      const chat = takeChat();
      await close(chat);
      await closed(chat);
      expect(await faultsOfTheRest()).toEqual([]);
    },
    60_000,
  );

  test('late by some seconds shows the end when it has come so far', async () => {
    await simulator.fault({ match: 'listContacts', kind: 'list-lags', lagMs: 4_000 });
    // A round that listed before looks at each contact that it missed, and may look at this one.
    await roundsAfter(2);
    const chat = takeChat();
    const tookMs = await noticedAfterMs(chat);
    expect(tookMs).toBeGreaterThan(3_000);
    expect(tookMs).toBeLessThan(4_000 + noticedWithinMs);
    expect(await faultsOfTheRest()).toEqual([]);
  }, 60_000);
});

test('while the contact centre is down nothing ends, and after it is back the end is noticed', async () => {
  const outage = { kind: 'status', status: 503 };
  await simulator.fault({ match: 'listContacts', ...outage });
  await simulator.fault({ match: 'getContact', ...outage });
  const chat = takeChat();
  await close(chat);
  await roundsAfter(1);
  expect(await stateOf(chat)).toBe('open');
  expect(await faultsOfTheRest()).toEqual([]);
  const backAtMs = Date.now();
  await simulator.clearFaults();
  await closed(chat);
  expect(Date.now() - backAtMs).toBeLessThan(noticedWithinMs);
  expect(await faultsOfTheRest()).toEqual([]);
  const warnings = system.processes
    .get('worker-0')
    ?.output()
    .match(/contacts cannot be watched/g);
  expect(warnings).toHaveLength(1);
}, 60_000);

test('a worker that was killed leaves the watch to the next', async () => {
  await system.processes.get('worker-0')?.kill();
  const chat = takeChat();
  await close(chat);
  await system.startWorker('worker-1');
  await closed(chat);
  expect(await faultsOfTheRest()).toEqual([]);
}, 60_000);
