import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { type CustomerClient, openSession } from '../support/customer-client.js';
import {
  type Chat,
  type Endings,
  shut,
  startEndings,
  until,
  type WayToEnd,
  waysToEnd,
  widgetChannel,
} from '../support/endings.js';
import { refOf } from '../support/thread-fixtures.js';
import { readTasks } from '../support/thread-history.js';

let endings: Endings;
const idleAfterMs = 5_000;
const countdownMs = 3_000;
beforeAll(async () => {
  endings = await startEndings({
    temporalAddress: inject('temporalAddress'),
    gateways: 2,
    channels: [
      widgetChannel('watering-hole', { idleAfter: '1s', countdown: '1s' }),
      // Its contacts are looked at before every message.
      widgetChannel('river-bank', { contactFresh: '1ms', contactCheck: '1ms' }),
      widgetChannel('savanna', {
        idleAfter: `${idleAfterMs}ms`,
        countdown: `${countdownMs}ms`,
      }),
    ],
  });
});
afterAll(() => endings?.close());

const begin = (way: WayToEnd) =>
  endings.begin(way === 'nobody, for too long' ? 'watering-hole' : 'river-bank');

async function untilTold(chat: Chat, by: string): Promise<void> {
  await vi.waitFor(
    () =>
      expect(chat.page.events.find((event) => event.state === 'closed')).toMatchObject({
        closedBy: by,
      }),
    until,
  );
}

/** The end has reached the contact centre, and nothing is left to do. */
async function expectFinished(chat: Chat): Promise<void> {
  await endings.finished(chat);
  expect(await endings.standingOf(chat)).toEqual(shut);
}

describe.concurrent('while the contact centre is down', () => {
  test.each(waysToEnd)(
    'a chat ended by $way is closed for its customer, and there when it is back',
    async ({ way, by }) => {
      const chat = await begin(way);
      // What finds an end by status out is a call as well.
      const match = way === 'an agent, by status' ? 'update*' : '*';
      const faults = await Promise.all(
        [chat.customer.threadId, `/${chat.contact}`].map((contains) =>
          endings.simulator.fault({ match, contains, kind: 'status', status: 503 }),
        ),
      );
      await endings.end(chat, way);
      await untilTold(chat, by);
      expect(await chat.customer.send(endings.gatewayUrl, 'late')).toBe(409);
      await vi.waitFor(async () => {
        const calls = await endings.callsAbout(chat);
        expect(calls.some(({ answer }) => answer === '503')).toBe(true);
      }, until);
      expect(await endings.standingOf(chat)).toEqual({
        contacts: [by === 'agent' ? 'closed' : 'open'],
        takesMore: [true],
      });
      await Promise.all(faults.map((fault) => endings.simulator.removeFault(fault)));
      await expectFinished(chat);
    },
  );
});

const failures = [
  { failure: 'an error', fault: { kind: 'status', status: 503 }, isDone: false },
  { failure: 'a reset before the work', fault: { kind: 'reset-before' }, isDone: false },
  { failure: 'a reset after the work', fault: { kind: 'reset-after' }, isDone: true },
] as const;

describe.concurrent("while the contact's status alone cannot be set", () => {
  const ways = waysToEnd.filter(({ by }) => by !== 'agent');
  const rows = failures.flatMap((failure) => ways.map((way) => ({ ...failure, ...way })));
  test.each(rows)(
    'for $failure, a thread ended by $way is shut all the same',
    async ({ way, by, fault, isDone }) => {
      const chat = await begin(way);
      const id = await endings.simulator.fault({
        match: 'updateContactStatus',
        contains: `/${chat.contact}/`,
        ...fault,
      });
      await endings.end(chat, way);
      await untilTold(chat, by);
      await vi.waitFor(
        async () =>
          expect(await endings.standingOf(chat)).toEqual({
            contacts: [isDone ? 'closed' : 'open'],
            takesMore: [false],
          }),
        until,
      );
      await endings.simulator.removeFault(id);
      await expectFinished(chat);
    },
  );
});

describe.concurrent('while the thread alone cannot be shut', () => {
  const ways = waysToEnd.filter(({ way }) => way !== 'an agent, by status');
  const rows = failures.flatMap((failure) => ways.map((way) => ({ ...failure, ...way })));
  test.each(rows)(
    'for $failure, a contact ended by $way is closed all the same',
    async ({ way, by, fault, isDone }) => {
      const chat = await begin(way);
      const id = await endings.simulator.fault({
        match: 'updateThread',
        contains: chat.customer.threadId,
        ...fault,
      });
      await endings.end(chat, way);
      await untilTold(chat, by);
      await vi.waitFor(
        async () =>
          expect(await endings.standingOf(chat)).toEqual({
            contacts: ['closed'],
            takesMore: [!isDone],
          }),
        until,
      );
      await endings.simulator.removeFault(id);
      await expectFinished(chat);
    },
  );
});

/** A chat that an agent ended while a message of the customer's waited. */
let endedByAgent: Chat;
const verdicts = { 'm-1': 'sent', 'm-2': 'refused' };

/** What a new message is told by every gateway in two tabs; old ones have the verdicts they had. */
async function refusalsOf(chat: Chat): Promise<unknown[]> {
  const { system } = endings;
  const otherTab = await openSession(system.gatewayUrls[1] ?? '', chat.channelId, {
    resume: chat.customer.token,
  });
  expect(otherTab.threadId).toBe(chat.customer.threadId);
  const refusals: unknown[] = [];
  for (const tab of [chat.customer, otherTab]) {
    for (const gatewayUrl of system.gatewayUrls) {
      const late = await tab.call(gatewayUrl, '/messages', { id: 'm-3', text: 'late' });
      refusals.push({ answer: late.status, ...((await late.json()) as object) });
      for (const id of Object.keys(verdicts)) {
        const again = await tab.call(gatewayUrl, '/messages', { id, text: 'another text' });
        expect(again.status).toBe(202);
        expect(await again.json()).toEqual({ id, status: 'accepted' });
      }
      const events = await endings.replay({ ...chat, customer: tab }, gatewayUrl);
      const told = events.filter((event) => event.type === 'message-status');
      expect(told.map(({ id, status }) => [id, status])).toEqual(Object.entries(verdicts));
    }
  }
  const { messages } = await endings.heldOf(chat);
  expect(messages.map((one) => one.text)).toEqual(['text of m-1']);
  return refusals;
}

/** The same answer from each: two tabs, two gateways. */
function refusedEverywhere({ page }: Chat): unknown[] {
  const { closedAt } = page.events.findLast((event) => event.state === 'closed') ?? {};
  const refusal = { answer: 409, code: 'THREAD_CLOSED', closedBy: 'agent', closedAt };
  return Array.from({ length: 4 }, () => expect.objectContaining(refusal));
}

test("an agent's end is known everywhere, and old messages keep their verdicts", async () => {
  const { simulator, gatewayUrl } = endings;
  endedByAgent = await endings.begin('river-bank');
  const { customer, page } = endedByAgent;
  const fault = await simulator.fault({
    match: 'createMessage',
    contains: customer.threadId,
    kind: 'status',
    status: 503,
  });
  expect(await customer.send(gatewayUrl, 'm-2')).toBe(202);
  await endings.agentCloses(endedByAgent, { event: true });
  await page.ended;
  await simulator.removeFault(fault);
  await endings.finished(endedByAgent);
  expect(await refusalsOf(endedByAgent)).toEqual(refusedEverywhere(endedByAgent));
});

describe('after kill -9 of the worker', () => {
  async function kill(...names: string[]): Promise<void> {
    await Promise.all(names.map(async (name) => await endings.system.processes.get(name)?.kill()));
  }

  /** Starts the worker again, and gives the moment at which it was ready. */
  async function restartWorker(): Promise<number> {
    await endings.system.startWorker('worker-0');
    return Date.now();
  }

  /** What a thread was told, and when, by its own clock. */
  async function momentsOf(customer: CustomerClient) {
    const { messages, deadlineAt, closedAt } = await customer.snapshot(endings.gatewayUrl);
    const at = (moment = '') => Date.parse(moment);
    const warnings = messages.filter((one) => one.text === 'Are you still there?');
    return {
      warnings: warnings.length,
      warnedAtMs: at(warnings[0]?.at),
      deadlineAtMs: at(deadlineAt),
      closedAtMs: at(closedAt),
    };
  }

  const withinMs = 2_000;
  /** Many at once come in their turn: about thirty a second, on a machine with nothing else to do. */
  const turnMs = 50;

  function expectInTurn(latenessMs: readonly number[]): void {
    for (const [turn, lateMs] of latenessMs.toSorted((a, b) => a - b).entries()) {
      expect(lateMs).toBeLessThan(withinMs + turn * turnMs);
    }
  }

  async function untilPast(moments: readonly number[]): Promise<void> {
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(Math.max(...moments)), until);
  }

  test('twenty threads that fell due are warned, and then closed, within two seconds of its return', async () => {
    const { gatewayUrl, temporal } = endings;
    const customers = await Promise.all(
      Array.from({ length: 20 }, () => openSession(gatewayUrl, 'savanna')),
    );
    // No page is open: their clocks run from their messages on.
    await Promise.all(customers.map((one) => one.send(gatewayUrl, 'm-1')));
    const refs = customers.map(({ threadId }) => refOf('savanna', threadId));
    const readBegins = async () =>
      await Promise.all(
        refs.map(async (ref) => (await readTasks(temporal, ref))[0]?.atMs ?? Number.NaN),
      );
    const begins = await vi.waitFor(async () => {
      const all = await readBegins();
      expect(all.every((atMs) => atMs > 0)).toBe(true);
      return all;
    }, until);

    await kill('worker-0');
    const dueAtMs = begins.map((atMs) => atMs + idleAfterMs);
    expect(Math.min(...dueAtMs)).toBeGreaterThan(Date.now());
    await untilPast(dueAtMs);
    const firstReadyAtMs = await restartWorker();
    const warned = await vi.waitFor(async () => {
      const all = await Promise.all(customers.map(momentsOf));
      expect(all.every(({ warnings }) => warnings === 1)).toBe(true);
      return all;
    }, until);
    for (const [index, { warnedAtMs, deadlineAtMs }] of warned.entries()) {
      expect(warnedAtMs).toBeGreaterThanOrEqual(dueAtMs[index] ?? Number.NaN);
      expect(deadlineAtMs).toBe(warnedAtMs + countdownMs);
    }

    await kill('worker-0', 'gateway-0', 'gateway-1');
    await untilPast(warned.map(({ deadlineAtMs }) => deadlineAtMs));
    const [readyAgainAtMs] = await Promise.all([
      restartWorker(),
      endings.system.startGateway(0),
      endings.system.startGateway(1),
    ]);
    const closed = await vi.waitFor(async () => {
      const all = await Promise.all(customers.map(momentsOf));
      expect(all.every(({ closedAtMs }) => closedAtMs > 0)).toBe(true);
      return all;
    }, until);
    for (const [index, { closedAtMs, warnings }] of closed.entries()) {
      expect(warnings).toBe(1);
      expect(closedAtMs).toBeGreaterThanOrEqual(warned[index]?.deadlineAtMs ?? Number.NaN);
    }
    const warnedLate = warned.map(({ warnedAtMs }) => warnedAtMs - firstReadyAtMs);
    const closedLate = closed.map(({ closedAtMs }) => closedAtMs - readyAgainAtMs);
    expectInTurn(warnedLate);
    expectInTurn(closedLate);
    process.stdout.write(
      `the last of twenty was warned ${Math.max(...warnedLate)} ms` +
        ` and closed ${Math.max(...closedLate)} ms after the worker was ready again\n`,
    );
  });

  test("an agent's end is known everywhere as before", async () => {
    expect(await refusalsOf(endedByAgent)).toEqual(refusedEverywhere(endedByAgent));
  });
});
