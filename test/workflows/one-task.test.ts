/**
 * What came in together with a timer is heard first: no worker runs while the timer fires and the
 * message arrives, in either order, so that one workflow task has both.
 */
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { ThreadRef } from '../../src/domain/ids.js';
import type { CustomerEvent } from '../../src/domain/messages.js';
import { skipTime } from '../support/skipped-time.js';
import { createTestEngine, type TestEngine, type TestGateway } from '../support/test-engine.js';
import { inbound, newRef, reply } from '../support/thread-fixtures.js';
import { readTasks } from '../support/thread-history.js';

const soon = { timeout: 15_000, interval: 25 };
/** How long before the moment the worker is stopped. */
const marginMs = 3_000;
const moments = { 'the warning': 120_000, 'the end of the countdown': 140_000 } as const;
type Moment = keyof typeof moments;
const orders = ['before', 'after'] as const;
type Order = (typeof orders)[number];

const acts = {
  "a customer's message": {
    signal: 'inbound',
    perform: (ref: ThreadRef) => engine.say(ref, inbound('m-2', 'text of m-2', gateway.queue)),
    shows: [
      { type: 'message', from: 'customer', id: 'm-2' },
      { type: 'message-status', id: 'm-2', status: 'sent' },
    ],
  },
  'still-here': {
    signal: 'stillHere',
    perform: (ref: ThreadRef) => engine.threads.tellStillHere(ref),
    shows: [],
  },
  "an agent's message": {
    signal: 'agentReply',
    perform: (ref: ThreadRef) => engine.threads.acceptReply(ref, reply('r-2')),
    shows: [{ type: 'message', from: 'agent', id: 'r-2' }],
  },
};
type Act = keyof typeof acts;

interface Case {
  readonly act: Act;
  readonly order: Order;
  readonly moment: Moment;
}
const cases: Case[] = (Object.keys(moments) as Moment[]).flatMap((moment) =>
  (Object.keys(acts) as Act[]).flatMap((act) => orders.map((order) => ({ act, order, moment }))),
);

/** What became of a case: its thread, and the events that it had before the worker was stopped. */
interface Lived {
  readonly ref: ThreadRef;
  readonly before: readonly CustomerEvent[];
}

let engine: TestEngine;
let gateway: TestGateway;
const lived = new Map<Case, Lived>();

async function approach({ moment }: Case): Promise<Lived> {
  const ref = newRef();
  await engine.say(ref, inbound('m-1', 'text of m-1', gateway.queue));
  await gateway.openPage(ref);
  await vi.waitFor(async () => expect(await engine.readAll(ref)).toHaveLength(2), soon);
  await engine.threads.acceptReply(ref, reply('r-1'));
  await engine.settledLength(ref);
  await skipTime(engine.client, ref, moments[moment] - marginMs);
  await engine.settledLength(ref);
  return { ref, before: await engine.readAll(ref) };
}

/** What has come since the last task that a worker did. */
async function waitingFor(ref: ThreadRef): Promise<string[]> {
  const { events = [] } = await engine.handleOf(ref).fetchHistory();
  const done = (events ?? []).findLastIndex((one) => one.workflowTaskCompletedEventAttributes);
  return (events ?? []).slice(done).flatMap((one) => {
    if (one.timerFiredEventAttributes) return ['timer'];
    return one.workflowExecutionSignaledEventAttributes?.signalName ?? [];
  });
}

/** Acts just before or just after the timer fires, while no worker runs. */
async function actAroundTimer({ act, order }: Case, ref: ThreadRef): Promise<void> {
  const { signal, perform } = acts[act];
  if (order === 'before') await perform(ref);
  await vi.waitFor(async () => expect(await waitingFor(ref)).toContain('timer'), soon);
  if (order === 'after') await perform(ref);
  const both = order === 'before' ? [signal, 'timer'] : ['timer', signal];
  expect(await waitingFor(ref)).toEqual(both);
}

beforeAll(async () => {
  engine = await createTestEngine({ temporalAddress: inject('temporalAddress') });
  gateway = await engine.startGateway();
  await engine.startWorker();
  await Promise.all(cases.map(async (one) => lived.set(one, await approach(one))));
  await engine.stopWorker();
  await Promise.all([...lived].map(([one, { ref }]) => actAroundTimer(one, ref)));
  await engine.startWorker();
});
afterAll(() => engine.close());

describe.each(Object.keys(moments) as Moment[])('at %s', (moment) => {
  const here = cases.filter((one) => one.moment === moment);
  test.concurrent.each(here)('$act that came just $order the timer wins', async (one) => {
    const { ref, before } = lived.get(one) ?? {};
    if (ref === undefined || before === undefined) throw new Error('the case was not lived');
    const { shows, signal } = acts[one.act];
    expect(before.at(-1)).toMatchObject(
      moment === 'the warning' ? { type: 'message', id: 'r-1' } : { state: 'warned' },
    );
    const reopened = moment === 'the warning' ? [] : [{ type: 'state', state: 'open' }];
    await vi.waitFor(
      async () =>
        expect((await engine.readAll(ref)).slice(before.length)).toMatchObject([
          ...reopened,
          ...shows,
        ]),
      soon,
    );
    const tasks = await readTasks(engine.client, ref);
    const shared = tasks.filter(({ brought }) => brought.includes('timer')).at(-1);
    expect(shared?.brought.toSorted()).toEqual(['timer', signal].toSorted());
    expect(await engine.threads.read(ref, 0)).toMatchObject({ state: 'open' });
    expect(await engine.threads.read(ref, 0)).not.toHaveProperty('deadlineAtMs');
    // The clock counts from what was heard: nothing is due for nearly two minutes.
    await skipTime(engine.client, ref, 110_000);
    await engine.settledLength(ref);
    expect((await engine.readAll(ref)).slice(before.length)).toHaveLength(
      reopened.length + shows.length,
    );
  });
});
