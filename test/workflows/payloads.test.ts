import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { repairUpdate } from '../../workflows/messages.js';
import { createTestEngine, type TestEngine } from '../support/test-engine.js';
import { inbound, newRef } from '../support/thread-fixtures.js';

let engine: TestEngine;
beforeAll(async () => {
  engine = await createTestEngine({ temporalAddress: inject('temporalAddress') });
  await engine.startWorker();
});
afterAll(() => engine.close());

const soon = { timeout: 10_000, interval: 25 };
const signals = ['inbound', 'agentReply', 'presence', 'receipt', 'contactEnded', 'unheardOf'];
const payloads = [
  undefined,
  null,
  'text',
  7,
  [],
  {},
  { id: 7, text: 'x', acceptedAtMs: 1 },
  { id: 'x', text: 'x', acceptedAtMs: 1, replyTo: 7 },
  { id: 'x', text: 'x', acceptedAtMs: 1, replyTo: null },
  { change: 'left' },
  { change: 'flown', atMs: 1 },
  { kind: 'seen', messageId: 7, atMs: 1 },
];

test('signals that bring nothing of use are passed over, and the thread goes on', async () => {
  const ref = newRef();
  await engine.say(ref, inbound('m-1'));
  await vi.waitFor(async () => expect(await engine.readAll(ref)).toHaveLength(2), soon);
  const handle = engine.handleOf(ref);
  for (const name of signals) {
    for (const payload of payloads) {
      await handle.signal(name, ...(payload === undefined ? [] : [payload]));
    }
  }
  await engine.say(ref, inbound('m-2'));
  await vi.waitFor(() => expect(engine.centreOf(ref).posts).toHaveLength(2), soon);
  const events = await engine.readAll(ref);
  expect(events.map(({ type, seq }) => `${seq} ${type}`)).toEqual([
    '1 message',
    '2 message-status',
    '3 message',
    '4 message-status',
  ]);
});

test('an update without its payload is refused, and the thread goes on', async () => {
  const ref = newRef();
  await engine.say(ref, inbound('m-1'));
  for (const args of [[], [null], [{ action: 'explode' }]]) {
    const repair = engine.handleOf(ref).executeUpdate(repairUpdate, { args: args as never });
    await expect(repair).rejects.toMatchObject({
      cause: { message: 'action is retry or giveUp' },
    });
  }
  await engine.say(ref, inbound('m-2'));
  await vi.waitFor(() => expect(engine.centreOf(ref).posts).toHaveLength(2), soon);
});
