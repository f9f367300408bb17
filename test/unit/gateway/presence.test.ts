import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createPresence, departureGraceMs } from '../../../src/gateway/streams/presence.js';
import { refOf } from './gateway-fixture.js';
import { agentMessage, createHubFixture, inboundMessage, queue, startOf } from './hub-fixture.js';

const ref = refOf('thread-1');
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

function presenceOf({ threads }: ReturnType<typeof createHubFixture>) {
  return threads.told(ref).presence.map(({ change, atMs }) => ({ change, atMs: atMs - 1_000_000 }));
}

test('only the first page of a thread is told of', async () => {
  const fixture = createHubFixture();
  fixture.threads.begin(startOf(ref));
  await fixture.newPage(ref).connect();
  await fixture.newPage(ref).connect();
  await pass(60_000);
  expect(presenceOf(fixture)).toEqual([{ change: 'opened', atMs: 0 }]);
});

test('the last page that drops is told of after the grace, with the moment of the drop', async () => {
  const fixture = createHubFixture();
  fixture.threads.begin(startOf(ref));
  const pages = [fixture.newPage(ref), fixture.newPage(ref)];
  for (const page of pages) await page.connect();
  await pass(500);
  pages[0]?.drop();
  await pass(5_000);
  pages[1]?.drop();
  await pass(departureGraceMs - 1);
  expect(presenceOf(fixture)).toHaveLength(1);
  await pass(1);
  expect(presenceOf(fixture).at(-1)).toEqual({ change: 'gone', atMs: 5_500 });
});

test('a page that comes back within the grace was never gone', async () => {
  const fixture = createHubFixture();
  fixture.threads.begin(startOf(ref));
  const page = fixture.newPage(ref);
  await page.connect();
  page.drop();
  await pass(departureGraceMs - 1);
  await page.connect();
  await pass(60_000);
  expect(presenceOf(fixture)).toEqual([{ change: 'opened', atMs: 0 }]);
});

test('a page that comes back after a show found nobody is told of again', async () => {
  const fixture = createHubFixture();
  fixture.threads.begin(startOf(ref));
  const page = fixture.newPage(ref);
  await page.connect();
  page.drop();
  await fixture.threads.acceptReply(ref, agentMessage(ref, 'a-1'));
  await pass(departureGraceMs - 500);
  await page.connect();
  await fixture.threads.acceptReply(ref, agentMessage(ref, 'a-2'));
  await pass(1_000);
  expect(page.seqs).toEqual([1, 2]);
  expect(presenceOf(fixture).map(({ change }) => change)).toEqual(['opened', 'opened']);
});

test('a page that dropped just before a show found nobody is told of with its moment', async () => {
  const fixture = createHubFixture();
  fixture.threads.begin(startOf(ref));
  const page = fixture.newPage(ref);
  await page.connect();
  await pass(700);
  page.drop();
  await fixture.threads.acceptReply(ref, agentMessage(ref, 'a-1'));
  await pass(60_000);
  expect(presenceOf(fixture)).toEqual([
    { change: 'opened', atMs: 0 },
    { change: 'gone', atMs: 700 },
  ]);
});

test('a page that leaves is told of after the grace, with the moment of the call', async () => {
  const fixture = createHubFixture();
  fixture.threads.begin(startOf(ref));
  const page = fixture.newPage(ref);
  await page.connect();
  await pass(2_000);
  fixture.hub.leave(ref);
  await pass(100);
  page.drop();
  await pass(10_000);
  expect(presenceOf(fixture)).toEqual([
    { change: 'opened', atMs: 0 },
    { change: 'left', atMs: 2_000 },
  ]);
});

test('leaving counts although another page stays, and a new page undoes it', async () => {
  const fixture = createHubFixture();
  fixture.threads.begin(startOf(ref));
  await fixture.newPage(ref).connect();
  fixture.hub.leave(ref);
  await pass(departureGraceMs);
  expect(presenceOf(fixture).at(-1)?.change).toBe('left');
  await fixture.newPage(ref).connect();
  expect(presenceOf(fixture).at(-1)?.change).toBe('opened');
});

test('a page that opens within the grace after leaving takes it back', async () => {
  const fixture = createHubFixture();
  fixture.threads.begin(startOf(ref));
  await fixture.newPage(ref).connect();
  fixture.hub.leave(ref);
  await pass(900);
  await fixture.newPage(ref).connect();
  await pass(10_000);
  expect(presenceOf(fixture)).toEqual([{ change: 'opened', atMs: 0 }]);
});

test('a thread that does not exist yet is looked for less and less often', async () => {
  const fixture = createHubFixture();
  await fixture.newPage(ref).connect();
  await pass(46_000);
  const tries = fixture.threads.told(ref).presence;
  expect(tries.map(({ toldAtMs }) => toldAtMs - 1_000_000)).toEqual([
    0, 1_000, 3_000, 7_000, 15_000, 30_000, 45_000,
  ]);
  expect(new Set(tries.map(({ atMs }) => atMs))).toEqual(new Set([1_000_000]));
});

test('a thread that another gateway began is found, with all that was said', async () => {
  const { threads, newPage } = createHubFixture();
  const page = newPage(ref);
  await page.connect();
  await pass(4_000);
  await threads.acceptInbound(startOf(ref), inboundMessage('m1'));
  await pass(3_000);
  expect(page.seqs).toEqual([1, 2]);
});

test('a message that is accepted here makes its thread known at once', async () => {
  const fixture = createHubFixture();
  await fixture.newPage(ref).connect();
  await pass(500);
  await fixture.accept(ref, 'm1');
  await pass(0);
  expect(presenceOf(fixture)).toEqual([
    { change: 'opened', atMs: 0 },
    { change: 'opened', atMs: 500 },
  ]);
  await pass(60_000);
  expect(presenceOf(fixture)).toHaveLength(2);
});

test('a page that went while the threads were out of reach is told of when they are back', async () => {
  const fixture = createHubFixture();
  fixture.threads.begin(startOf(ref));
  const page = fixture.newPage(ref);
  await page.connect();
  fixture.threads.isDown = true;
  page.drop();
  await pass(3_500);
  fixture.threads.isDown = false;
  await pass(10_000);
  expect(presenceOf(fixture).at(-1)).toEqual({ change: 'gone', atMs: 0 });
});

test('every open page is told of again on demand, and reads what it missed', async () => {
  const fixture = createHubFixture();
  fixture.threads.begin(startOf(ref));
  const page = fixture.newPage(ref);
  await page.connect();
  await fixture.threads.tellPresence(ref, {
    gateway: queue,
    change: 'gone',
    atMs: 0,
  });
  fixture.threads.say(ref, agentMessage(ref, 'a1'));
  await pass(1_000);
  expect(page.seqs).toEqual([]);
  fixture.hub.reannounce();
  await pass(5_000);
  expect(presenceOf(fixture).at(-1)?.change).toBe('opened');
  expect(page.seqs).toEqual([1]);
});

test('a hub that closes ends its streams with a delay of their own, and says goodbye', async () => {
  const fixture = createHubFixture();
  fixture.threads.begin(startOf(ref));
  const page = fixture.newPage(ref);
  await page.connect();
  await fixture.hub.close();
  expect(page.isOpen()).toBe(false);
  expect(page.frames.at(-1)).toMatch(/^retry: [1-5]\d{3}\n\n$/);
  expect(presenceOf(fixture).at(-1)?.change).toBe('gone');
  expect(vi.getTimerCount()).toBe(0);
});

test('a page that went while its message was accepted is told of', async () => {
  const fixture = createHubFixture();
  const page = fixture.newPage(ref);
  await page.connect();
  fixture.threads.pace = () =>
    new Promise((resolve) => {
      setTimeout(resolve, 1_000);
    });
  const accepted = fixture.accept(ref, 'm1');
  page.drop();
  await pass(10_000);
  await accepted;
  await pass(10_000);
  expect(fixture.threads.has(ref)).toBe(true);
  expect(fixture.threads.stateOf(ref).pages).toEqual({});
});

test('a page that was perhaps told of is told of as gone', async () => {
  const fixture = createHubFixture();
  fixture.threads.begin(startOf(ref));
  fixture.threads.isDown = true;
  await expect(fixture.newPage(ref).connect()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  fixture.threads.isDown = false;
  await pass(10_000);
  expect(presenceOf(fixture).map(({ change }) => change)).toEqual(['gone']);
});

/** A presence whose thread answers when the test says so. */
function presenceWith(hasPages: () => boolean) {
  const told: string[] = [];
  const answers: ((isKnown: boolean) => void)[] = [];
  const presence = createPresence({
    ref,
    threads: {
      tellPresence: (_ref, { change }) =>
        new Promise((resolve) => {
          told.push(change);
          answers.push(resolve);
        }),
    },
    gateway: queue,
    clock: Date.now,
    logger: pino({ level: 'silent' }),
    hasPages,
    onTriedAgain: () => undefined,
    onSettled: () => undefined,
  });
  return { presence, told, answers };
}

test('a thread that came to be while it was being told is told again at once', async () => {
  const { presence, answers } = presenceWith(() => true);
  const isKnown = presence.opened();
  presence.threadExists();
  answers[0]?.(false);
  await pass(0);
  expect(answers).toHaveLength(2);
  answers[1]?.(true);
  expect(await isKnown).toBe(true);
  presence.stop();
});

describe('a thread that found no page while it was being told of one', () => {
  test('is told again where one is open now', async () => {
    const { presence, told, answers } = presenceWith(() => true);
    const isKnown = presence.opened();
    presence.forgotten();
    answers[0]?.(true);
    await pass(0);
    expect(told).toEqual(['opened', 'opened']);
    answers[1]?.(true);
    expect(await isKnown).toBe(true);
    presence.stop();
  });

  test('is told of the next page that opens', async () => {
    let isOpen = true;
    const { presence, told, answers } = presenceWith(() => isOpen);
    void presence.opened();
    isOpen = false;
    presence.dropped();
    presence.forgotten();
    answers[0]?.(true);
    await pass(10);
    isOpen = true;
    void presence.opened();
    expect(told).toEqual(['opened', 'opened']);
    presence.stop();
  });

  test('is told that the page went, for it may have heard of it afterwards', async () => {
    let isOpen = true;
    const { presence, told, answers } = presenceWith(() => isOpen);
    void presence.opened();
    isOpen = false;
    presence.dropped();
    presence.forgotten();
    answers[0]?.(true);
    await pass(departureGraceMs);
    expect(told).toEqual(['opened', 'gone']);
    answers[1]?.(true);
    await pass(0);
    expect(presence.isSettled()).toBe(true);
    presence.stop();
  });
});
