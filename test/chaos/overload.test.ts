import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { type CustomerClient, openSession } from '../support/customer-client.js';
import { type SimulatorClient, simulatorAt } from '../support/simulator-client.js';
import { type System, startSystem } from '../support/system.js';

let system: System;
let simulator: SimulatorClient;
let gatewayUrl: string;

beforeAll(async () => {
  system = await startSystem({ temporalAddress: inject('temporalAddress') });
  simulator = simulatorAt(system.simulatorUrl);
  gatewayUrl = system.gatewayUrls[0] ?? '';
});
afterAll(() => system?.close());

/** Far above what two cores carry. */
const offered = { perSecond: 240, seconds: 10 };
const recoverWithinMs = 30_000;
/** What a lone message takes when nothing else goes on is a tenth of this. */
const recoveredMs = 1_000;

interface Refusal {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly code: string;
}

test('an overload is answered with 429, loses nothing, and is over soon after it ends', async () => {
  const customers = await Promise.all(Array.from({ length: 80 }, () => openSession(gatewayUrl)));
  const accepted = new Map<CustomerClient, string[]>(customers.map((one) => [one, []]));
  const refusals: Refusal[] = [];

  const send = async (customer: CustomerClient, id: string): Promise<void> => {
    const answer = await customer.call(gatewayUrl, '/messages', { id, text: id });
    const body = (await answer.json()) as { code?: string };
    if (answer.status === 202) accepted.get(customer)?.push(id);
    else {
      refusals.push({
        status: answer.status,
        retryAfter: answer.headers.get('retry-after'),
        code: body.code ?? '',
      });
    }
  };
  const startMs = Date.now();
  const calls: Promise<void>[] = [];
  for (let index = 0; index < offered.perSecond * offered.seconds; index += 1) {
    const waitMs = startMs + (index * 1_000) / offered.perSecond - Date.now();
    if (waitMs > 0) await pause(waitMs);
    const customer = customers[index % customers.length];
    if (customer) calls.push(send(customer, `m-${String(index).padStart(5, '0')}`));
  }
  await Promise.all(calls);
  const endedAtMs = Date.now();

  expect(refusals.length).toBeGreaterThan(0);
  expect(new Set(refusals.map((one) => `${one.status} ${one.code}`))).toEqual(
    new Set(['429 RATE_LIMITED']),
  );
  expect(refusals.every((one) => Number(one.retryAfter) >= 1)).toBe(true);

  const probe = await openSession(gatewayUrl);
  await vi.waitFor(
    async () => {
      const id = `probe-${Date.now()}`;
      const sentAtMs = Date.now();
      expect(await probe.send(gatewayUrl, id, id)).toBe(202);
      await vi.waitFor(
        async () => {
          const { messages } = await simulator.thread(probe.threadId);
          expect(messages.some((one) => one.text === id)).toBe(true);
        },
        { timeout: recoveredMs, interval: 20 },
      );
      expect(Date.now() - sentAtMs).toBeLessThan(recoveredMs);
    },
    { timeout: recoverWithinMs, interval: 250 },
  );
  expect(Date.now() - endedAtMs).toBeLessThan(recoverWithinMs);

  await vi.waitFor(
    async () => {
      const { messages, violations } = await simulator.state();
      for (const [customer, ids] of accepted) {
        const texts = messages
          .filter((one) => one.threadIdOnExternalPlatform === customer.threadId)
          .map((one) => one.text);
        expect(texts.toSorted()).toEqual(ids.toSorted());
      }
      expect(violations).toEqual([]);
    },
    { timeout: recoverWithinMs, interval: 500 },
  );
  const total = [...accepted.values()].reduce((sum, ids) => sum + ids.length, 0);
  process.stdout.write(
    `accepted ${total}, refused ${refusals.length}, recovered ${Date.now() - endedAtMs} ms after\n`,
  );
}, 150_000);
