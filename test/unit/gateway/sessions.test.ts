import { once } from 'node:events';
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  type Answer,
  anonymousChannel,
  defaultChannels,
  identifiedChannel,
  identitySecret,
  identityToken,
  openSession,
  postMessage,
  refOf,
  send,
  sessionTokenKey,
  startGateway,
  widgetChannel,
} from './gateway-fixture.js';

function open(url: string, body: unknown, channel: string = anonymousChannel): Promise<Answer> {
  return send(`${url}/v1/channels/${channel}/sessions`, { body });
}

describe('an anonymous session', () => {
  test('has a customer and a thread that nobody else has', async () => {
    const { url } = await startGateway();
    const [first, second] = await Promise.all([openSession(url), openSession(url)]);
    expect(first).toMatchObject({ channelId: 'watering-hole', customer: {} });
    expect(first.expiresAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const ids = [first, second].flatMap(({ threadId, customer }) => [threadId, customer.id]);
    expect(new Set(ids).size).toBe(4);
    for (const id of ids) expect(id).toMatch(/^[\w-]{22}$/);
  });

  test('needs no body at all', async () => {
    const { url } = await startGateway();
    const answer = await send(`${url}/v1/channels/watering-hole/sessions`, { method: 'POST' });
    expect(answer.status).toBe(201);
  });

  test('says the name that the customer gave, and keeps the fields for the thread', async () => {
    const { url, threads } = await startGateway();
    const customer = { name: 'Ringo', fields: { species: 'tapir', diet: 'plants' } };
    const session = await openSession(url, { customer });
    expect(session.customer.name).toBe('Ringo');
    await postMessage(url, session, { id: 'm1', text: 'hello' });
    expect(threads.startOf(refOf(session.threadId)).customer).toMatchObject(customer);
  });

  test.each([
    ['an id of its own', { customer: { id: 'me' } }],
    ['a field that the channel does not have', { customer: { fields: { shoe: '9' } } }],
    ['a value that is not in the list', { customer: { fields: { diet: 'stones' } } }],
    ['a field value that is too long', { customer: { fields: { species: 'x'.repeat(256) } } }],
    [
      'too many fields',
      {
        customer: {
          fields: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`f${n}`, 'x'])),
        },
      },
    ],
    ['a field that is no text', { customer: { fields: { species: 4 } } }],
    ['an empty name', { customer: { name: '' } }],
    ['a name with a NUL', { customer: { name: 'a\0b' } }],
    ['an unknown key', { customers: {} }],
    ['an identity token that the channel does not take', { identityToken: 'x' }],
    ['a list', []],
    ['nothing', null],
  ])('is refused with %s', async (_, body) => {
    const { url } = await startGateway();
    expect(await open(url, body)).toMatchObject({ status: 400, json: { code: 'BODY_INVALID' } });
  });

  test('is refused with keys that would change what every object is', async () => {
    const { url } = await startGateway();
    for (const body of [
      '{"__proto__":{"resume":"x"}}',
      '{"customer":{"__proto__":{"name":"x"}}}',
      '{"customer":{"fields":{"__proto__":"x"}}}',
      '{"customer":{"fields":{"constructor":"x"}}}',
    ]) {
      const answer = await send(`${url}/v1/channels/watering-hole/sessions`, {
        body,
        headers: { 'content-type': 'application/json' },
      });
      expect(answer).toMatchObject({ status: 400, json: { code: 'BODY_INVALID' } });
    }
    expect(Object.hasOwn(Object.prototype, 'resume')).toBe(false);
  });

  test.each(['no-such-channel', 'bush-telegraph', '..%2F..', 'x'.repeat(200)])(
    'is not to be had on channel %s',
    async (channel) => {
      const { url } = await startGateway();
      expect(await open(url, {}, channel)).toMatchObject({
        status: 404,
        json: { code: 'CHANNEL_UNKNOWN' },
      });
    },
  );
});

describe('a resumed session', () => {
  test('goes on in its thread, also with a token that ran out, with what it knew', async () => {
    let nowMs = Date.now();
    const { url } = await startGateway({ clock: () => nowMs });
    const first = await openSession(url, {
      customer: { name: 'Ringo', fields: { species: 'tapir' } },
    });
    nowMs += 29 * 24 * 60 * 60 * 1_000;
    const second = await openSession(url, { resume: first.token });
    expect(second).toMatchObject({ threadId: first.threadId, customer: first.customer });
    expect(second.token).not.toBe(first.token);
    expect((await postMessage(url, first, { id: 'm1', text: 'old' })).status).toBe(401);
    expect((await postMessage(url, second, { id: 'm1', text: 'new' })).status).toBe(202);
  });

  test('is not to be had with a token that ran out 30 days ago', async () => {
    let nowMs = Date.now();
    const { url } = await startGateway({ clock: () => nowMs });
    const { token } = await openSession(url);
    nowMs += 30 * 24 * 60 * 60 * 1_000 + 61_000;
    expect(await open(url, { resume: token })).toMatchObject({
      status: 401,
      json: { code: 'TOKEN_INVALID' },
    });
  });

  test('is not to be had on another channel', async () => {
    const other = widgetChannel('other' as typeof anonymousChannel);
    const { url } = await startGateway({ channels: [...defaultChannels, other] });
    const { token } = await openSession(url);
    expect((await open(url, { resume: token }, 'other')).json['code']).toBe('TOKEN_INVALID');
  });

  test.each(['', 'nonsense', 'a.b.c'])('is not to be had with %j', async (resume) => {
    const { url } = await startGateway();
    const { status } = await open(url, { resume });
    expect(status).toBe(resume === '' ? 400 : 401);
  });
});

describe('an identified session', () => {
  test('is the same thread for every concurrent caller, at every gateway', async () => {
    const first = await startGateway();
    const second = await startGateway({ threads: first.threads, name: 'second' });
    const token = await identityToken({ sub: 'ringo@example.org', name: 'Ringo' });
    const sessions = await Promise.all(
      [first, second, first, second].map(({ url }) =>
        openSession(url, { identityToken: token }, identifiedChannel),
      ),
    );
    expect(new Set(sessions.map(({ threadId }) => threadId)).size).toBe(1);
    expect(sessions[0]?.customer).toEqual({ id: 'ringo@example.org', name: 'Ringo' });
  });

  test('is a new thread when the current one is closed', async () => {
    const { url, threads } = await startGateway();
    const body = { identityToken: await identityToken({ sub: 'ringo' }) };
    const first = await openSession(url, body, identifiedChannel);
    await postMessage(url, first, { id: 'm1', text: 'hello' });
    threads.end(refOf(first.threadId, identifiedChannel), 'agent');
    const second = await openSession(url, body, identifiedChannel);
    expect(second.threadId).not.toBe(first.threadId);
  });

  const expired = Math.floor(Date.now() / 1_000) - 10;
  test.each([
    ['none', async () => undefined],
    ['one of another secret', () => identityToken({ sub: 'x' }, 'another secret altogether')],
    ['one under another algorithm', () => identityToken({ sub: 'x' }, identitySecret, 'HS512')],
    ['one that ran out', () => identityToken({ sub: 'x', exp: expired })],
    ['one that never runs out', () => identityToken({ sub: 'x', exp: undefined })],
    ['one without a subject', () => identityToken({})],
    ['one with a subject that is no id', () => identityToken({ sub: 'a b' })],
    [
      'one that nobody signed',
      async () => {
        const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
        return `${encode({ alg: 'none' })}.${encode({ sub: 'x', exp: expired + 1_000 })}.`;
      },
    ],
  ])('is refused with 401 for an identity token: %s', async (_, makeToken) => {
    const { url } = await startGateway();
    const identity = await makeToken();
    expect(await open(url, { identityToken: identity }, identifiedChannel)).toMatchObject({
      status: 401,
      json: { code: 'TOKEN_INVALID' },
    });
  });

  test("is refused with another customer's earlier session", async () => {
    const { url } = await startGateway();
    const mine = await identityToken({ sub: 'mine' });
    const theirs = await identityToken({ sub: 'theirs' });
    const { token } = await openSession(url, { identityToken: mine }, identifiedChannel);
    const answer = await open(url, { identityToken: theirs, resume: token }, identifiedChannel);
    expect(answer.status).toBe(401);
    expect((await open(url, { resume: token }, identifiedChannel)).status).toBe(401);
  });

  test.each(['RS256', 'ES256'])('is known by a key set: %s', async (alg) => {
    const { publicKey, privateKey } = await generateKeyPair(alg);
    const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg }] });
    let isUp = true;
    const site = createServer((_req, res) => {
      res.statusCode = isUp ? 200 : 500;
      res.setHeader('content-type', 'application/json');
      res.end(keys);
    }).listen(0, '127.0.0.1');
    await once(site, 'listening');
    onTestFinished(() => void site.close());
    const address = site.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const channel = widgetChannel(identifiedChannel, {
      identity: {
        kind: 'jwt',
        key: { kind: 'jwks', url: `http://127.0.0.1:${port}/keys` },
        issuer: 'https://site.example',
        audience: 'chat',
      },
    });
    const sign = (claims: Record<string, unknown>) =>
      new SignJWT({ sub: 'ringo', iss: 'https://site.example', aud: 'chat', ...claims })
        .setProtectedHeader({ alg, kid: 'k1' })
        .setExpirationTime('1m')
        .sign(privateKey);
    isUp = false;
    const { url } = await startGateway({ channels: [channel] });
    const attempt = (token: string) => open(url, { identityToken: token }, identifiedChannel);
    const down = await attempt(await sign({}));
    expect(down).toMatchObject({ status: 503, json: { code: 'UNAVAILABLE' } });
    expect(down.headers.get('retry-after')).toBe('1');
    isUp = true;
    expect((await attempt(await sign({}))).status).toBe(201);
    expect((await attempt(await sign({ iss: 'https://evil.example' }))).status).toBe(401);
    expect((await attempt(await sign({ aud: 'other' }))).status).toBe(401);
    // The public key as a shared secret: the algorithm is ours to choose, not the token's.
    expect((await attempt(await identityToken({ sub: 'ringo' }, keys))).status).toBe(401);
  });
});

test('a token that the box would take opens no thread, and the reverse', async () => {
  const { url } = await startGateway();
  const session = await openSession(url);
  const secret = new TextEncoder().encode(sessionTokenKey);
  const claims = { sub: 'x', channel: 'watering-hole', thread: session.threadId };
  const forged = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setAudience('isthmus:box')
    .setExpirationTime('1m')
    .sign(secret);
  const answer = await postMessage(url, { ...session, token: forged }, { id: 'm1', text: 'x' });
  expect(answer).toMatchObject({ status: 401, json: { code: 'TOKEN_INVALID' } });
});
