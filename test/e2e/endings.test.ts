import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { type CustomerClient, openSession } from '../support/customer-client.js';
import { type SimulatorClient, simulatorAt } from '../support/simulator-client.js';
import { type System, startSystem } from '../support/system.js';

const until = { timeout: 20_000, interval: 50 };
/** Both moments of the idle clock are met within this. */
const promptMs = 1_000;
const idleAfterMs = 2_000;
const countdownMs = 1_500;

const channel = (id: string, policy: object) => ({
  id,
  name: id,
  adapter: {
    kind: 'widget',
    allowedOrigins: ['http://localhost:8080'],
    identity: { kind: 'anonymous' },
  },
  policy,
});
const channels = {
  channels: [
    channel('watering-hole', { idleAfter: '2s', countdown: '1500ms' }),
    // Its contacts are looked at before every message.
    channel('river-bank', { contactFresh: '1ms', contactCheck: '1ms' }),
  ],
};

let system: System;
let simulator: SimulatorClient;
let gatewayUrl: string;

beforeAll(async () => {
  const temporalAddress = inject('temporalAddress');
  system = await startSystem({ temporalAddress, gateways: 2, channels });
  simulator = simulatorAt(system.simulatorUrl);
  gatewayUrl = system.gatewayUrls[0] ?? '';
});
afterAll(() => system?.close());

/** A customer whose first message the contact centre has, and the number of their contact. */
async function beginChat(channelId: string) {
  const customer = await openSession(gatewayUrl, channelId);
  const page = customer.open(gatewayUrl);
  expect(await customer.send(gatewayUrl, 'm-1')).toBe(202);
  await vi.waitFor(
    () => expect(page.events.some((event) => event.status === 'sent')).toBe(true),
    until,
  );
  const { contacts } = await simulator.thread(customer.threadId);
  const [contact] = contacts;
  if (contact === undefined) throw new Error('there is no contact');
  return { customer, page, contact: contact.id };
}

interface SimulatedEnd {
  readonly contacts: readonly { readonly id: string; readonly status: string }[];
  readonly threads: readonly { readonly canAddMoreMessages: boolean }[];
}

async function endOf(customer: CustomerClient): Promise<SimulatedEnd> {
  return await simulator.thread(customer.threadId);
}

async function expectShut(customer: CustomerClient, contact: string): Promise<void> {
  await vi.waitFor(
    async () =>
      expect(await endOf(customer)).toMatchObject({
        contacts: [{ id: contact, status: 'closed' }],
        threads: [{ canAddMoreMessages: false }],
      }),
    until,
  );
}

async function expectNoFault(): Promise<void> {
  expect((await simulator.state()).violations).toEqual([]);
}

/**
 * Waits until each message has exactly one verdict. Those that were still owed come after the end,
 * when the stream is over; a page that asks again is given them.
 */
async function untilVerdicts(customer: CustomerClient, ids: readonly string[]) {
  return await vi.waitFor(async () => {
    const again = customer.open(gatewayUrl);
    await again.ended;
    const verdicts = again.events.filter((event) => event.type === 'message-status');
    const given = verdicts.map((one) => one.id ?? '').toSorted((a, b) => (a < b ? -1 : 1));
    expect(given).toEqual(ids.toSorted((a, b) => (a < b ? -1 : 1)));
    return verdicts;
  }, until);
}

describe('a customer who goes away', () => {
  test('is warned, and the chat ends in the contact centre', async () => {
    const { customer, page, contact } = await beginChat('watering-hole');
    await simulator.reply(customer.threadId, 'Are you thirsty?');
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
    await expectShut(customer, contact);
    expect(await customer.send(gatewayUrl, 'm-2')).toBe(409);
    await expectNoFault();
  }, 60_000);

  test('by closing the page while the agent owes an answer', async () => {
    const { customer, page, contact } = await beginChat('watering-hole');
    page.close();
    await vi.waitFor(
      async () => expect((await customer.snapshot(gatewayUrl)).state).toBe('closed'),
      until,
    );
    await expectShut(customer, contact);
    await expectNoFault();
  }, 60_000);

  test('and says in time that they are there, keeps the chat', async () => {
    const { customer, page } = await beginChat('watering-hole');
    await simulator.reply(customer.threadId, 'Are you thirsty?');
    await vi.waitFor(
      () => expect(page.events.some((event) => event.state === 'warned')).toBe(true),
      until,
    );
    const answer = await customer.call(gatewayUrl, '/still-here');
    expect(answer.status).toBe(204);
    await vi.waitFor(
      () => expect(page.events.at(-1)).toMatchObject({ type: 'state', state: 'open' }),
      until,
    );
    expect(page.events.at(-1)).not.toHaveProperty('deadlineAt');
    page.close();
  }, 60_000);
});

describe('an agent who closes the contact', () => {
  const close = (contact: string, event: boolean) =>
    simulator.post(`/agent/contacts/${contact}/status`, { status: 'closed', event });

  test('with the signed event ends the chat at once', async () => {
    const { customer, page, contact } = await beginChat('river-bank');
    const closedAtMs = Date.now();
    await close(contact, true);
    await page.ended;
    expect(Date.now() - closedAtMs).toBeLessThan(promptMs);
    expect(page.events.slice(-2)).toMatchObject([
      { type: 'message', from: 'system', text: 'The agent has ended this chat.' },
      { type: 'state', state: 'closed', closedBy: 'agent' },
    ]);
    for (const url of system.gatewayUrls) {
      const late = await customer.call(url, '/messages', { id: 'm-2', text: 'late' });
      expect(late.status).toBe(409);
      expect(await late.json()).toMatchObject({ code: 'THREAD_CLOSED', closedBy: 'agent' });
    }
    expect(await customer.send(gatewayUrl, 'm-1')).toBe(202);
    await expectShut(customer, contact);
    await expectNoFault();
  }, 60_000);

  test('by status alone lets no later message through', async () => {
    const { customer, page, contact } = await beginChat('river-bank');
    await close(contact, false);
    expect([202, 409]).toContain(await customer.send(gatewayUrl, 'm-2'));
    await page.ended;
    expect(page.events.filter((event) => event.id === 'm-2').at(-1)).toMatchObject({
      type: 'message-status',
      status: 'refused',
    });
    expect(await customer.send(gatewayUrl, 'm-3')).toBe(409);
    await expectShut(customer, contact);
    const { messages } = await simulator.thread(customer.threadId);
    expect(messages.map((one) => one.text)).toEqual(['text of m-1']);
    await expectNoFault();
  }, 60_000);

  test.each([0, 30, 120])(
    '%d ms after messages began to be fired leaves each with one verdict, and nothing open',
    async (offsetMs) => {
      const { customer, page, contact } = await beginChat('river-bank');
      const ids = Array.from({ length: 30 }, (_none, index) => `race-${index}`);
      const firing = Promise.all(ids.map((id) => customer.send(gatewayUrl, id)));
      await setTimeout(offsetMs);
      await close(contact, true);
      const answers = await firing;
      await page.ended;
      const accepted = ids.filter((_id, index) => answers[index] === 202);
      const verdicts = await untilVerdicts(customer, ['m-1', ...accepted]);
      const { messages } = await simulator.thread(customer.threadId);
      const sent = verdicts.filter((one) => one.status === 'sent');
      expect(messages.map((one) => one.text).toSorted()).toEqual(
        sent.map((one) => `text of ${one.id}`).toSorted(),
      );
      // A message between a look and a post may still open a contact, which then is ended as well.
      await vi.waitFor(async () => {
        const { contacts, threads } = await endOf(customer);
        expect(new Set(contacts.map((one) => one.status))).toEqual(new Set(['closed']));
        expect(threads).toMatchObject([{ canAddMoreMessages: false }]);
      }, until);
    },
    60_000,
  );
});
