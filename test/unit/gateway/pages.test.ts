import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { readEvents } from './event-reader.js';
import { openSession, postMessage, refOf, send, startGateway } from './gateway-fixture.js';
import { agentMessage } from './hub-fixture.js';

const nothing = { token: 'none' };

describe("a page's events", () => {
  test('come as a stream that no proxy holds back', async () => {
    const { url } = await startGateway();
    const page = await readEvents(url, await openSession(url));
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/event-stream');
    expect(page.headers.get('cache-control')).toContain('no-transform');
    expect(page.headers.get('x-accel-buffering')).toBe('no');
    await vi.waitFor(() => expect(page.retries).toEqual([1_000]));
  });

  test('go on after the last one seen, at any gateway', async () => {
    const first = await startGateway();
    const second = await startGateway({ threads: first.threads, name: 'second' });
    const session = await openSession(first.url);
    const ref = refOf(session.threadId);
    const page = await readEvents(first.url, session);
    await postMessage(first.url, session, { id: 'm1', text: 'x' });
    await vi.waitFor(() => expect(page.events.map(({ id }) => id)).toEqual([1, 2]));
    page.drop();
    first.threads.say(ref, agentMessage(ref, 'a1'));
    const next = await readEvents(second.url, session, { lastEventId: '2', after: '0' });
    first.threads.say(ref, agentMessage(ref, 'a2'));
    await vi.waitFor(() => expect(next.events.map(({ id }) => id)).toEqual([3, 4]));
    const other = await readEvents(second.url, session, { after: '1' });
    await vi.waitFor(() => expect(other.events.map(({ id }) => id)).toEqual([2, 3, 4]));
  });

  test.each([
    { after: 'x' },
    { after: '-1' },
    { after: '1.5' },
    { lastEventId: 'x' },
    { after: '1&after=2' },
  ])('do not go on after %o', async (options) => {
    const { url } = await startGateway();
    expect((await readEvents(url, await openSession(url), options)).status).toBe(400);
  });

  test('end with the closed event; a reader that has everything gets 204', async () => {
    const { url, threads } = await startGateway();
    const session = await openSession(url);
    await postMessage(url, session, { id: 'm1', text: 'x' });
    const page = await readEvents(url, session);
    threads.end(refOf(session.threadId), 'agent');
    await vi.waitFor(() => expect(page.isEnded()).toBe(true));
    expect(page.events.at(-1)).toMatchObject({
      event: 'state',
      data: { state: 'closed', closedBy: 'agent', closedAt: expect.stringMatching(/\.\d{3}Z$/) },
    });
    const lastEventId = String(page.events.at(-1)?.id);
    expect((await readEvents(url, session, { lastEventId })).status).toBe(204);
    const late = await readEvents(url, session);
    await vi.waitFor(() => expect(late.isEnded()).toBe(true));
    expect(late.events).toEqual(page.events);
  });

  test('hold nothing that only the engine needs', async () => {
    const { url } = await startGateway();
    const session = await openSession(url);
    const page = await readEvents(url, session);
    await postMessage(url, session, { id: 'm1', text: 'x' });
    await vi.waitFor(() => expect(page.events).toHaveLength(2));
    expect(page.events.map(({ data }) => Object.keys(data))).toEqual([
      ['seq', 'id', 'from', 'text', 'at'],
      ['seq', 'id', 'status'],
    ]);
  });

  test('are refused while no worker can tell them', async () => {
    const { url, threads } = await startGateway();
    const session = await openSession(url);
    await postMessage(url, session, { id: 'm1', text: 'x' });
    threads.hasNoWorker = true;
    const page = await readEvents(url, session);
    expect(page.status).toBe(503);
    expect(page.headers.get('retry-after')).toBe('1');
    const snapshot = await send(`${url}/v1/threads/${session.threadId}`, { token: session.token });
    expect(snapshot.status).toBe(503);
    expect((await postMessage(url, session, { id: 'm2', text: 'x' })).status).toBe(202);
  });

  test('are counted while they are open', async () => {
    const { url, metrics } = await startGateway();
    const open = async () =>
      (await metrics.getSingleMetric('isthmus_gateway_streams_open')?.get())?.values[0]?.value;
    const page = await readEvents(url, await openSession(url));
    expect(await open()).toBe(1);
    page.drop();
    await vi.waitFor(async () => expect(await open()).toBe(0));
  });

  test('arrive in order while twenty pages and a burst run at once', async () => {
    const { url, threads } = await startGateway();
    const session = await openSession(url);
    const ref = refOf(session.threadId);
    threads.pageSize = 7;
    threads.pace = () => pause(Math.random() * 8);
    const pages = await Promise.all(Array.from({ length: 5 }, () => readEvents(url, session)));
    const burst = Array.from({ length: 30 }, (_, n) =>
      postMessage(url, session, { id: `m${n}`, text: 'x' }),
    );
    await burst[0];
    for (let n = 0; n < 30; n += 1) threads.say(ref, agentMessage(ref, `a${n}`));
    pages.push(
      ...(await Promise.all(
        Array.from({ length: 5 }, () => readEvents(url, session, { after: '3' })),
      )),
    );
    await Promise.all(burst);
    await vi.waitFor(
      () => {
        for (const page of pages) expect(page.events.at(-1)?.id).toBe(90);
      },
      { timeout: 5_000 },
    );
    for (const [index, page] of pages.entries()) {
      const first = index < 5 ? 1 : 4;
      expect(page.events.map(({ id }) => id)).toEqual(
        Array.from({ length: 91 - first }, (_, n) => first + n),
      );
    }
  });
});

describe('a snapshot', () => {
  test('before the first message is open and empty', async () => {
    const { url } = await startGateway();
    const { threadId, token } = await openSession(url);
    const { json } = await send(`${url}/v1/threads/${threadId}`, { token });
    expect(json).toEqual({
      threadId,
      channelId: 'watering-hole',
      state: 'open',
      messages: [],
      lastSeq: 0,
    });
  });

  test('holds all messages, however many pages they come on, with what became of them', async () => {
    const { url, threads } = await startGateway();
    const session = await openSession(url);
    threads.pageSize = 2;
    for (let n = 1; n <= 4; n += 1) await postMessage(url, session, { id: `m${n}`, text: 'x' });
    let open: () => void = () => undefined;
    threads.gate = new Promise((resolve) => {
      open = resolve;
    });
    await postMessage(url, session, { id: 'm5', text: 'x' });
    const { json } = await send(`${url}/v1/threads/${session.threadId}`, { token: session.token });
    expect(json).toMatchObject({
      lastSeq: 9,
      messages: [1, 2, 3, 4, 5].map((n) => ({
        id: `m${n}`,
        status: n === 5 ? 'accepted' : 'sent',
      })),
    });
    open();
  });

  test('of a closed thread says who closed it, and when', async () => {
    const { url, threads } = await startGateway();
    const session = await openSession(url);
    await postMessage(url, session, { id: 'm1', text: 'x' });
    threads.end(refOf(session.threadId), 'idle');
    const { json } = await send(`${url}/v1/threads/${session.threadId}`, { token: session.token });
    expect(json).toMatchObject({
      state: 'closed',
      closedBy: 'idle',
      closedAt: expect.stringMatching(/\.\d{3}Z$/),
      messages: [{ from: 'customer' }, { from: 'system' }],
    });
    expect(json['messages']).not.toHaveProperty('1.status');
  });
});

describe("a thread's smaller calls", () => {
  async function startThread() {
    const gateway = await startGateway();
    const session = await openSession(gateway.url);
    await postMessage(gateway.url, session, { id: 'm1', text: 'x' });
    const call = (name: string, body?: unknown) =>
      send(`${gateway.url}/v1/threads/${session.threadId}/${name}`, {
        method: 'POST',
        token: session.token,
        body,
      });
    return { ...gateway, session, call, ref: refOf(session.threadId) };
  }

  test('receipts reach the thread', async () => {
    const { call, threads, ref } = await startThread();
    expect((await call('receipts', { upTo: 3, kind: 'seen' })).status).toBe(204);
    expect(threads.told(ref).receipts).toMatchObject([{ upToSeq: 3, kind: 'seen' }]);
  });

  test.each([
    ['receipts', { upTo: 'x', kind: 'seen' }],
    ['receipts', { upTo: 1, kind: 'read' }],
    ['receipts', { upTo: -1, kind: 'seen' }],
    ['receipts', { upTo: 1.5, kind: 'seen' }],
    ['receipts', { kind: 'seen' }],
    ['receipts', { upTo: 1, kind: 'seen', at: 1 }],
    ['typing', { typing: 'yes' }],
    ['typing', {}],
    ['typing', undefined],
  ])('%s are refused with %o', async (name, body) => {
    const { call } = await startThread();
    expect(await call(name, body)).toMatchObject({ status: 400, json: { code: 'BODY_INVALID' } });
  });

  test('typing is posted when it changes', async () => {
    const { call, customerTyping, session } = await startThread();
    for (const typing of [false, true, true, false, false, true]) {
      expect((await call('typing', { typing })).status).toBe(204);
      await pause(5);
    }
    await vi.waitFor(() =>
      expect(customerTyping).toEqual(
        [true, false, true].map((isTyping) => ({ threadId: session.threadId, isTyping })),
      ),
    );
  });

  test('typing that changes while it is posted is posted as it is then', async () => {
    const posted: boolean[] = [];
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { url } = await startGateway({
      setTyping: async (_ref, isTyping) => {
        posted.push(isTyping);
        await held;
      },
    });
    const { threadId, token } = await openSession(url);
    await postMessage(url, { threadId, token }, { id: 'm1', text: 'x' });
    for (const typing of [true, false, true, false]) {
      await send(`${url}/v1/threads/${threadId}/typing`, { token, body: { typing } });
      await vi.waitFor(() => expect(posted).toHaveLength(1));
    }
    release();
    await vi.waitFor(() => expect(posted).toEqual([true, false]));
  });

  test('typing before the first message is dropped, and posted once there is a thread', async () => {
    const { url, customerTyping } = await startGateway();
    const session = await openSession(url);
    const type = () =>
      send(`${url}/v1/threads/${session.threadId}/typing`, {
        token: session.token,
        body: { typing: true },
      });
    expect((await type()).status).toBe(204);
    await postMessage(url, session, { id: 'm1', text: 'x' });
    expect(customerTyping).toEqual([]);
    await type();
    await vi.waitFor(() => expect(customerTyping).toHaveLength(1));
  });

  test('typing that the contact centre does not take is lost without harm', async () => {
    const signals: AbortSignal[] = [];
    const { url } = await startGateway({
      setTyping: async (_ref, _isTyping, signal) => {
        signals.push(signal);
        throw new TypeError('no');
      },
    });
    const session = await openSession(url);
    await postMessage(url, session, { id: 'm1', text: 'x' });
    const answer = await send(`${url}/v1/threads/${session.threadId}/typing`, {
      token: session.token,
      body: { typing: true },
    });
    expect(answer.status).toBe(204);
    await vi.waitFor(() => expect(signals).toHaveLength(1));
    expect(signals[0]).toBeInstanceOf(AbortSignal);
  });

  test('still-here reaches an open thread; a closed one answers 409', async () => {
    const { call, threads, ref } = await startThread();
    expect((await call('still-here')).status).toBe(204);
    expect(threads.told(ref).stillHere).toBe(1);
    threads.end(ref, 'idle');
    expect(await call('still-here')).toMatchObject({
      status: 409,
      json: { code: 'THREAD_CLOSED', closedBy: 'idle', closedAt: expect.any(String) },
    });
  });

  test('end ends the thread', async () => {
    const { call, threads, ref } = await startThread();
    expect((await call('end')).status).toBe(202);
    expect(threads.stateOf(ref).closed?.by).toBe('customer');
    expect((await call('end')).status).toBe(202);
  });

  test('on a closed thread receipts, typing and leave are answered and do nothing', async () => {
    const { call, threads, ref, customerTyping } = await startThread();
    threads.end(ref, 'agent');
    expect((await call('receipts', { upTo: 1, kind: 'seen' })).status).toBe(204);
    expect((await call('typing', { typing: true })).status).toBe(204);
    expect((await call('leave')).status).toBe(204);
    await pause(20);
    expect(customerTyping).toEqual([]);
  });

  test('leave comes with a token in its header, or in a body of any type', async () => {
    const { url, threads } = await startGateway();
    const leaveBy = async (hasHeader: boolean, contentType: string, text: string) => {
      const session = await openSession(url);
      await postMessage(url, session, { id: 'm1', text: 'x' });
      const answer = await send(`${url}/v1/threads/${session.threadId}/leave`, {
        method: 'POST',
        token: hasHeader ? session.token : undefined,
        headers: { 'content-type': contentType },
        body: text === 'token' ? JSON.stringify({ token: session.token }) : text,
      });
      expect(answer.status).toBe(204);
      return refOf(session.threadId);
    };
    const refs = await Promise.all([
      leaveBy(true, 'application/json', ''),
      leaveBy(false, 'application/json', 'token'),
      leaveBy(false, 'text/plain;charset=UTF-8', 'token'),
      leaveBy(false, 'application/x-www-form-urlencoded', 'token'),
      leaveBy(true, 'text/plain', 'bye'),
    ]);
    await vi.waitFor(
      () => {
        for (const ref of refs) {
          expect(threads.told(ref).presence.map(({ change }) => change)).toEqual(['left']);
        }
      },
      { timeout: 3_000 },
    );
  });

  test.each([nothing, {}, undefined])('leave without a good token is refused: %o', async (body) => {
    const { url, session } = await startThread();
    const answer = await send(`${url}/v1/threads/${session.threadId}/leave`, {
      method: 'POST',
      body,
    });
    expect(answer).toMatchObject({ status: 401, json: { code: 'TOKEN_INVALID' } });
  });
});

describe('a gateway that closes', () => {
  test('ends its streams, finishes what it has in hand and refuses the rest', async () => {
    const { url, gateway, threads } = await startGateway();
    const session = await openSession(url);
    await postMessage(url, session, { id: 'm0', text: 'x' });
    const page = await readEvents(url, session);
    await vi.waitFor(() => expect(page.events).toHaveLength(2));
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isHeld = false;
    threads.pace = () => {
      isHeld = true;
      threads.pace = () => Promise.resolve();
      return held;
    };
    const inHand = postMessage(url, session, { id: 'm1', text: 'x' });
    await vi.waitFor(() => expect(isHeld).toBe(true));
    let isClosed = false;
    const closing = gateway.close().then(() => {
      isClosed = true;
    });
    await vi.waitFor(() => expect(page.isEnded()).toBe(true));
    expect(page.retries.at(-1)).toBeGreaterThanOrEqual(1_000);
    expect(await postMessage(url, session, { id: 'm2', text: 'x' })).toMatchObject({
      status: 503,
      json: { code: 'UNAVAILABLE' },
    });
    expect((await send(`${url}/readyz`)).status).toBe(503);
    expect((await send(`${url}/livez`)).status).toBe(200);
    expect(isClosed).toBe(false);
    release();
    expect((await inHand).status).toBe(202);
    await closing;
  });
});
