import { once } from 'node:events';
import http from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { RequestError } from '../../../src/domain/errors.js';
import {
  anonymousChannel,
  listedOrigin,
  openSession,
  postMessage,
  refOf,
  send,
  startGateway,
  widgetChannel,
} from './gateway-fixture.js';

const attachment = { name: 'map.png', url: 'https://example.org/map.png' };
const emoji = '🦏';

describe('a message that is taken', () => {
  test.each([
    ['one letter', { text: 'x' }],
    ['space around it, which is kept', { text: '  x \n' }],
    ['10,000 code points', { text: emoji.repeat(10_000) }],
    ['10,000 characters between spaces', { text: ` ${'x'.repeat(10_000)} ` }],
    ['nothing but an attachment', { text: '', attachments: [attachment] }],
    ['a postback', { text: 'yes', postback: 'answer=yes' }],
    ['another message that it answers', { text: 'yes', replyTo: 'x'.repeat(512) }],
  ])('has %s', async (_, content) => {
    const { url, threads } = await startGateway();
    const session = await openSession(url);
    const answer = await postMessage(url, session, { id: 'm-1_A', ...content });
    expect(answer).toMatchObject({ status: 202, json: { id: 'm-1_A', status: 'accepted' } });
    expect(threads.inbound(refOf(session.threadId))).toMatchObject([{ id: 'm-1_A', ...content }]);
  });

  test('is taken once, however often it is sent', async () => {
    const { url, threads } = await startGateway();
    const session = await openSession(url);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => postMessage(url, session, { id: 'm1', text: 'x' })),
    );
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 202, json: { id: 'm1', status: 'accepted' } });
    }
    expect(threads.inbound(refOf(session.threadId))).toHaveLength(1);
  });

  test('is answered only when it is durable', async () => {
    const { url, threads } = await startGateway();
    const session = await openSession(url);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    threads.pace = () => held;
    let isAnswered = false;
    const answer = postMessage(url, session, { id: 'm1', text: 'x' }).finally(() => {
      isAnswered = true;
    });
    await send(`${url}/livez`);
    expect(isAnswered).toBe(false);
    release();
    expect((await answer).status).toBe(202);
  });

  test('is logged without what it says', async () => {
    const { url, logLines } = await startGateway();
    const session = await openSession(url, { customer: { name: 'Ringo' } });
    await postMessage(url, session, { id: 'm1', text: 'my secret' });
    await postMessage(url, session, { id: 'm2', text: 'my secret', oops: 'my secret' });
    const log = logLines.join('');
    expect(log).toContain('message accepted');
    for (const secret of ['my secret', session.token, 'Ringo']) expect(log).not.toContain(secret);
  });
});

describe('a message that is refused', () => {
  test.each([
    ['no id', { id: undefined }],
    ['an id with other letters', { id: 'm 1' }],
    ['an id that is too long', { id: 'x'.repeat(65) }],
    ['a number as its id', { id: 1 }],
    ['no text', { text: undefined }],
    ['an empty text', { text: '' }],
    ['a text of spaces', { text: ' \n\t' }],
    ['a text of spaces beside no attachment', { text: ' ', attachments: [] }],
    ['10,001 letters', { text: 'x'.repeat(10_001) }],
    ['10,001 code points', { text: emoji.repeat(10_001) }],
    ['a NUL', { text: 'a\0b' }],
    ['half of a surrogate pair', { text: 'a\uD83Eb' }],
    ['a number as its text', { text: 4 }],
    ['an attachment with a script', { attachments: [{ name: 'x', url: 'javascript:alert(1)' }] }],
    ['an attachment with a file', { attachments: [{ name: 'x', url: 'file:///etc/passwd' }] }],
    ['an attachment with half an address', { attachments: [{ name: 'x', url: '/map.png' }] }],
    ['an attachment without a name', { attachments: [{ url: attachment.url }] }],
    ['an attachment with another key', { attachments: [{ ...attachment, size: 4 }] }],
    ['attachments that are no list', { attachments: attachment }],
    ['21 attachments', { attachments: Array.from({ length: 21 }, () => attachment) }],
    ['an empty id of what it answers', { replyTo: '' }],
    ['an id of what it answers that is too long', { replyTo: 'x'.repeat(513) }],
    ['a NUL in the id of what it answers', { replyTo: 'a\0b' }],
    ['more than the id of what it answers', { replyTo: { id: 'm-0' } }],
    ['an unknown key', { author: 'me' }],
  ])('has %s', async (_, change) => {
    const { url, threads } = await startGateway();
    const session = await openSession(url);
    const answer = await postMessage(url, session, { id: 'm1', text: 'x', ...change });
    expect(answer).toMatchObject({ status: 400, json: { code: 'BODY_INVALID', status: 400 } });
    expect(threads.has(refOf(session.threadId))).toBe(false);
  });

  const json = { 'content-type': 'application/json' };
  test.each([
    ['is cut off', '{"id":"m1"', json],
    ['is empty', '', json],
    ['is no JSON by its type', '{"id":"m1","text":"x"}', { 'content-type': 'text/plain' }],
    ['is not UTF-8', new Uint8Array([0x22, 0xff, 0x22]), json],
    ['is compressed in a way that nobody knows', '{}', { ...json, 'content-encoding': 'x' }],
    [
      'says that it is compressed and is not',
      '{"id":"m1"}',
      { ...json, 'content-encoding': 'gzip' },
    ],
    ['nests a thousand times', '['.repeat(1_000) + ']'.repeat(1_000), json],
    ['nests thirty thousand times', '['.repeat(30_000) + ']'.repeat(30_000), json],
    ['changes what objects are', '{"id":"m1","text":"x","__proto__":{"postback":"y"}}', json],
  ])('comes in a body that %s', async (_, body, headers) => {
    const { url } = await startGateway();
    const { threadId, token } = await openSession(url);
    const answer = await send(`${url}/v1/threads/${threadId}/messages`, {
      method: 'POST',
      token,
      body,
      headers,
    });
    expect(answer).toMatchObject({ status: 400, json: { code: 'BODY_INVALID' } });
  });

  test('comes in a body over 64 KiB, packed or not', async () => {
    const { url } = await startGateway();
    const session = await openSession(url);
    const body = { id: 'm1', text: 'x', postback: 'y'.repeat(65_536) };
    expect(await postMessage(url, session, body)).toMatchObject({
      status: 413,
      json: { code: 'BODY_TOO_LARGE' },
    });
    const packed = await send(`${url}/v1/threads/${session.threadId}/messages`, {
      token: session.token,
      body: gzipSync(JSON.stringify(body)),
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    });
    expect(packed.status).toBe(413);
  });

  test('is answered at once when it is announced too large, and never comes', async () => {
    const { url } = await startGateway();
    const session = await openSession(url);
    const request = http.request(`${url}/v1/threads/${session.threadId}/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${session.token}`, 'content-length': '70000000' },
    });
    request.flushHeaders();
    const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
    expect(answer.statusCode).toBe(413);
    request.destroy();
  });

  test('is for a closed thread, and says who closed it and when', async () => {
    const { url, threads } = await startGateway();
    const session = await openSession(url);
    await postMessage(url, session, { id: 'm1', text: 'x' });
    threads.end(refOf(session.threadId), 'agent');
    expect(await postMessage(url, session, { id: 'm2', text: 'x' })).toMatchObject({
      status: 409,
      json: {
        code: 'THREAD_CLOSED',
        closedBy: 'agent',
        closedAt: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
      },
    });
    expect((await postMessage(url, session, { id: 'm1', text: 'x' })).status).toBe(202);
  });

  test.each([
    ['THREAD_BUSY', 429, 2_500, '3'],
    ['RATE_LIMITED', 429, undefined, '1'],
    ['UNAVAILABLE', 503, 100, '1'],
  ] as const)('is told when to come back: %s', async (code, status, retryAfterMs, retryAfter) => {
    const { url, threads } = await startGateway();
    const session = await openSession(url);
    threads.refusals.push(
      new RequestError(code, 'not now', retryAfterMs === undefined ? {} : { retryAfterMs }),
    );
    const answer = await postMessage(url, session, { id: 'm1', text: 'x' });
    expect(answer).toMatchObject({ status, json: { code } });
    expect(answer.headers.get('retry-after')).toBe(retryAfter);
  });
});

test('errors come in one order: origin, size, token, thread, body', async () => {
  const { url } = await startGateway();
  const session = await openSession(url);
  const attempt = async (faults: readonly string[]) => {
    const has = (fault: string) => faults.includes(fault);
    const answer = await send(
      `${url}/v1/threads/${has('thread') ? 'x' : session.threadId}/messages`,
      {
        token: has('token') ? 'bad' : session.token,
        headers: { origin: has('origin') ? 'https://evil.example' : listedOrigin },
        body: {
          id: 'm1',
          text: has('body') ? '' : 'x',
          ...(has('size') ? { y: 'y'.repeat(70_000) } : {}),
        },
      },
    );
    return answer.json['code'];
  };
  expect(await attempt(['origin', 'size', 'token', 'thread', 'body'])).toBe('ORIGIN_FORBIDDEN');
  expect(await attempt(['size', 'token', 'thread', 'body'])).toBe('BODY_TOO_LARGE');
  expect(await attempt(['token', 'thread', 'body'])).toBe('TOKEN_INVALID');
  expect(await attempt(['thread', 'body'])).toBe('THREAD_FORBIDDEN');
  expect(await attempt(['body'])).toBe('BODY_INVALID');
});

describe('limits', () => {
  test('a thread takes so many messages a minute, and others are not held up', async () => {
    let nowMs = Date.now();
    const channel = widgetChannel(anonymousChannel, { limits: { messagesPerMinute: 3 } });
    const { url } = await startGateway({ channels: [channel], clock: () => nowMs });
    const session = await openSession(url);
    const post = (n: number) => postMessage(url, session, { id: `m${n}`, text: 'x' });
    for (let n = 1; n <= 3; n += 1) expect((await post(n)).status).toBe(202);
    const refused = await post(4);
    expect(refused).toMatchObject({ status: 429, json: { code: 'RATE_LIMITED' } });
    expect(refused.headers.get('retry-after')).toBe('20');
    const other = await openSession(url);
    expect((await postMessage(url, other, { id: 'm1', text: 'x' })).status).toBe(202);
    nowMs += 20_000;
    expect((await post(4)).status).toBe(202);
  });

  test('an address opens so many sessions a minute, whatever headers it sends', async () => {
    const channel = widgetChannel(anonymousChannel, { limits: { sessionsPerMinute: 2 } });
    const { url } = await startGateway({ channels: [channel] });
    const statuses: number[] = [];
    for (let n = 0; n < 4; n += 1) {
      const answer = await send(`${url}/v1/channels/watering-hole/sessions`, {
        body: {},
        headers: { 'x-forwarded-for': `10.0.0.${n}` },
      });
      statuses.push(answer.status);
    }
    expect(statuses).toEqual([201, 201, 429, 429]);
  });

  test('a thread has so many pages', async () => {
    const { url } = await startGateway();
    const { threadId, token } = await openSession(url);
    const statuses = await Promise.all(
      Array.from({ length: 22 }, async () => {
        const response = await fetch(`${url}/v1/threads/${threadId}/events`, {
          headers: { authorization: `Bearer ${token}` },
        });
        return response.status;
      }),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(20);
    expect(statuses.filter((status) => status === 429)).toHaveLength(2);
  });
});

test('what was refused and what was accepted is counted', async () => {
  const { url } = await startGateway();
  const session = await openSession(url);
  await postMessage(url, session, { id: 'm1', text: 'x' });
  await postMessage(url, session, { id: 'm2', text: '' });
  await vi.waitFor(async () => {
    const { text } = await send(`${url}/metrics`);
    expect(text).toContain(
      'isthmus_gateway_messages_accepted_total{direction="inbound",channel="watering-hole"} 1',
    );
    expect(text).toContain('isthmus_gateway_refusals_total{code="BODY_INVALID"} 1');
    expect(text).toMatch(
      /isthmus_gateway_request_duration_seconds_count\{route="\/v1\/threads\/:threadId\/messages",method="POST",status="202"\} 1/,
    );
  });
});
