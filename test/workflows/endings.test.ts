import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { RequestError } from '../../src/domain/errors.js';
import type { ThreadRef } from '../../src/domain/ids.js';
import type { ThreadEnder } from '../../src/domain/messages.js';
import { defaultPolicy } from '../../src/domain/policy.js';
import type { ContactSighting } from '../../src/domain/thread-state.js';
import { closeUpdate, contactEndedSignal } from '../../workflows/messages.js';
import { threadClosedByKey, threadStateKey } from '../../workflows/search-attributes.js';
import { contactNumber } from '../support/domain-builders.js';
import { silence } from '../support/fake-contact-centre.js';
import { createTestEngine, type TestEngine, type TestGateway } from '../support/test-engine.js';
import { idsOf, inbound, newRef, reply } from '../support/thread-fixtures.js';

let engine: TestEngine;
let gateway: TestGateway;
beforeAll(async () => {
  engine = await createTestEngine({ temporalAddress: inject('temporalAddress') });
  gateway = await engine.startGateway();
  await engine.startWorker();
});
afterAll(() => engine.close());

const soon = { timeout: 10_000, interval: 25 };

/** Starts a thread whose first message the contact centre has. */
async function openThread(): Promise<ThreadRef> {
  const ref = newRef();
  await engine.say(ref, inbound('m-1'));
  await vi.waitFor(async () => expect(await engine.readAll(ref)).toHaveLength(2), soon);
  return ref;
}

async function contactEnds(ref: ThreadRef, facts: Partial<ContactSighting> = {}) {
  await engine.handleOf(ref).signal(contactEndedSignal, {
    contact: engine.centreOf(ref).contact,
    status: 'closed',
    statusUpdatedAtMs: Date.now(),
    ...facts,
  });
}

const enders: Partial<Record<ThreadEnder, (ref: ThreadRef) => Promise<unknown>>> = {
  customer: (ref) => engine.threads.tellCustomerEnd(ref),
  operator: (ref) => engine.handleOf(ref).executeUpdate(closeUpdate),
  agent: (ref) => contactEnds(ref),
};

async function refusalOf(attempt: Promise<unknown>): Promise<RequestError> {
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof RequestError)) throw new Error(`it was not refused: ${String(error)}`);
  return error;
}

describe.each(['customer', 'operator', 'agent'] as const)('a thread that its %s ended', (ender) => {
  let ref: ThreadRef;
  beforeAll(async () => {
    ref = await openThread();
    await gateway.openPage(ref);
    await engine.threads.acceptReply(ref, reply('r-1'));
    await enders[ender]?.(ref);
    await engine.handleOf(ref).result();
  });

  test('completes with who ended it, and when', async () => {
    const result = await engine.handleOf(ref).result();
    const events = await engine.readAll(ref);
    const closed = events.at(-1);
    expect(closed).toMatchObject({ type: 'state', state: 'closed', closedBy: ender });
    const closedAtMs = closed?.type === 'state' ? (closed.closedAtMs ?? 0) : 0;
    expect(result).toEqual({
      closedBy: ender,
      closedAt: new Date(closedAtMs).toISOString(),
      lastSeq: events.length,
    });
    expect(await engine.threads.read(ref, 0)).toMatchObject({
      state: 'closed',
      closedBy: ender,
      closedAtMs,
    });
  });

  test('tells the customer, whose open page sees it', async () => {
    const events = await engine.readAll(ref);
    const texts = events.filter((event) => event.type === 'message' && event.from === 'system');
    expect(texts).toMatchObject(
      ender === 'agent' ? [{ text: defaultPolicy.texts.agentClosed, seq: events.length - 1 }] : [],
    );
    expect(gateway.pages.shownOf(ref)).toEqual(events.slice(2));
  });

  test('is shut at the contact centre', () => {
    const centre = engine.centreOf(ref);
    expect(centre.endedWith).toBe(ender === 'agent' ? undefined : 'closed');
    expect(centre.isShut).toBe(true);
    expect(centre.calls.map((call) => call.method)).toEqual(
      ender === 'agent'
        ? ['post', 'setOpen', 'readThread']
        : ['post', 'end', 'setOpen', 'read', 'readThread'],
    );
  });

  test('says so to operators', async () => {
    const { typedSearchAttributes, memo, status } = await engine.handleOf(ref).describe();
    expect(status.name).toBe('COMPLETED');
    expect(typedSearchAttributes.get(threadStateKey)).toBe('closed');
    expect(typedSearchAttributes.get(threadClosedByKey)).toBe(ender);
    const { closedAt } = await engine.handleOf(ref).result();
    expect(memo).toMatchObject({ closedAtMs: Date.parse(closedAt) });
    expect(await engine.threads.standing(ref)).toEqual({
      kind: 'closed',
      by: ender,
      atMs: Date.parse(closedAt),
    });
  });

  test('takes no new message, from either side', async () => {
    const { closedAt } = await engine.handleOf(ref).result();
    const details = { closedBy: ender, closedAt };
    expect(await refusalOf(engine.say(ref, inbound('m-2')))).toMatchObject({
      code: 'THREAD_CLOSED',
      details,
    });
    expect(await refusalOf(engine.threads.acceptReply(ref, reply('r-2')))).toMatchObject({
      code: 'THREAD_CLOSED',
      details,
    });
    expect(await engine.threads.tellStillHere(ref)).toBe(false);
    expect(await engine.threads.tellCustomerEnd(ref)).toBe(false);
    expect(engine.centreOf(ref).posts).toHaveLength(1);
  });

  test("accepts an agent's call again that it had accepted", async () => {
    await engine.threads.acceptReply(ref, reply('r-1'));
    const refusal = await refusalOf(engine.threads.acceptReply(ref, reply('r-late')));
    expect(refusal).toMatchObject({ code: 'THREAD_CLOSED' });
  });

  test('accepts an id again that it had accepted', async () => {
    await expect(engine.say(ref, inbound('m-1'))).resolves.toBeUndefined();
    expect(engine.centreOf(ref).posts).toHaveLength(1);
  });
});

const noEnds: { readonly title: string; readonly facts: Partial<ContactSighting> }[] = [
  { title: 'another contact', facts: { contact: contactNumber('4711') } },
  { title: 'a status that is no end', facts: { status: 'resolved' } },
];

test.concurrent.each(noEnds)('news of $title ends nothing', async ({ facts }) => {
  const ref = await openThread();
  await contactEnds(ref, facts);
  await engine.say(ref, inbound('m-2'));
  await vi.waitFor(() => expect(engine.centreOf(ref).posts).toHaveLength(2), soon);
  expect(await engine.threads.standing(ref)).toEqual({ kind: 'open' });
});

test.concurrent('a thread that is cancelled is closed by an operator, in good order', async () => {
  const ref = await openThread();
  await engine.handleOf(ref).cancel();
  expect(await engine.handleOf(ref).result()).toMatchObject({ closedBy: 'operator' });
  expect(engine.centreOf(ref).isShut).toBe(true);
});

test.concurrent('a thread that nobody started is unknown', async () => {
  const ref = newRef();
  expect(await refusalOf(engine.threads.acceptReply(ref, reply('r-1')))).toMatchObject({
    code: 'THREAD_UNKNOWN',
  });
  expect(await engine.threads.standing(ref)).toEqual({ kind: 'unknown' });
  expect(await engine.threads.read(ref, 0)).toBeUndefined();
  expect(await engine.threads.tellReceipt(ref, { kind: 'seen', upToSeq: 1, atMs: 0 })).toBe(false);
  expect(await engine.threads.tellCustomerEnd(ref)).toBe(false);
});

describe.concurrent('what waits when a thread ends', () => {
  test('is refused, when an agent ended it', async () => {
    const ref = await openThread();
    const centre = engine.centreOf(ref);
    centre.isDown = true;
    await engine.say(ref, inbound('m-2'));
    await engine.say(ref, inbound('m-3'));
    await vi.waitFor(() => expect(centre.calls.length).toBeGreaterThanOrEqual(2), soon);
    await contactEnds(ref);
    await vi.waitFor(async () => {
      const verdicts = (await engine.readAll(ref)).filter(
        (event) => event.type === 'message-status',
      );
      // The one that is being tried at that moment has its verdict after those that wait.
      expect(verdicts.toSorted((a, b) => a.id.localeCompare(b.id))).toMatchObject([
        { id: 'm-1', status: 'sent' },
        { id: 'm-2', status: 'refused', reason: 'THREAD_CLOSED' },
        { id: 'm-3', status: 'refused', reason: 'THREAD_CLOSED' },
      ]);
    }, soon);
    centre.isDown = false;
    await engine.handleOf(ref).result();
    expect(centre.posts).toHaveLength(1);
    expect(centre.isShut).toBe(true);
  });

  test('is delivered first, when the customer ended it', async () => {
    const ref = await openThread();
    const centre = engine.centreOf(ref);
    centre.isDown = true;
    await engine.say(ref, inbound('m-2'));
    await engine.threads.tellCustomerEnd(ref);
    await vi.waitFor(
      async () => expect(await engine.threads.standing(ref)).toMatchObject({ by: 'customer' }),
      soon,
    );
    centre.isDown = false;
    await engine.handleOf(ref).result();
    expect(centre.posts.map((post) => post.text)).toEqual(['text of m-1', 'text of m-2']);
    expect(centre.calls.slice(-4).map((call) => call.method)).toEqual([
      'end',
      'setOpen',
      'read',
      'readThread',
    ]);
  });

  test('in doubt is looked up, and refused only when it is not there', async () => {
    const refs = await Promise.all([openThread(), openThread()]);
    const verdicts = await Promise.all(
      refs.map(async (ref, index) => {
        const centre = engine.centreOf(ref);
        const when = index === 0 ? 'after' : 'before';
        centre.faults.push({ on: 'post', when, error: silence() });
        await engine.say(ref, inbound('m-2'));
        await vi.waitFor(() => expect(centre.calls.length).toBeGreaterThanOrEqual(2), soon);
        await contactEnds(ref);
        await engine.handleOf(ref).result();
        const events = await engine.readAll(ref);
        return events.find((event) => event.type === 'message-status' && event.id === 'm-2');
      }),
    );
    expect(verdicts).toMatchObject([{ status: 'sent' }, { status: 'refused' }]);
    expect(refs.map((ref) => engine.centreOf(ref).posts.length)).toEqual([2, 1]);
  });

  test('has exactly one verdict each, however the end and the messages race', async () => {
    const refs = await Promise.all(idsOf('round', 8).map(() => openThread()));
    await Promise.all(
      refs.map(async (ref, round) => {
        const ids = idsOf('race', 10);
        const attempts = ids.map((id, index) =>
          index === round
            ? contactEnds(ref).then(() => engine.say(ref, inbound(id)))
            : engine.say(ref, inbound(id)),
        );
        const outcomes = await Promise.allSettled(attempts);
        await engine.handleOf(ref).result();
        const events = await engine.readAll(ref);
        const postedTexts = engine.centreOf(ref).posts.map((post) => post.text);
        for (const [index, outcome] of outcomes.entries()) {
          const id = ids[index] ?? '';
          const verdicts = events.filter((e) => e.type === 'message-status' && e.id === id);
          const refusal: unknown = outcome.status === 'rejected' ? outcome.reason : undefined;
          expect(refusal instanceof RequestError ? refusal.code : refusal).toBe(
            outcome.status === 'rejected' ? 'THREAD_CLOSED' : undefined,
          );
          expect(verdicts).toHaveLength(outcome.status === 'fulfilled' ? 1 : 0);
          const isSent = verdicts.some((e) => e.type === 'message-status' && e.status === 'sent');
          expect(postedTexts.filter((text) => text === `text of ${id}`)).toHaveLength(
            isSent ? 1 : 0,
          );
        }
        expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
      }),
    );
  });
});
