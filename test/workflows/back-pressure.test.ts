import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { ThreadRef } from '../../src/domain/ids.js';
import { repairUpdate } from '../../workflows/messages.js';
import { createTestEngine, type TestEngine } from '../support/test-engine.js';
import { idsOf, inbound, newRef } from '../support/thread-fixtures.js';
import { readThreadRuns } from '../support/thread-runs.js';

const patient = { timeout: 60_000, interval: 200 };

async function accept(engine: TestEngine, ref: ThreadRef, ids: readonly string[]): Promise<void> {
  for (let at = 0; at < ids.length; at += 25) {
    await Promise.all(ids.slice(at, at + 25).map((id) => engine.say(ref, inbound(id))));
  }
}

describe.concurrent('a thread in which 500 messages wait', () => {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await createTestEngine({ temporalAddress: inject('temporalAddress') });
  });
  afterAll(() => engine.close());

  test('takes no more while no worker runs, and delivers them when one does', async ({
    annotate,
  }) => {
    const ref = newRef();
    const ids = idsOf('m', 500);
    const startedAtMs = Date.now();
    await accept(engine, ref, ids.slice(0, 490));
    for (const id of ids.slice(490)) await engine.say(ref, inbound(id));
    await annotate(`500 accepted in ${Date.now() - startedAtMs} ms`);
    await expect(engine.say(ref, inbound('m-501'))).rejects.toMatchObject({
      code: 'THREAD_BUSY',
      retryAfterMs: 5_000,
    });
    await engine.startWorker();
    const { posts } = engine.centreOf(ref);
    await vi.waitFor(() => expect(posts.length).toBeGreaterThanOrEqual(60), patient);
    const accepted = (await engine.readAll(ref)).flatMap((event) =>
      event.type === 'message' ? [event.text] : [],
    );
    expect(accepted).toHaveLength(500);
    expect(posts.map((post) => post.text)).toEqual(accepted.slice(0, posts.length));
  });

  test('takes no more while the contact centre is down, and some again when it is back', async () => {
    const own = await createTestEngine({ temporalAddress: inject('temporalAddress') });
    const ref = newRef();
    const centre = own.centreOf(ref);
    centre.isDown = true;
    await own.startWorker();
    const ids = idsOf('m', 500);
    await accept(own, ref, ids.slice(0, 490));
    for (const id of ids.slice(490)) await own.say(ref, inbound(id));
    let tries = 0;
    await vi.waitFor(async () => {
      tries += 1;
      const refused = own.say(ref, inbound(`more-${tries}`));
      await expect(refused).rejects.toMatchObject({ code: 'THREAD_BUSY' });
    }, patient);
    // An id that was accepted once is accepted again.
    await own.say(ref, inbound('m-1'));
    const { memo } = await own.handleOf(ref).describe();
    expect(memo).toMatchObject({ isFull: true });
    expect(centre.posts).toEqual([]);
    centre.isDown = false;
    await own.handleOf(ref).executeUpdate(repairUpdate, { args: [{ action: 'retry' }] });
    await vi.waitFor(() => own.say(ref, inbound('m-501')), patient);
    // Full from 500 on, and again below 450.
    expect(centre.posts.length).toBeGreaterThan(45);
    const accepted = (await own.readAll(ref)).flatMap((event) =>
      event.type === 'message' ? [event.text] : [],
    );
    expect(accepted.slice(0, 500)).toHaveLength(500);
    expect(centre.posts.map((post) => post.text)).toEqual(accepted.slice(0, centre.posts.length));
    await own.close();
  });

  test('takes fewer when they are long, and can be handed on while they wait', async () => {
    const own = await createTestEngine({ temporalAddress: inject('temporalAddress') });
    const ref = newRef();
    const centre = own.centreOf(ref);
    centre.isDown = true;
    await own.startWorker();
    const text = 'x'.repeat(10_000);
    await own.say(ref, inbound('m-0', text), { continueAfterEvents: 20 });
    const accepted = ['m-0'];
    for (const id of idsOf('long', 100)) {
      const isAccepted = await own.say(ref, inbound(id, text)).then(
        () => true,
        (error: unknown) => {
          expect(error).toMatchObject({ code: 'THREAD_BUSY' });
          return false;
        },
      );
      if (!isAccepted) break;
      accepted.push(id);
    }
    // Some fifteen, and what comes before the thread has said so: all of it can still be handed on.
    expect(accepted.length).toBeLessThan(100);
    const countRuns = async () => (await readThreadRuns(own.client, ref)).length;
    await vi.waitFor(async () => expect(await countRuns()).toBeGreaterThan(1), patient);
    centre.isDown = false;
    await own.handleOf(ref).executeUpdate(repairUpdate, { args: [{ action: 'retry' }] });
    await vi.waitFor(() => expect(centre.posts).toHaveLength(accepted.length), patient);
    expect(centre.posts.map(({ externalId }) => externalId.split('~').at(-1))).toEqual(accepted);
    await own.close();
  });
});
