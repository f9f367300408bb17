import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { type EngineErrorCode, RemoteError } from '../../src/domain/errors.js';
import type { ThreadRef } from '../../src/domain/ids.js';
import type { MessageStatusEvent } from '../../src/domain/messages.js';
import { type Fault, silence } from '../support/fake-contact-centre.js';
import { createTestEngine, type TestEngine } from '../support/test-engine.js';
import { inbound, newRef, reply } from '../support/thread-fixtures.js';

let engine: TestEngine;
beforeAll(async () => {
  engine = await createTestEngine({ temporalAddress: inject('temporalAddress') });
  await engine.startWorker();
});
afterAll(() => engine.close());

const soon = { timeout: 15_000, interval: 25 };

function fault(on: Fault['on'], when: Fault['when'], code: EngineErrorCode): Fault {
  return { on, when, error: new RemoteError(code, 'as the test wants it') };
}

async function verdictsOf(ref: ThreadRef, on = engine): Promise<Omit<MessageStatusEvent, 'seq'>[]> {
  const events = await on.readAll(ref);
  return events.flatMap((event) => {
    if (event.type !== 'message-status') return [];
    const { seq: _seq, ...verdict } = event;
    return [verdict];
  });
}

const sent = (id: string) => ({ type: 'message-status', id, status: 'sent' });

async function untilSent(ref: ThreadRef, ids: readonly string[], on = engine): Promise<void> {
  await vi.waitFor(async () => expect(await verdictsOf(ref, on)).toEqual(ids.map(sent)), soon);
}

function methodsOf(ref: ThreadRef, on = engine): string[] {
  return on.centreOf(ref).calls.map((call) => call.method);
}

function textsOf(ref: ThreadRef, on = engine): string[] {
  return on.centreOf(ref).posts.map((post) => post.text);
}

describe.concurrent('the lane to the contact centre', () => {
  describe('a post whose outcome is unknown', () => {
    test('is looked up a second later and not sent again when it is there', async () => {
      const ref = newRef();
      const centre = engine.centreOf(ref);
      centre.faults.push({ on: 'post', when: 'after', error: silence() });
      await engine.say(ref, inbound('m-1'));
      await engine.say(ref, inbound('m-2'));
      await untilSent(ref, ['m-1', 'm-2']);
      expect(methodsOf(ref)).toEqual(['post', 'find', 'read', 'post']);
      expect(textsOf(ref)).toEqual(['text of m-1', 'text of m-2']);
      const [posted, looked] = centre.calls;
      expect((looked?.atMs ?? 0) - (posted?.atMs ?? 0)).toBeGreaterThanOrEqual(1_000);
    });

    test('is found by the second look when the index lags', async () => {
      const ref = newRef();
      const centre = engine.centreOf(ref);
      centre.faults.push({ on: 'post', when: 'after', error: silence() });
      centre.blindLooks = 1;
      await engine.say(ref, inbound('m-1'));
      await untilSent(ref, ['m-1']);
      expect(methodsOf(ref)).toEqual(['post', 'find', 'find']);
      expect(textsOf(ref)).toEqual(['text of m-1']);
    });

    test('is sent once more, under the same id, after two looks a second apart found nothing', async () => {
      const ref = newRef();
      const centre = engine.centreOf(ref);
      centre.faults.push({ on: 'post', when: 'before', error: silence() });
      await engine.say(ref, inbound('m-1'));
      await engine.say(ref, inbound('m-2'));
      await untilSent(ref, ['m-1', 'm-2']);
      expect(methodsOf(ref)).toEqual(['post', 'find', 'find', 'post', 'post']);
      expect(textsOf(ref)).toEqual(['text of m-1', 'text of m-2']);
      expect(new Set(centre.calls.slice(0, 4).map((call) => call.about)).size).toBe(1);
      const [posted, first, second] = centre.calls.map((call) => call.atMs);
      expect((first ?? 0) - (posted ?? 0)).toBeGreaterThanOrEqual(1_000);
      expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(1_000);
    });

    test.for(['CONTACT_CENTRE_UNAVAILABLE', 'CONTACT_CENTRE_UNINTELLIGIBLE'] as const)(
      'may have been answered %s',
      async (code) => {
        const ref = newRef();
        engine.centreOf(ref).faults.push(fault('post', 'after', code));
        await engine.say(ref, inbound('m-1'));
        await untilSent(ref, ['m-1']);
        expect(methodsOf(ref)).toEqual(['post', 'find']);
      },
    );

    test('is looked up again for as long as the look-up itself fails', async () => {
      const ref = newRef();
      engine
        .centreOf(ref)
        .faults.push(
          { on: 'post', when: 'after', error: silence() },
          fault('find', 'before', 'CONTACT_CENTRE_UNREACHABLE'),
          fault('find', 'before', 'CONTACT_CENTRE_REJECTED'),
          { on: 'find', when: 'after', error: silence() },
        );
      await engine.say(ref, inbound('m-1'));
      await untilSent(ref, ['m-1']);
      expect(methodsOf(ref)).toEqual(['post', 'find', 'find', 'find', 'find']);
      expect(textsOf(ref)).toEqual(['text of m-1']);
    });

    test('does not hold up the other direction', async () => {
      const ref = newRef();
      engine.centreOf(ref).faults.push({ on: 'post', when: 'after', error: silence() });
      await engine.say(ref, inbound('m-1'));
      await vi.waitFor(() => expect(methodsOf(ref)).toEqual(['post']), soon);
      await engine.threads.acceptReply(ref, reply('r-1'));
      await untilSent(ref, ['m-1']);
      const order = (await engine.readAll(ref)).map((event) => event.type);
      expect(order).toEqual(['message', 'message', 'message-status']);
    });
  });

  describe('a worker that goes in the middle of a post', () => {
    test('leaves a message that another one looks up', { timeout: 30_000 }, async () => {
      const own = await createTestEngine({ temporalAddress: inject('temporalAddress') });
      const ref = newRef();
      const centre = own.centreOf(ref);
      centre.gate = new Promise<void>(() => undefined);
      await own.startWorker();
      await own.say(ref, inbound('m-1'));
      await vi.waitFor(() => expect(centre.inFlight).toBe(1), soon);
      await own.stopWorker();
      expect(centre.inFlight).toBe(0);
      centre.gate = undefined;
      await own.startWorker();
      await untilSent(ref, ['m-1'], own);
      expect(methodsOf(ref, own)).toEqual(['post', 'find', 'find', 'post']);
      expect(textsOf(ref, own)).toEqual(['text of m-1']);
      await own.close();
    });

    test('is found out by its missing heartbeat', { timeout: 30_000 }, async () => {
      const own = await createTestEngine({ temporalAddress: inject('temporalAddress') });
      const ref = newRef();
      const startedAtMs = Date.now();
      let release: () => void = () => undefined;
      const isOver = new Promise<void>((resolve) => {
        release = resolve;
      });
      // The work is done, but neither an answer nor a heartbeat comes from this worker.
      await own.startWorker({
        postMessage: async (request) => {
          await own.contactCentre.postMessage(request, new AbortController().signal);
          await isOver;
          return {};
        },
      });
      await own.say(ref, inbound('m-1'));
      await untilSent(ref, ['m-1'], own);
      expect(methodsOf(ref, own)).toEqual(['post', 'find']);
      expect(Date.now() - startedAtMs).toBeLessThan(7_000);
      release();
      await own.close();
    });
  });

  describe('a message that the contact centre rejects', () => {
    test('fails with the code, and the later ones go on', async () => {
      const ref = newRef();
      engine.centreOf(ref).faults.push(fault('post', 'before', 'CONTACT_CENTRE_REJECTED'));
      await engine.say(ref, inbound('m-1'));
      await engine.say(ref, inbound('m-2'));
      const failed = { status: 'failed', reason: 'CONTACT_CENTRE_REJECTED' };
      await vi.waitFor(
        async () =>
          expect(await verdictsOf(ref)).toEqual([{ ...sent('m-1'), ...failed }, sent('m-2')]),
        soon,
      );
      expect(methodsOf(ref)).toEqual(['post', 'post']);
      expect(textsOf(ref)).toEqual(['text of m-2']);
    });
  });

  describe('a post that was certainly not done', () => {
    test.for([
      'CONTACT_CENTRE_UNREACHABLE',
      'CONTACT_CENTRE_UNAUTHORISED',
      'CONTACT_CENTRE_FORBIDDEN',
    ] as const)('is repeated without a look after %s', async (code) => {
      const ref = newRef();
      engine
        .centreOf(ref)
        .faults.push(fault('post', 'before', code), fault('post', 'before', code));
      await engine.say(ref, inbound('m-1'));
      await engine.say(ref, inbound('m-2'));
      await untilSent(ref, ['m-1', 'm-2']);
      expect(methodsOf(ref)).toEqual(['post', 'post', 'post', 'post']);
      expect(textsOf(ref)).toEqual(['text of m-1', 'text of m-2']);
    });

    test('waits for as long as a 429 says', async () => {
      const ref = newRef();
      const centre = engine.centreOf(ref);
      const retryAfterMs = 2_300;
      const error = new RemoteError('CONTACT_CENTRE_RATE_LIMITED', 'too many', { retryAfterMs });
      centre.faults.push({ on: 'post', when: 'before', error });
      await engine.say(ref, inbound('m-1'));
      await untilSent(ref, ['m-1']);
      const [limited, repeated] = centre.calls.map((call) => call.atMs);
      const waitedMs = (repeated ?? 0) - (limited ?? 0);
      expect(waitedMs).toBeGreaterThanOrEqual(retryAfterMs);
      expect(waitedMs).toBeLessThan(retryAfterMs + 1_500);
    });
  });

  describe('what was accepted', () => {
    test('while no worker runs is taken in the order of its arrival, both ways', async () => {
      const own = await createTestEngine({ temporalAddress: inject('temporalAddress') });
      const ref = newRef(`no-worker-${randomUUID()}`);
      await own.say(ref, inbound('m-1'));
      await own.threads.acceptReply(ref, reply('r-1'));
      await own.say(ref, inbound('m-2'));
      await own.threads.acceptReply(ref, reply('r-2'));
      await own.say(ref, inbound('m-3'));
      await own.startWorker();
      await untilSent(ref, ['m-1', 'm-2', 'm-3'], own);
      expect(textsOf(ref, own)).toEqual(['text of m-1', 'text of m-2', 'text of m-3']);
      const messages = (await own.readAll(ref)).filter((event) => event.type === 'message');
      expect(messages.map((event) => event.id)).toEqual(['m-1', 'r-1', 'm-2', 'r-2', 'm-3']);
      await own.close();
    });

    test('while the contact centre is down is delivered in order when it is back', async () => {
      const ref = newRef();
      const centre = engine.centreOf(ref);
      centre.isDown = true;
      const ids = ['m-1', 'm-2', 'm-3', 'm-4', 'm-5'];
      for (const id of ids) await engine.say(ref, inbound(id));
      await vi.waitFor(() => expect(centre.calls.length).toBeGreaterThanOrEqual(3), soon);
      expect(new Set(centre.calls.map((call) => call.about)).size).toBe(1);
      expect(centre.posts).toEqual([]);
      centre.isDown = false;
      await untilSent(ref, ids);
      expect(textsOf(ref)).toEqual(ids.map((id) => `text of ${id}`));
    });
  });
});
