import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { type CustomerClient, openPage, openSession } from '../support/customer-client.js';
import { identifiedChannels, identifiedEnv, vouchFor } from '../support/identified-channel.js';
import { type SimulatorClient, simulatorAt } from '../support/simulator-client.js';
import { type System, startSystem } from '../support/system.js';

let system: System;
let simulator: SimulatorClient;
let gatewayUrls: readonly string[];
let gatewayUrl: string;
const until = { timeout: 30_000, interval: 50 };

beforeAll(async () => {
  system = await startSystem({
    temporalAddress: inject('temporalAddress'),
    gateways: 2,
    channels: identifiedChannels,
    env: identifiedEnv,
  });
  simulator = simulatorAt(system.simulatorUrl, 'den');
  ({ gatewayUrls } = system);
  gatewayUrl = gatewayUrls[0] ?? '';
});
afterAll(() => system?.close());

interface First {
  readonly validation: { readonly status: number };
  readonly sent: {
    readonly status: number;
    readonly body: { readonly thread: { readonly idOnExternalPlatform: string } };
    readonly idOnExternalPlatform: string;
  };
  readonly contactNumber: string;
}

async function writeFirst(customerId: string, text: string, more: object = {}): Promise<First> {
  const order = { channelId: 'den', recipient: { id: customerId, name: 'Ringo' }, text, ...more };
  return (await simulator.post('/agent/outbound', order)) as First;
}

const threadOf = ({ sent }: First) => sent.body.thread.idOnExternalPlatform;

async function comeBack(customerId: string): Promise<CustomerClient> {
  return await openSession(gatewayUrl, 'den', { identityToken: await vouchFor(customerId) });
}

async function textsSeenBy(customer: CustomerClient, gateway = gatewayUrl): Promise<string[]> {
  return (await customer.snapshot(gateway)).messages.map(({ text }) => text ?? '');
}

/** What the contact centre has of a thread, in the order in which it came. */
async function textsAtContactCentre(threadId: string): Promise<string[]> {
  return (await simulator.thread(threadId)).messages.map(({ text }) => text);
}

/** Lets the contact centre remember a thread that was ended, and that nobody else knows any more. */
async function endLongAgo(threadId: string, customerId: string): Promise<void> {
  const answer = await fetch(`${system.simulatorUrl}/auth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('isthmus:client-secret')}` },
    body: new URLSearchParams({
      grant_type: 'password',
      username: 'key-id',
      password: 'key-secret',
    }),
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  const call = async (method: string, path: string, body: object) => {
    const done = await fetch(`${system.simulatorUrl}/dfo/3.0${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!done.ok) throw new Error(`${path}: ${done.status} ${await done.text()}`);
  };
  await call('POST', '/channels/den/messages', {
    idOnExternalPlatform: `den~${threadId}~m-0`,
    direction: 'inbound',
    createdAtWithMilliseconds: new Date().toISOString(),
    thread: { idOnExternalPlatform: threadId },
    messageContent: { type: 'TEXT', payload: { text: 'Long ago.' } },
    authorEndUserIdentity: { idOnExternalPlatform: customerId },
  });
  const { contacts } = await simulator.thread(threadId);
  await call('PUT', `/contacts/${contacts[0]?.id}/status`, { status: 'closed' });
  await call('PUT', `/channels/den/threads/${threadId}`, { canAddMoreMessages: false });
}

describe('an agent who writes first', () => {
  test('three times at once opens one thread, in which the customer answers', async () => {
    const customerId = `ringo-${randomUUID()}`;
    const id = randomUUID();
    const answers = await Promise.all(
      [1, 2, 3].map(() => writeFirst(customerId, 'The river is back.', { id })),
    );
    expect(new Set(answers.map(threadOf)).size).toBe(1);
    expect(new Set(answers.map(({ sent }) => sent.idOnExternalPlatform)).size).toBe(1);
    const [first] = answers;
    if (first === undefined) throw new Error('there is no answer');

    const [customer, elsewhere] = await Promise.all([comeBack(customerId), comeBack(customerId)]);
    expect([customer.threadId, elsewhere.threadId]).toEqual([threadOf(first), threadOf(first)]);
    const page = await openPage(customer, gatewayUrls[1] ?? '');
    await vi.waitFor(
      () => expect(page.events).toMatchObject([{ from: 'agent', text: 'The river is back.' }]),
      until,
    );
    expect(await customer.send(gatewayUrl, 'm-1', 'On my way.')).toBe(202);
    await vi.waitFor(
      () => expect(page.events.at(-1)).toMatchObject({ id: 'm-1', status: 'sent' }),
      until,
    );
    await simulator.reply(customer.threadId, 'See you.', { form: 'v1' });
    await vi.waitFor(() => expect(page.events.at(-1)?.text).toBe('See you.'), until);
    page.close();
    expect(await textsAtContactCentre(customer.threadId)).toEqual([
      'The river is back.',
      'On my way.',
      'See you.',
    ]);
    const { contacts, violations } = await simulator.thread(customer.threadId);
    expect(contacts).toMatchObject([{ id: first.contactNumber }]);
    expect(violations).toEqual([]);
  }, 60_000);

  test('is told of a recipient who cannot be written to, before anything is sent', async () => {
    expect(await writeFirst('no one', 'x')).toMatchObject({
      validation: { status: 400, body: { displayErrorMessage: expect.stringContaining('128') } },
      sent: null,
    });
  });

  test('and closes the contact before the customer came, leaves nothing open', async () => {
    const customerId = `ringo-${randomUUID()}`;
    const first = await writeFirst(customerId, 'The river is back.');
    const threadId = threadOf(first);
    await simulator.post(`/agent/contacts/${first.contactNumber}/status`, {
      status: 'closed',
      event: true,
    });
    await vi.waitFor(
      async () =>
        expect(await simulator.thread(threadId)).toMatchObject({
          threads: [{ canAddMoreMessages: false }],
        }),
      until,
    );
    await vi.waitFor(
      async () => expect((await comeBack(customerId)).threadId).not.toBe(threadId),
      until,
    );
    expect((await simulator.state()).violations).toEqual([]);
  }, 60_000);

  test('in a thread that was ended and forgotten, gets an answer on a new contact', async () => {
    const customerId = `ringo-${randomUUID()}`;
    const threadId = `old-${randomUUID()}`;
    await endLongAgo(threadId, customerId);
    const again = await writeFirst(customerId, 'Are you well?', {
      threadIdOnExternalPlatform: threadId,
    });
    expect(threadOf(again)).toBe(threadId);
    const back = await comeBack(customerId);
    expect(back.threadId).toBe(threadId);
    expect(await textsSeenBy(back)).toEqual(['Are you well?']);
    expect(await back.send(gatewayUrl, 'm-2', 'Very well.')).toBe(202);
    await vi.waitFor(
      async () => expect((await textsAtContactCentre(threadId)).at(-1)).toBe('Very well.'),
      until,
    );
    const { contacts, violations } = await simulator.thread(threadId);
    expect(contacts).toMatchObject([{ status: 'closed' }, { status: 'open' }]);
    expect(violations).toEqual([]);
  }, 60_000);

  test("while no worker runs, has written: in a thread of the contact centre's making", async () => {
    await system.processes.get('worker-0')?.kill();
    const customerId = `ringo-${randomUUID()}`;
    const given = { threadIdOnExternalPlatform: `given-${randomUUID()}` };
    const first = await writeFirst(customerId, 'The river is back.', given);
    expect(first.sent.status).toBe(200);
    await system.startWorker('next worker');
    const customer = await comeBack(customerId);
    expect(customer.threadId).toBe(given.threadIdOnExternalPlatform);
    expect(await textsSeenBy(customer, gatewayUrls[1])).toEqual(['The river is back.']);
  }, 60_000);
});
