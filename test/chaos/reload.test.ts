import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { defaultPolicy, type ThreadPolicy } from '../../src/domain/policy.js';
import { connectTemporal, type TemporalConnection } from '../../src/temporal/connection.js';
import { openPage, openSession } from '../support/customer-client.js';
import { type SimulatorClient, simulatorAt } from '../support/simulator-client.js';
import { type System, startSystem } from '../support/system.js';

const until = { timeout: 20_000, interval: 50 };

const channel = (id: string, policy: object = {}) => ({
  id,
  name: id,
  adapter: { kind: 'widget', allowedOrigins: [], identity: { kind: 'anonymous' } },
  policy,
});
const riverBank = channel('river-bank');
const herd = { ident: 'herd', label: 'Herd', type: 'text' };

/** A way to Temporal that can be shut and opened again. */
async function openGate(target: string) {
  const { hostname, port } = new URL(`http://${target}`);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('no port');
  return {
    address: `127.0.0.1:${address.port}`,
    async shut() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      sockets.clear();
      await closed;
    },
    async open() {
      server.listen(address.port, '127.0.0.1');
      await once(server, 'listening');
    },
  };
}

let gate: Awaited<ReturnType<typeof openGate>>;
let system: System;
let simulator: SimulatorClient;
let temporal: TemporalConnection;
let gatewayUrl: string;

beforeAll(async () => {
  const temporalAddress = inject('temporalAddress');
  gate = await openGate(temporalAddress);
  system = await startSystem({
    temporalAddress: gate.address,
    channels: {
      channels: [channel('watering-hole'), riverBank, channel('den', { blockAfterAgentEnd: '1h' })],
    },
  });
  simulator = simulatorAt(system.simulatorUrl, 'river-bank');
  gatewayUrl = system.gatewayUrls[0] ?? '';
  const { taskQueue } = system;
  temporal = await connectTemporal({ address: temporalAddress, namespace: 'default', taskQueue });
});
afterAll(async () => {
  await temporal?.close();
  await system?.close();
  await gate?.shut();
});

function processOf(name: string) {
  const found = system.processes.get(name);
  if (!found) throw new TypeError(`there is no ${name}`);
  return found;
}

/** Sends SIGHUP to gateway and worker, and waits until both have said what they made of it. */
async function reload(line: string): Promise<void> {
  const count = (name: string) => processOf(name).output().split(line).length;
  const before = new Map(['gateway-0', 'worker-0'].map((name) => [name, count(name)]));
  for (const name of before.keys()) processOf(name).hangUp();
  await vi.waitFor(() => {
    for (const [name, lines] of before) expect([name, count(name)]).toEqual([name, lines + 1]);
  }, until);
}

const statusOf = async (channelId: string): Promise<number> =>
  (await fetch(`${gatewayUrl}/v1/channels/${channelId}/sessions`, { method: 'POST' })).status;

/** What a worker tells a thread that began under the default policy. */
async function policyAtWorker(channelId: string): Promise<ThreadPolicy | null> {
  return await temporal.client.activity.execute<ThreadPolicy | null>('currentPolicy', {
    id: `policy/${randomUUID()}`,
    taskQueue: system.taskQueue,
    args: [{ channelId, known: defaultPolicy }],
    scheduleToCloseTimeout: '10s',
  });
}

test('a customer whose chat an agent ended is blocked for as long as the channel blocks', async () => {
  const customer = await openSession(gatewayUrl, 'den');
  const page = await openPage(customer, gatewayUrl);
  expect(await customer.send(gatewayUrl, 'm-1')).toBe(202);
  const contact = await vi.waitFor(async () => {
    const [found] = (await simulator.thread(customer.threadId)).contacts;
    if (found === undefined) throw new Error('there is no contact');
    return found.id;
  }, until);
  const resume = () =>
    fetch(`${gatewayUrl}/v1/channels/den/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resume: customer.token }),
    });
  expect((await resume()).status).toBe(201);
  const endedAtMs = Date.now();
  await simulator.post(`/agent/contacts/${contact}/status`, { status: 'closed', event: true });
  await page.ended;
  const refusal = await vi.waitFor(async () => {
    const answer = await resume();
    expect(answer.status).toBe(403);
    return (await answer.json()) as { code: string; until: string };
  }, until);
  expect(refusal.code).toBe('CUSTOMER_BLOCKED');
  const blockedMs = Date.parse(refusal.until) - endedAtMs;
  expect(blockedMs).toBeGreaterThanOrEqual(3_600_000);
  expect(blockedMs).toBeLessThan(3_605_000);
  expect(await statusOf('den')).toBe(201);

  await system.writeChannels({ channels: [channel('watering-hole'), riverBank, channel('den')] });
  await reload('"channels reloaded"');
  expect((await resume()).status).toBe(201);
}, 60_000);

describe('a changed channels file', () => {
  test('is taken by gateway and worker on SIGHUP, and no stream ends', async () => {
    const before = await openSession(gatewayUrl, 'river-bank');
    const page = await openPage(before, gatewayUrl);
    expect(await before.send(gatewayUrl, 'm-1')).toBe(202);
    await system.writeChannels({
      channels: [
        channel('watering-hole', { idleAfter: '1s', countdown: '1s' }),
        riverBank,
        { ...channel('savannah'), customFields: [herd] },
      ],
    });
    expect(await statusOf('savannah')).toBe(404);
    expect((await simulator.state()).customFields).toEqual([]);
    expect(await policyAtWorker('watering-hole')).toBeNull();
    const open = await openSession(gatewayUrl, 'watering-hole');
    expect(await open.send(gatewayUrl, 'm-1')).toBe(202);

    await reload('"channels reloaded"');
    expect(await statusOf('savannah')).toBe(201);
    await vi.waitFor(
      async () => expect((await simulator.state()).customFields).toMatchObject([herd]),
      until,
    );
    expect(await policyAtWorker('watering-hole')).toEqual({
      ...defaultPolicy,
      idleAfterMs: 1_000,
      countdownMs: 1_000,
    });
    const after = await openSession(gatewayUrl, 'watering-hole');
    // One begins now, one goes on: nobody looks at either, so that both end soon.
    for (const customer of [after, open]) {
      expect(await customer.send(gatewayUrl, 'm-2')).toBe(202);
      await vi.waitFor(
        async () => expect((await customer.snapshot(gatewayUrl)).state).toBe('closed'),
        until,
      );
    }

    await simulator.reply(before.threadId, 'Are you thirsty?');
    await vi.waitFor(() => expect(page.events.at(-1)?.text).toBe('Are you thirsty?'), until);
    page.close();
  }, 60_000);

  test('changes nothing while anything is wrong with it', async () => {
    await system.writeChannels('{ "channels": [');
    await reload('"channels not reloaded"');
    expect(await statusOf('savannah')).toBe(201);
    expect(await policyAtWorker('watering-hole')).toMatchObject({ idleAfterMs: 1_000 });
    const ready = await fetch(`${gatewayUrl}/readyz`);
    expect(ready.status).toBe(200);
  }, 60_000);

  test('is taken by a process that was told of it before it was ready', async () => {
    await system.writeChannels({ channels: [riverBank] });
    await processOf('gateway-0').stop();
    await gate.shut();
    const started = system.startGateway(0);
    const gateway = processOf('gateway-0');
    await vi.waitFor(() => expect(gateway.output()).toContain('temporal is not reachable'), until);
    expect((await fetch(`${gatewayUrl}/livez`)).status).toBe(200);
    expect((await fetch(`${gatewayUrl}/readyz`)).status).toBe(503);
    expect(await statusOf('river-bank')).toBe(503);
    await system.writeChannels({ channels: [riverBank, channel('oasis')] });
    gateway.hangUp();
    await gate.open();
    await started;
    await vi.waitFor(() => expect(gateway.output()).toContain('"channels reloaded"'), until);
    expect(await statusOf('oasis')).toBe(201);
    expect(await statusOf('savannah')).toBe(404);
  }, 60_000);
});

test('the simulator, which has nothing to read again, leaves in order', async () => {
  const own = processOf('simulator');
  own.hangUp();
  expect(await own.exitCode).toBe(0);
});
