import { describe, expect, test } from 'vitest';
import {
  identifiedChannel,
  listedOrigin,
  openSession,
  otherOrigin,
  postMessage,
  send,
  startGateway,
} from './gateway-fixture.js';

const nobody = 'https://evil.example';
const allowedOf = (answer: { readonly headers: Headers }) =>
  answer.headers.get('access-control-allow-origin');

describe('a page of', () => {
  test.each([
    ['a listed origin', listedOrigin, 201],
    ["another channel's origin", otherOrigin, 403],
    ['an origin that nobody lists', nobody, 403],
    ['an origin that only begins like a listed one', `${listedOrigin}.evil.example`, 403],
    ['an origin that hides itself', 'null', 403],
    ['no origin', undefined, 201],
  ])('%s opens a session, or not', async (_, origin, status) => {
    const { url } = await startGateway();
    const answer = await send(`${url}/v1/channels/watering-hole/sessions`, {
      body: {},
      headers: origin === undefined ? {} : { origin },
    });
    expect(answer.status).toBe(status);
    expect(allowedOf(answer)).toBe(status === 201 && origin !== undefined ? origin : null);
    expect(answer.headers.get('vary')).toContain('Origin');
    expect(answer.json['code']).toBe(status === 403 ? 'ORIGIN_FORBIDDEN' : undefined);
  });

  test.each([
    ['a listed origin', listedOrigin, 202],
    ["another channel's origin", otherOrigin, 403],
    ['an origin that nobody lists', nobody, 403],
  ])('%s talks to a thread of its own channel, or not', async (_, origin, status) => {
    const { url } = await startGateway();
    const { threadId, token } = await openSession(url);
    const answer = await send(`${url}/v1/threads/${threadId}/messages`, {
      token,
      headers: { origin },
      body: { id: 'm1', text: 'x' },
    });
    expect(answer.status).toBe(status);
    expect(allowedOf(answer)).toBe(status === 202 ? origin : null);
  });

  test('a listed origin may read why it was refused', async () => {
    const { url } = await startGateway();
    const answer = await send(`${url}/v1/threads/t/events`, { headers: { origin: otherOrigin } });
    expect(answer.status).toBe(401);
    expect(allowedOf(answer)).toBe(otherOrigin);
    expect(answer.headers.get('access-control-expose-headers')).toContain('Retry-After');
  });

  test('a listed origin that leaves is checked by the token in the body', async () => {
    const { url } = await startGateway();
    const { threadId, token } = await openSession(url);
    const leave = (origin: string) =>
      send(`${url}/v1/threads/${threadId}/leave`, {
        headers: { origin, 'content-type': 'text/plain;charset=UTF-8' },
        body: JSON.stringify({ token }),
      });
    expect((await leave(listedOrigin)).status).toBe(204);
    const other = await leave(otherOrigin);
    expect(other.status).toBe(403);
    expect(allowedOf(other)).toBeNull();
  });
});

describe('a preflight', () => {
  const preflight = (url: string, path: string, origin: string) =>
    send(`${url}${path}`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });

  test.each([
    ['/v1/channels/watering-hole/sessions', listedOrigin, 204],
    ['/v1/channels/watering-hole/sessions', otherOrigin, 403],
    [`/v1/channels/${identifiedChannel}/sessions`, otherOrigin, 204],
    ['/v1/channels/watering-hole/sessions', nobody, 403],
    ['/v1/threads/t', listedOrigin, 204],
    ['/v1/threads/t/messages', otherOrigin, 204],
    ['/v1/threads/t/events', listedOrigin, 204],
    ['/v1/threads/t/events', nobody, 403],
    ['/v1/threads/t/leave', listedOrigin, 204],
  ])('for %s from %s gets %i', async (path, origin, status) => {
    const { url } = await startGateway();
    const answer = await preflight(url, path, origin);
    expect(answer.status).toBe(status);
    expect(allowedOf(answer)).toBe(status === 204 ? origin : null);
    if (status !== 204) return;
    const headers = answer.headers.get('access-control-allow-headers')?.toLowerCase() ?? '';
    for (const name of ['authorization', 'content-type', 'last-event-id']) {
      expect(headers).toContain(name);
    }
    expect(answer.headers.get('access-control-allow-methods')).toContain('POST');
  });
});

describe('an answer', () => {
  test('in JSON is not sniffed and not kept, and says nothing about the server', async () => {
    const { url } = await startGateway();
    const session = await openSession(url);
    const answers = [
      await send(`${url}/v1/threads/${session.threadId}`, { token: session.token }),
      await send(`${url}/nowhere`),
      await postMessage(url, session, {}),
    ];
    for (const { headers } of answers) {
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-powered-by')).toBeNull();
    }
  });

  test('that is an error is a problem document with the id of its request', async () => {
    const { url } = await startGateway();
    const answer = await send(`${url}/nowhere`, { headers: { 'x-request-id': 'request-0001' } });
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(answer.json).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      code: 'NOT_FOUND',
      detail: expect.any(String),
      requestId: 'request-0001',
    });
    const other = await send(`${url}/nowhere`, { headers: { 'x-request-id': '<script>' } });
    expect(other.json['requestId']).toBe(other.headers.get('x-request-id'));
    expect(other.json['requestId']).toMatch(/^[\da-f-]{36}$/);
  });

  test('to something unexpected tells nothing of it', async () => {
    const { url, threads, logLines } = await startGateway();
    const session = await openSession(url);
    threads.refusals.push(new TypeError('the inside of the house') as never);
    const answer = await postMessage(url, session, { id: 'm1', text: 'x' });
    expect(answer).toMatchObject({ status: 500, json: { code: 'INTERNAL' } });
    expect(answer.text).not.toContain('house');
    expect(answer.text).not.toContain('gateway');
    expect(logLines.join('')).toContain('the inside of the house');
  });

  test.each([
    ['PUT', '/v1/threads/t/messages', 'POST, OPTIONS'],
    ['GET', '/v1/channels/watering-hole/sessions', 'POST, OPTIONS'],
    ['POST', '/v1/threads/t/events', 'GET, OPTIONS'],
    ['HEAD', '/v1/threads/t/events', 'GET, OPTIONS'],
    ['DELETE', '/integration/box/1.0/token', 'POST'],
    ['POST', '/livez', 'GET'],
  ])('to %s %s says what the path takes', async (method, path, allow) => {
    const { url } = await startGateway();
    const answer = await send(`${url}${path}`, { method });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe(allow);
    expect(answer.json['code']).toBe(method === 'HEAD' ? undefined : 'METHOD_NOT_ALLOWED');
  });

  test.each(['/integration/nowhere', '/integration/box/3.0/x', '/v1/threads/%zz', '/v2'])(
    'to the unknown path %s is a 404 in JSON',
    async (path) => {
      const { url } = await startGateway();
      expect(await send(`${url}${path}`)).toMatchObject({
        status: 404,
        json: { code: 'NOT_FOUND' },
      });
    },
  );
});

describe('a file', () => {
  const assets = new Map([
    ['/', { body: Buffer.from('<!doctype html>'), contentType: 'text/html; charset=utf-8' }],
    [
      '/widget.js',
      { body: Buffer.from('"widget"'), contentType: 'text/javascript; charset=utf-8' },
    ],
  ]);

  test('that is a page runs nothing but what the gateway serves', async () => {
    const { url } = await startGateway({ assets });
    const { headers, text } = await send(`${url}/`);
    expect(text).toBe('<!doctype html>');
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = headers.get('content-security-policy')?.split(';') ?? [];
    for (const directive of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data: https:",
      "connect-src 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ]) {
      expect(policy).toContain(directive);
    }
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
  });

  test('that is the widget may be embedded anywhere, and is kept until it changes', async () => {
    const { url } = await startGateway({ assets });
    const first = await send(`${url}/widget.js`, { headers: { origin: nobody } });
    expect(first.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(first.headers.get('cache-control')).toBe('public, max-age=300');
    const etag = first.headers.get('etag') ?? '';
    const again = await send(`${url}/widget.js`, {
      headers: { 'if-none-match': etag, 'cache-control': 'max-age=0' },
    });
    expect(again).toMatchObject({ status: 304, text: '' });
  });
});

describe('an orchestrator', () => {
  test('learns that the process lives and whether it can work', async () => {
    let readiness: { ok: true } | { ok: false; reason: string } = { ok: true };
    const { url } = await startGateway({ readiness: async () => readiness });
    expect((await send(`${url}/livez`)).status).toBe(200);
    expect((await send(`${url}/readyz`)).status).toBe(200);
    readiness = { ok: false, reason: 'the threads do not answer' };
    const answer = await send(`${url}/readyz`);
    expect(answer).toMatchObject({ status: 503, json: { reason: 'the threads do not answer' } });
    expect((await send(`${url}/livez`)).status).toBe(200);
  });

  test('learns that a check that fails is no readiness', async () => {
    const { url } = await startGateway({ readiness: () => Promise.reject(new TypeError('x')) });
    expect((await send(`${url}/readyz`)).status).toBe(503);
  });
});

test('HTTPS is insisted on only where it is spoken', async () => {
  const plain = await startGateway();
  expect((await send(`${plain.url}/livez`)).headers.get('strict-transport-security')).toBeNull();
  const secure = await startGateway({ publicUrl: 'https://chat.example' });
  expect((await send(`${secure.url}/livez`)).headers.get('strict-transport-security')).toBeTruthy();
});
