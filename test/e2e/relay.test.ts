import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { type CustomerClient, openPage, openSession } from '../support/customer-client.js';
import { type SimulatorClient, simulatorAt } from '../support/simulator-client.js';
import { type System, startSystem } from '../support/system.js';

let system: System;
let simulator: SimulatorClient;
let gatewayUrl: string;
const until = { timeout: 30_000, interval: 50 };

beforeAll(async () => {
  system = await startSystem({ temporalAddress: inject('temporalAddress') });
  simulator = simulatorAt(system.simulatorUrl);
  gatewayUrl = system.gatewayUrls[0] ?? '';
});
afterAll(() => system?.close());

const ids = (count: number, prefix: string) =>
  Array.from({ length: count }, (_none, index) => `${prefix}-${index}`);

async function inboundTexts(customer: CustomerClient): Promise<string[]> {
  const { messages } = await simulator.thread(customer.threadId);
  return messages.filter((one) => one.direction === 'inbound').map((one) => one.text);
}

describe('a chat through the whole system', () => {
  test('a first message becomes one message and one contact in the contact centre', async () => {
    const customer = await openSession(gatewayUrl);
    expect(await customer.send(gatewayUrl, 'first', 'Is the water fresh?')).toBe(202);
    await vi.waitFor(async () => {
      expect(await inboundTexts(customer)).toEqual(['Is the water fresh?']);
    }, until);
    const { contacts, messages, violations } = await simulator.thread(customer.threadId);
    expect(contacts).toHaveLength(1);
    expect(violations).toEqual([]);
    const idOnExternalPlatform = `watering-hole~${customer.threadId}~first`;
    expect(messages).toMatchObject([
      {
        idOnExternalPlatform,
        request: {
          idOnExternalPlatform,
          direction: 'inbound',
          createdAtWithMilliseconds: expect.stringMatching(/^\d{4}-.*T.*\.\d{3}Z$/),
          thread: { idOnExternalPlatform: customer.threadId },
          messageContent: { type: 'TEXT', payload: { text: 'Is the water fresh?' } },
          authorEndUserIdentity: {
            idOnExternalPlatform: expect.stringMatching(/^[\w-]{16,}$/),
            firstName: 'Zed',
            lastName: 'Zebra',
          },
        },
      },
    ]);
  });

  test("a channel's custom fields are defined, and their values go with the author", async () => {
    const definition = { ident: 'species', label: 'Species', type: 'text' };
    await vi.waitFor(async () => {
      expect((await simulator.state()).customFields).toMatchObject([definition]);
    }, until);
    const fields = { species: 'Zebra' };
    const customer = await openSession(gatewayUrl, 'watering-hole', { customer: { fields } });
    await customer.send(gatewayUrl, 'striped');
    await vi.waitFor(async () => {
      const { messages } = await simulator.thread(customer.threadId);
      expect(messages).toMatchObject([
        {
          request: {
            authorEndUserIdentity: { customFields: [{ ident: 'species', value: 'Zebra' }] },
          },
        },
      ]);
    }, until);
  });

  test('50 first messages at once become one contact and 50 messages in accepted order', async () => {
    const customer = await openSession(gatewayUrl);
    const sent = await Promise.all(ids(50, 'm').map((id) => customer.send(gatewayUrl, id)));
    expect(new Set(sent)).toEqual(new Set([202]));
    await vi.waitFor(async () => expect(await inboundTexts(customer)).toHaveLength(50), until);
    const accepted = (await customer.snapshot(gatewayUrl)).messages.map((one) => one.text);
    expect(await inboundTexts(customer)).toEqual(accepted);
    expect(new Set(accepted).size).toBe(50);
    expect((await simulator.thread(customer.threadId)).contacts).toHaveLength(1);
  });

  test('200 messages each way at once on 10 threads keep their order in each direction', async () => {
    const customers = await Promise.all(ids(10, 'c').map(() => openSession(gatewayUrl)));
    await Promise.all(customers.map((one) => one.send(gatewayUrl, 'hello', 'hello')));
    await vi.waitFor(async () => {
      const texts = await Promise.all(customers.map(inboundTexts));
      expect(texts.every((one) => one.length === 1)).toBe(true);
    }, until);
    const pages = await Promise.all(customers.map((one) => openPage(one, gatewayUrl)));

    const questions = ids(20, 'question');
    const answers = ids(20, 'answer');
    await Promise.all(
      customers.flatMap((customer) => [
        (async () => {
          for (const id of questions) expect(await customer.send(gatewayUrl, id, id)).toBe(202);
        })(),
        (async () => {
          for (const text of answers) {
            expect((await simulator.reply(customer.threadId, text)).status).toBe(200);
          }
        })(),
      ]),
    );
    for (const [index, customer] of customers.entries()) {
      await vi.waitFor(async () => {
        expect(await inboundTexts(customer)).toEqual(['hello', ...questions]);
        const events = pages[index]?.events ?? [];
        const agents = events.filter((one) => one.from === 'agent').map((one) => one.text);
        expect(agents).toEqual(answers);
        const seqs = events.map((one) => one.seq);
        expect(seqs).toEqual(seqs.map((_seq, at) => at + 1));
        expect(events.filter((one) => one.status === 'sent')).toHaveLength(21);
      }, until);
      pages[index]?.close();
    }
    expect((await simulator.state()).violations).toEqual([]);
  }, 120_000);

  test('the first reply is refused, fetches a token, and is taken when it is repeated', async () => {
    const customer = await openSession(gatewayUrl);
    await customer.send(gatewayUrl, 'hello');
    await vi.waitFor(async () => expect(await inboundTexts(customer)).toHaveLength(1), until);
    await simulator.post('/forget-box-token');
    const before = (await simulator.state()).requests;
    expect((await simulator.reply(customer.threadId, 'hello to you')).status).toBe(200);
    const after = (await simulator.state()).requests;
    const gained = (operation: string, answer: string) =>
      (after[operation]?.answers[answer] ?? 0) - (before[operation]?.answers[answer] ?? 0);
    expect([
      gained('boxReply', '401'),
      gained('boxToken', '200'),
      gained('boxReply', '200'),
    ]).toEqual([1, 1, 1]);
  });

  test('a connection without a call is kept for longer than a proxy keeps it', async () => {
    const answer = await fetch(`${gatewayUrl}/livez`);
    expect(answer.headers.get('keep-alive')).toBe('timeout=75');
  });

  test('the same id twice, and the same call twice, is one message with the same answer', async () => {
    const customer = await openSession(gatewayUrl);
    expect(await customer.send(gatewayUrl, 'again', 'once')).toBe(202);
    expect(await customer.send(gatewayUrl, 'again', 'once')).toBe(202);
    await vi.waitFor(async () => expect(await inboundTexts(customer)).toEqual(['once']), until);
    await simulator.fault({ match: 'boxReply', kind: 'duplicate-call', times: 1 });
    const { answers, idOnExternalPlatform } = await simulator.reply(customer.threadId, 'just once');
    expect(answers).toHaveLength(2);
    expect(idOnExternalPlatform).not.toBeNull();
    await vi.waitFor(async () => {
      const { messages } = await customer.snapshot(gatewayUrl);
      expect(messages.filter((one) => one.from === 'agent')).toHaveLength(1);
    }, until);
    expect(await inboundTexts(customer)).toEqual(['once']);
  });

  test('a message whose answer was lost is looked up and not sent again', async () => {
    const customer = await openSession(gatewayUrl);
    await simulator.fault({ match: 'createMessage', kind: 'reset-after', times: 1 });
    expect(await customer.send(gatewayUrl, 'lost', 'only once')).toBe(202);
    await vi.waitFor(async () => {
      const [message] = (await customer.snapshot(gatewayUrl)).messages;
      expect(message?.status).toBe('sent');
    }, until);
    const { messages, violations } = await simulator.thread(customer.threadId);
    expect(messages.filter((one) => one.direction === 'inbound')).toHaveLength(1);
    expect(violations).toEqual([]);
  });
});

describe('what stands still', () => {
  test('messages accepted while no worker runs are delivered in order when one is back', async () => {
    const customer = await openSession(gatewayUrl);
    await system.processes.get('worker-0')?.kill();
    for (const id of ids(10, 'waiting')) expect(await customer.send(gatewayUrl, id, id)).toBe(202);
    expect(await inboundTexts(customer)).toEqual([]);
    await system.startWorker('worker-0');
    await vi.waitFor(async () => {
      expect(await inboundTexts(customer)).toEqual(ids(10, 'waiting'));
    }, until);
  });

  test('messages accepted while the contact centre is down are delivered in order later', async () => {
    const customer = await openSession(gatewayUrl);
    await simulator.fault({ match: 'createMessage', kind: 'status', status: 503 });
    for (const id of ids(5, 'down')) expect(await customer.send(gatewayUrl, id, id)).toBe(202);
    await vi.waitFor(async () => {
      const { requests } = await simulator.state();
      expect(requests['createMessage']?.count).toBeGreaterThan(0);
    }, until);
    await simulator.clearFaults();
    await vi.waitFor(async () => {
      expect(await inboundTexts(customer)).toEqual(ids(5, 'down'));
    }, until);
    expect((await simulator.thread(customer.threadId)).violations).toEqual([]);
  });
});
