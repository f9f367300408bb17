import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { refOf } from './gateway-fixture.js';
import { agentMessage, createHubFixture, queue, startOf } from './hub-fixture.js';

const ref = refOf('thread-1');
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('what a page is shown', () => {
  test('a page gets what was there, and then what comes', async () => {
    const fixture = createHubFixture();
    const { threads, newPage } = fixture;
    threads.begin(startOf(ref));
    threads.say(ref, agentMessage(ref, 'a1'));
    const page = newPage(ref);
    await page.connect();
    expect(page.seqs).toEqual([1]);
    threads.say(ref, agentMessage(ref, 'a2'));
    await pass(0);
    expect(page.seqs).toEqual([1, 2]);
  });

  test('an event that is shown twice or late is written once', async () => {
    const { threads, hub, newPage } = createHubFixture();
    threads.begin(startOf(ref));
    const page = newPage(ref);
    await page.connect();
    threads.say(ref, agentMessage(ref, 'a1'));
    threads.say(ref, agentMessage(ref, 'a2'));
    await pass(0);
    const { events } = (await threads.read(ref, 0)) ?? { events: [] };
    await hub.show(ref, events);
    await hub.show(ref, events.slice(0, 1));
    await pass(1_000);
    expect(page.seqs).toEqual([1, 2]);
  });

  test('what follows an event that was shown already is written without a read', async () => {
    const { threads, hub, newPage } = createHubFixture();
    threads.begin(startOf(ref));
    threads.say(ref, agentMessage(ref, 'a1'));
    const page = newPage(ref);
    await page.connect();
    await threads.tellPresence(ref, { gateway: queue, change: 'gone', atMs: 0 });
    threads.say(ref, agentMessage(ref, 'a2'));
    const { read } = threads.calls;
    await hub.show(ref, threads.stateOf(ref).log);
    expect(page.seqs).toEqual([1, 2]);
    expect(threads.calls.read).toBe(read);
  });

  test('what lies between is read before a later event is written', async () => {
    const { threads, hub, newPage } = createHubFixture();
    threads.begin(startOf(ref));
    const page = newPage(ref);
    await page.connect();
    // The thread believes that nobody looks, so only the test hands events in.
    await threads.tellPresence(ref, { gateway: queue, change: 'gone', atMs: 0 });
    for (const key of ['a1', 'a2', 'a3']) threads.say(ref, agentMessage(ref, key));
    const { events } = (await threads.read(ref, 0)) ?? { events: [] };
    await hub.show(ref, events.slice(2));
    expect(page.seqs).toEqual([]);
    await pass(0);
    expect(page.seqs).toEqual([1, 2, 3]);
  });

  test('a long past comes page by page', async () => {
    const { threads, newPage } = createHubFixture();
    threads.begin(startOf(ref));
    threads.pageSize = 3;
    for (let n = 1; n <= 10; n += 1) threads.say(ref, agentMessage(ref, `a${n}`));
    const page = newPage(ref);
    await page.connect(4);
    await pass(0);
    expect(page.seqs).toEqual([5, 6, 7, 8, 9, 10]);
  });

  test('a number beyond the last event counts as the last', async () => {
    const { threads, newPage } = createHubFixture();
    threads.begin(startOf(ref));
    threads.say(ref, agentMessage(ref, 'a1'));
    const page = newPage(ref);
    await page.connect(99);
    threads.say(ref, agentMessage(ref, 'a2'));
    await pass(0);
    expect(page.seqs).toEqual([2]);
  });

  test('a gap that cannot be read for a while is read later', async () => {
    const { threads, hub, newPage } = createHubFixture();
    threads.begin(startOf(ref));
    const page = newPage(ref);
    await page.connect();
    await threads.tellPresence(ref, { gateway: queue, change: 'gone', atMs: 0 });
    for (const key of ['a1', 'a2']) threads.say(ref, agentMessage(ref, key));
    threads.hasNoWorker = true;
    await hub.show(ref, threads.stateOf(ref).log.slice(1));
    await pass(2_000);
    expect(page.seqs).toEqual([]);
    threads.hasNoWorker = false;
    await pass(5_000);
    expect(page.seqs).toEqual([1, 2]);
  });

  test('a page is not let in while its thread cannot be read', async () => {
    const { threads, newPage } = createHubFixture();
    threads.begin(startOf(ref));
    threads.hasNoWorker = true;
    const page = newPage(ref);
    await expect(page.connect()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(page.isOpen()).toBe(false);
  });

  test('the stream ends after the closed event, and a reader that has everything gets nothing', async () => {
    const { threads, newPage } = createHubFixture();
    threads.begin(startOf(ref));
    const page = newPage(ref);
    await page.connect();
    threads.end(ref, 'agent');
    await pass(0);
    expect(page.seqs).toEqual([1, 2]);
    expect(page.isOpen()).toBe(false);
    expect(await page.connect()).toBe(false);
    const late = newPage(ref);
    expect(await late.connect()).toBe(true);
    expect(late.seqs).toEqual([1, 2]);
    expect(late.isOpen()).toBe(false);
  });

  test('a long past that is closed comes whole before the stream ends', async () => {
    const { threads, newPage } = createHubFixture();
    threads.begin(startOf(ref));
    threads.pageSize = 2;
    for (let n = 1; n <= 6; n += 1) threads.say(ref, agentMessage(ref, `a${n}`));
    threads.end(ref, 'customer');
    const page = newPage(ref);
    await page.connect();
    await pass(0);
    expect(page.seqs).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(page.isOpen()).toBe(false);
  });

  test('a verdict that came after the end is shown to whoever asks', async () => {
    const { threads, newPage, accept } = createHubFixture();
    let open: () => void = () => undefined;
    threads.gate = new Promise((resolve) => {
      open = resolve;
    });
    await accept(ref, 'm1');
    threads.end(ref, 'customer');
    const page = newPage(ref);
    await page.connect();
    expect(page.seqs).toEqual([1, 2]);
    expect(page.isOpen()).toBe(false);
    open();
    await pass(0);
    expect(await page.connect()).toBe(true);
    expect(page.seqs).toEqual([1, 2, 3]);
    expect(page.isOpen()).toBe(false);
  });

  test('a page that takes nothing is dropped', async () => {
    const { threads, newPage } = createHubFixture();
    threads.begin(startOf(ref));
    const page = newPage(ref);
    await page.connect();
    page.pendingBytes = 100_000_000;
    threads.say(ref, agentMessage(ref, 'a1'));
    await pass(0);
    expect(page.isOpen()).toBe(false);
  });

  test('a comment keeps every stream open', async () => {
    const { newPage } = createHubFixture();
    const page = newPage(ref);
    await page.connect();
    await pass(15_000);
    expect(page.frames.filter((frame) => frame.startsWith(':'))).toHaveLength(1);
  });

  test("an agent's typing has no id and reaches every page", async () => {
    const { hub, newPage } = createHubFixture();
    const pages = [newPage(ref), newPage(ref)];
    for (const page of pages) await page.connect();
    hub.showTyping(ref, { isTyping: true, authorName: 'Rhino' });
    for (const page of pages) {
      expect(page.frames.at(-1)).toBe(
        'event: typing\ndata: {"typing":true,"author":{"name":"Rhino"}}\n\n',
      );
    }
  });
});

describe('following an accepted message', () => {
  test('its own page gets it within a tenth of a second, without a show', async () => {
    const { threads, hub, newPage, accept } = createHubFixture();
    const page = newPage(ref);
    await page.connect();
    const show = vi.spyOn(hub, 'show');
    await accept(ref, 'm1');
    await pass(60);
    expect(page.seqs).toEqual([1, 2]);
    expect(show).not.toHaveBeenCalled();
    expect(threads.stateOf(ref).lastSeq).toBe(2);
  });

  test('reading stops when the verdict has been written', async () => {
    const { threads, newPage, accept } = createHubFixture();
    const page = newPage(ref);
    await page.connect();
    await accept(ref, 'm1');
    await pass(100);
    const { read } = threads.calls;
    await pass(60_000);
    expect(threads.calls.read).toBe(read);
  });

  test('a verdict that takes longer than the following is shown by the thread', async () => {
    const { threads, newPage, accept } = createHubFixture();
    let open: () => void = () => undefined;
    threads.gate = new Promise((resolve) => {
      open = resolve;
    });
    const page = newPage(ref);
    await page.connect();
    await accept(ref, 'm1');
    await pass(20_000);
    expect(page.seqs).toEqual([1]);
    open();
    await pass(0);
    expect(page.seqs).toEqual([1, 2]);
  });

  test('a verdict that the thread leaves to its gateway is waited for', async () => {
    const { threads, newPage, accept } = createHubFixture();
    let open: () => void = () => undefined;
    threads.gate = new Promise((resolve) => {
      open = resolve;
    });
    const page = newPage(ref);
    await page.connect();
    await accept(ref, 'm1');
    await pass(4_900);
    open();
    await pass(2_100);
    expect(page.seqs).toEqual([1, 2]);
  });

  test('a burst is read for together', async () => {
    const { threads, newPage, accept } = createHubFixture();
    const page = newPage(ref);
    await page.connect();
    await accept(ref, 'm0');
    await pass(1_000);
    const { read } = threads.calls;
    for (let n = 1; n <= 20; n += 1) await accept(ref, `m${n}`);
    await pass(60);
    expect(page.seqs).toHaveLength(42);
    expect(threads.calls.read - read).toBeLessThanOrEqual(2);
  });
});

describe('under concurrency', () => {
  const stepArbitrary = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('say' as const) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('accept' as const) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('connect' as const), page: fc.nat(2) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('drop' as const), page: fc.nat(2) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('show' as const),
        from: fc.nat(30),
        to: fc.nat(30),
      }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(1_500) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('down' as const), is: fc.boolean() }) },
  );

  test('every page sees every event once and in order, whatever runs at the same time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(stepArbitrary, { maxLength: 40 }),
        fc.infiniteStream(fc.nat(40)),
        async (steps, delays) => {
          const fixture = createHubFixture();
          const { threads, hub, newPage, accept } = fixture;
          threads.pageSize = 4;
          threads.pace = () =>
            new Promise((resolve) => {
              setTimeout(resolve, delays.next().value);
            });
          const pages = [newPage(ref), newPage(ref), newPage(ref)];
          let count = 0;
          for (const step of steps) {
            if (step.kind === 'say' && threads.has(ref)) {
              threads.say(ref, agentMessage(ref, `a${(count += 1)}`));
            } else if (step.kind === 'accept') {
              accept(ref, `m${(count += 1)}`).catch(() => undefined);
            } else if (step.kind === 'connect') {
              pages[step.page]?.connect().catch(() => undefined);
            } else if (step.kind === 'drop') {
              pages[step.page]?.drop();
            } else if (step.kind === 'show' && threads.has(ref)) {
              const { log } = threads.stateOf(ref);
              void hub.show(ref, log.slice(step.from, step.to));
            } else if (step.kind === 'wait') {
              await pass(step.ms);
            } else if (step.kind === 'leave') {
              hub.leave(ref);
            } else if (step.kind === 'down') {
              threads.isDown = step.is;
            }
          }
          threads.isDown = false;
          for (const page of pages) if (!page.isOpen()) page.connect().catch(() => undefined);
          await pass(60_000);
          const lastSeq = threads.has(ref) ? threads.stateOf(ref).lastSeq : 0;
          const all = Array.from({ length: lastSeq }, (_, index) => index + 1);
          for (const page of pages) expect(page.seqs).toEqual(all);

          for (const page of pages) page.drop();
          await pass(60_000);
          expect(threads.has(ref) ? Object.keys(threads.stateOf(ref).pages) : []).toEqual([]);
          await hub.close();
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
