import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import {
  boxTokenKey,
  openBox,
  openSession,
  postMessage,
  send,
  sessionTokenKey,
  startGateway,
} from './gateway-fixture.js';

const bytes = (key: string) => new TextEncoder().encode(key);
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const inAMinute = () => Math.floor(Date.now() / 1_000) + 60;

function sign(claims: Record<string, unknown>, key: string, alg = 'HS256'): Promise<string> {
  return new SignJWT({ exp: inAMinute(), ...claims }).setProtectedHeader({ alg }).sign(bytes(key));
}

/** Every way in which a token for a thread, or for the box, is not good. */
function badTokens(key: string, otherKey: string, claims: Record<string, unknown>) {
  return [
    ['none', async () => undefined],
    ['an empty one', async () => ''],
    ['one that is no token', async () => 'nonsense'],
    ['one that ran out', () => sign({ ...claims, exp: inAMinute() - 61 }, key)],
    ['one that never runs out', () => sign({ ...claims, exp: undefined }, key)],
    ['one under another key', () => sign(claims, otherKey)],
    ['one under another algorithm', () => sign(claims, key, 'HS512')],
    ['one for another purpose', () => sign({ ...claims, aud: 'isthmus:other' }, key)],
    ['one for no purpose', () => sign({ ...claims, aud: undefined }, key)],
    [
      'one that nobody signed',
      async () => `${encode({ alg: 'none' })}.${encode({ ...claims, exp: inAMinute() })}.`,
    ],
    [
      'one that nobody signed, in capitals',
      async () => `${encode({ alg: 'NONE' })}.${encode({ ...claims, exp: inAMinute() })}.`,
    ],
    [
      'one whose signature was cut',
      async () => (await sign(claims, key)).split('.').slice(0, 2).join('.').concat('.'),
    ],
    [
      'one whose claims were changed',
      async () => {
        const [head = '', , signature = ''] = (await sign(claims, key)).split('.');
        return [head, encode({ ...claims, sub: 'other', exp: inAMinute() }), signature].join('.');
      },
    ],
    [
      'one with its last letter changed to one that decodes to the same bytes',
      async () => {
        const token = await sign(claims, key);
        const last = token.at(-1) ?? '';
        const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
        return token.slice(0, -1) + alphabet[alphabet.indexOf(last) ^ 1];
      },
    ],
  ] as const;
}

describe('a thread', () => {
  const claims = { aud: 'isthmus:session', sub: 'c', channel: 'watering-hole', thread: 't' };

  test('opens to a token of its own', async () => {
    const { url } = await startGateway();
    const token = await sign(claims, sessionTokenKey);
    const answer = await postMessage(url, { threadId: 't', token }, { id: 'm1', text: 'x' });
    expect(answer.status).toBe(202);
  });

  test.each([
    ...badTokens(sessionTokenKey, boxTokenKey, claims),
    ['one of the box', async () => sign({ aud: 'isthmus:box', sub: 'c' }, boxTokenKey)] as const,
    [
      'one without a thread',
      () => sign({ ...claims, thread: undefined }, sessionTokenKey),
    ] as const,
    [
      'one of a channel that is gone',
      () => sign({ ...claims, channel: 'gone' }, sessionTokenKey),
    ] as const,
  ])('does not open to %s', async (_, makeToken) => {
    const { url } = await startGateway();
    const token = await makeToken();
    const answer = await send(`${url}/v1/threads/t/messages`, {
      token,
      body: { id: 'm1', text: 'x' },
    });
    expect(answer).toMatchObject({ status: 401, json: { code: 'TOKEN_INVALID' } });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  test('does not open to the credentials of another scheme', async () => {
    const { url } = await startGateway();
    const token = await sign(claims, sessionTokenKey);
    const answer = await send(`${url}/v1/threads/t`, {
      headers: { authorization: `Basic ${token}` },
    });
    expect(answer.status).toBe(401);
  });

  test.each(['', '/events', '/messages', '/still-here', '/receipts', '/typing', '/leave', '/end'])(
    "does not open to another thread's token, known or not: %s",
    async (path) => {
      const { url } = await startGateway();
      const mine = await openSession(url);
      const theirs = await openSession(url);
      await postMessage(url, theirs, { id: 'm1', text: 'x' });
      const method = path === '' || path === '/events' ? 'GET' : 'POST';
      for (const threadId of [theirs.threadId, 'no-such-thread']) {
        expect(
          await send(`${url}/v1/threads/${threadId}${path}`, { method, token: mine.token }),
        ).toMatchObject({ status: 403, json: { code: 'THREAD_FORBIDDEN' } });
      }
    },
  );
});

describe('the box', () => {
  const claims = { aud: 'isthmus:box', sub: 'box-client' };
  const paths = [
    '/1.0/posts/p/messages',
    '/2.0/channel/watering-hole/outbound',
    '/1.0/channel/watering-hole/thread/t/sender-action',
  ];

  test.each([
    ...badTokens(boxTokenKey, sessionTokenKey, claims),
    ['one of a session', async (url: string) => (await openSession(url)).token] as const,
  ])('does not open to %s, and asks for another', async (_, makeToken) => {
    const { url } = await startGateway();
    const token = await makeToken(url);
    for (const path of paths) {
      const answer = await send(`${url}/integration/box${path}`, { token, body: {} });
      expect(answer).toMatchObject({ status: 401, json: { code: 'TOKEN_INVALID' } });
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
  });

  test('opens to a token that any gateway with the key gave, until it runs out', async () => {
    let nowMs = Date.now();
    const first = await startGateway({ clock: () => nowMs });
    const second = await startGateway({
      clock: () => nowMs,
      threads: first.threads,
      name: 'second',
    });
    const token = await openBox(first.url);
    const attempt = () =>
      send(`${second.url}/integration/box${paths[0]}`, { token, body: { content: 'x' } });
    expect((await attempt()).status).toBe(404);
    nowMs += 3_600_000 + 1_000;
    expect((await attempt()).status).toBe(401);
  });
});
