import { once } from 'node:events';
import http from 'node:http';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import {
  type CustomerClient,
  openPage,
  openSession,
  type PageStream,
} from '../support/customer-client.js';
import { type SimulatorClient, simulatorAt } from '../support/simulator-client.js';
import { type System, startSystem } from '../support/system.js';

let system: System;
let simulator: SimulatorClient;
const until = { timeout: 30_000, interval: 50 };

beforeAll(async () => {
  system = await startSystem({ temporalAddress: inject('temporalAddress'), gateways: 2 });
  simulator = simulatorAt(system.simulatorUrl);
});
afterAll(() => system?.close());

const gateway = (index: 0 | 1): string => system.gatewayUrls[index] ?? '';
const seqsOf = (stream: PageStream) => stream.events.map((event) => event.seq);
const upTo = (last: number, from = 1) =>
  Array.from({ length: last - from + 1 }, (_none, index) => from + index);

async function inboundTexts(customer: CustomerClient): Promise<string[]> {
  const { messages } = await simulator.thread(customer.threadId);
  return messages.filter((one) => one.direction === 'inbound').map((one) => one.text);
}

describe('two gateways', () => {
  test('a page that reconnects to the other gateway gets what it missed, once', async () => {
    const customer = await openSession(gateway(0));
    await customer.send(gateway(0), 'hello');
    const first = await openPage(customer, gateway(0));
    await vi.waitFor(() => expect(seqsOf(first)).toEqual([1, 2]), until);
    await simulator.reply(customer.threadId, 'seen at the first gateway');
    await vi.waitFor(() => expect(seqsOf(first)).toEqual([1, 2, 3]), until);
    first.close();

    await simulator.reply(customer.threadId, 'missed');
    await customer.send(gateway(1), 'sent-elsewhere');
    const second = await openPage(customer, gateway(1), 3);
    await simulator.reply(customer.threadId, 'seen at the second gateway');
    await vi.waitFor(() => expect(seqsOf(second)).toEqual(upTo(7, 4)), until);
    const agents = second.events.filter((one) => one.from === 'agent').map((one) => one.text);
    expect(agents).toEqual(['missed', 'seen at the second gateway']);
    second.close();
  });

  test('pages at both gateways are shown the same events', async () => {
    const customer = await openSession(gateway(0));
    const pages = await Promise.all([0, 1].map((at) => openPage(customer, gateway(at as 0 | 1))));
    for (const index of [0, 1, 0, 1] as const) {
      await customer.send(gateway(index), `m-${index}-${Math.random().toString(36).slice(2)}`);
      await simulator.reply(customer.threadId, 'an answer').catch(() => undefined);
    }
    await vi.waitFor(async () => {
      const { lastSeq } = await customer.snapshot(gateway(0));
      expect(lastSeq).toBeGreaterThanOrEqual(11);
      for (const page of pages) expect(seqsOf(page)).toEqual(upTo(lastSeq));
    }, until);
    for (const page of pages) page.close();
  });

  test('an agent who types is seen at the gateway that holds the page', async () => {
    const customer = await openSession(gateway(1));
    await customer.send(gateway(1), 'hello');
    const page = await openPage(customer, gateway(1));
    await vi.waitFor(() => expect(seqsOf(page)).toEqual([1, 2]), until);
    await simulator.post('/agent/typing', {
      channelId: 'watering-hole',
      threadIdOnExternalPlatform: customer.threadId,
      typing: true,
    });
    await vi.waitFor(() => expect(page.typing.map((one) => one.typing)).toEqual([true]), until);
    page.close();
  });
});

describe('kill -9 while messages flow', () => {
  test('of the worker and of a gateway loses, doubles and reorders nothing', async () => {
    const customers = await Promise.all([0, 1, 2, 3].map(() => openSession(gateway(0))));
    for (const customer of customers) await customer.send(gateway(0), 'hello', 'hello');
    await vi.waitFor(async () => {
      for (const customer of customers) expect(await inboundTexts(customer)).toHaveLength(1);
    }, until);
    const pages = await Promise.all(customers.map((one) => openPage(one, gateway(1))));
    const count = 25;
    const accepted = new Map<CustomerClient, string[]>();

    /** As a widget does: the same id again, through the other gateway, until one accepts it. */
    const write = async (customer: CustomerClient): Promise<void> => {
      for (let index = 0; index < count; index += 1) {
        const id = `m-${index}`;
        await vi.waitFor(async () => {
          const through = gateway(Math.random() < 0.5 ? 0 : 1);
          expect(await customer.send(through, id, id)).toBe(202);
        }, until);
        accepted.set(customer, [...(accepted.get(customer) ?? []), id]);
      }
    };
    /** The agent's console tries again with the id of the message, as an agent would. */
    const answer = async (customer: CustomerClient, name: string): Promise<void> => {
      for (let index = 0; index < count; index += 1) {
        const text = `r-${index}`;
        const id = `${name}-${customer.threadId}-${index}`;
        await vi.waitFor(async () => {
          expect((await simulator.reply(customer.threadId, text, { id })).status).toBe(200);
        }, until);
      }
    };
    const flow = Promise.all(
      customers.flatMap((customer) => [write(customer), answer(customer, 'reply')]),
    );
    const isHalfWay = () => [...accepted.values()].every((ids) => ids.length >= count / 3);
    await vi.waitFor(() => expect(accepted.size === 4 && isHalfWay()).toBe(true), until);
    await system.processes.get('worker-0')?.kill();
    await system.processes.get('gateway-1')?.kill();
    await Promise.all([system.startWorker('worker-0'), system.startGateway(1)]);
    await flow;

    for (const [index, customer] of customers.entries()) {
      const before = pages[index]?.events ?? [];
      const resumed = await openPage(customer, gateway(1), before.at(-1)?.seq ?? 0);
      await vi.waitFor(async () => {
        const texts = Array.from({ length: count }, (_none, at) => `m-${at}`);
        expect(await inboundTexts(customer)).toEqual(['hello', ...texts]);
        const events = [...before, ...resumed.events];
        const { lastSeq } = await customer.snapshot(gateway(0));
        expect(events.map((event) => event.seq)).toEqual(upTo(lastSeq));
        const agents = events.filter((one) => one.from === 'agent').map((one) => one.text);
        expect(agents).toEqual(Array.from({ length: count }, (_none, at) => `r-${at}`));
        expect(events.filter((one) => one.status === 'sent')).toHaveLength(count + 1);
      }, until);
      resumed.close();
    }
    expect((await simulator.state()).violations).toEqual([]);
  }, 120_000);
});

test('a gateway that is asked to stop does not wait for who never sends the rest', async () => {
  const customer = await openSession(gateway(1));
  const request = http.request(`${gateway(1)}/v1/threads/${customer.threadId}/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${customer.token}`, 'content-length': '1000' },
  });
  request.on('error', () => undefined);
  request.write('{"id":');
  await once(request, 'socket');
  const startedAtMs = Date.now();
  expect(await system.processes.get('gateway-1')?.stop()).toBe(0);
  expect(Date.now() - startedAtMs).toBeLessThan(9_000);
});
