import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { ThreadRef } from '../../src/domain/ids.js';
import {
  threadChannelKey,
  threadContactKey,
  threadLastActivityAtKey,
  threadStateKey,
} from '../../workflows/search-attributes.js';
import { createTestEngine, type TestEngine, type TestGateway } from '../support/test-engine.js';
import { idsOf, inbound, newRef, reply } from '../support/thread-fixtures.js';
import { readThreadRuns } from '../support/thread-runs.js';

let engine: TestEngine;
let gateway: TestGateway;
beforeAll(async () => {
  engine = await createTestEngine({ temporalAddress: inject('temporalAddress') });
  gateway = await engine.startGateway();
  await engine.startWorker();
});
afterAll(() => engine.close());

const soon = { timeout: 20_000, interval: 50 };

async function countRuns(ref: ThreadRef): Promise<number> {
  return (await readThreadRuns(engine.client, ref)).length;
}

/** Talks both ways without a break, a few at a time, so that something is always on its way. */
async function talk(ref: ThreadRef, count: number): Promise<void> {
  const ids = idsOf('m', count);
  for (let at = 0; at < count; at += 4) {
    await Promise.all(
      ids
        .slice(at, at + 4)
        .flatMap((id) => [
          engine.say(ref, inbound(id)),
          engine.threads.acceptReply(ref, reply(`r-${id}`)),
        ]),
    );
  }
}

describe.concurrent.each([
  { title: 'with its whole log', keptLogSize: undefined },
  { title: 'with its log left behind in earlier runs', keptLogSize: 400 },
])('a busy thread that goes on as new, $title,', ({ keptLogSize }) => {
  test('loses, doubles and reorders nothing', async ({ annotate }) => {
    const ref = newRef();
    const options = {
      continueAfterEvents: 60,
      ...(keptLogSize === undefined ? {} : { keptLogSize }),
    };
    await engine.say(ref, inbound('m-0'), options);
    await gateway.openPage(ref);
    await talk(ref, 40);
    const centre = engine.centreOf(ref);
    await vi.waitFor(() => expect(centre.posts).toHaveLength(41), soon);
    const events = await vi.waitFor(async () => {
      const all = await engine.readAll(ref);
      expect(all).toHaveLength(41 * 2 + 40);
      return all;
    }, soon);
    const runs = await countRuns(ref);
    await annotate(`${runs} runs`);
    expect(runs).toBeGreaterThanOrEqual(4);

    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
    const customers = events.filter(
      (event) => event.type === 'message' && event.from === 'customer',
    );
    expect(centre.posts.map((post) => post.text)).toEqual(
      customers.map((event) => `text of ${'id' in event ? event.id : ''}`),
    );
    expect(centre.mostInFlight).toBe(1);
    const agents = events.flatMap((event) =>
      event.type === 'message' && event.from === 'agent' ? [event.id] : [],
    );
    expect(new Set(agents).size).toBe(40);

    await vi.waitFor(
      () => expect(gateway.pages.shownOf(ref).at(-1)?.seq).toBe(events.length),
      soon,
    );
    const shown = gateway.pages.shownOf(ref);
    expect(shown.map((event) => event.seq)).toEqual(
      [...new Set(shown.map((event) => event.seq))].toSorted((a, b) => a - b),
    );
    // A page fetches by itself what only an earlier run still has.
    const least = keptLogSize === undefined ? 40 * 3 : 1;
    expect(shown.length).toBeGreaterThanOrEqual(least);
    expect(shown).toEqual(events.filter((event) => shown.some(({ seq }) => seq === event.seq)));

    // What it knew at the start it knows at the end.
    await engine.say(ref, inbound('m-0', 'another text'));
    await engine.say(ref, inbound('m-7', 'another text'));
    await engine.threads.acceptReply(ref, reply('r-m-7', 'another text'));
    await engine.say(ref, inbound('m-last'));
    await vi.waitFor(() => expect(centre.posts.at(-1)?.text).toBe('text of m-last'), soon);
    expect(centre.posts).toHaveLength(42);
    expect((await engine.readAll(ref)).filter((event) => event.type === 'message')).toHaveLength(
      41 + 40 + 1,
    );
  });
});

describe.concurrent('a thread that goes on as new', () => {
  test('search attributes and the first words of a thread outlive its first run', async () => {
    const ref = newRef();
    await engine.say(ref, inbound('m-1'), { continueAfterEvents: 20, keptLogSize: 100 });
    for (const id of idsOf('r', 3)) {
      await engine.threads.acceptReply(ref, reply(id));
      await engine.settledLength(ref);
      await engine.say(ref, inbound(`after-${id}`));
      await engine.settledLength(ref);
    }
    await vi.waitFor(async () => expect(await countRuns(ref)).toBeGreaterThan(1), soon);
    const { typedSearchAttributes, status } = await engine.handleOf(ref).describe();
    expect(status.name).toBe('RUNNING');
    expect(typedSearchAttributes.get(threadStateKey)).toBe('open');
    expect(typedSearchAttributes.get(threadChannelKey)).toBe(ref.channelId);
    expect(typedSearchAttributes.get(threadContactKey)).toBe(engine.centreOf(ref).contact);
    expect(typedSearchAttributes.get(threadLastActivityAtKey)).toBeInstanceOf(Date);
    const events = await engine.readAll(ref);
    expect(events[0]).toMatchObject({ seq: 1, id: 'm-1' });
    expect(events).toHaveLength(4 * 2 + 3);
  });

  test('a pause outlives the run in which it began', async () => {
    const ref = newRef();
    const centre = engine.centreOf(ref);
    centre.isDown = true;
    await engine.say(ref, inbound('m-1'), { continueAfterEvents: 20 });
    await vi.waitFor(async () => expect(await countRuns(ref)).toBeGreaterThan(1), soon);
    expect(centre.posts).toEqual([]);
    centre.isDown = false;
    await vi.waitFor(() => expect(centre.posts).toHaveLength(1), soon);
    await vi.waitFor(async () => expect(await engine.readAll(ref)).toHaveLength(2), soon);
  });
});
