/** The owner changes the channels while the gateway runs. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import {
  anonymousChannel,
  channelId,
  identifiedChannel,
  listedOrigin,
  openSession,
  otherOrigin,
  postMessage,
  refOf,
  send,
  startGateway,
  widgetChannel,
} from './gateway-fixture.js';

const sessionsOf = (url: string, channel: string) => `${url}/v1/channels/${channel}/sessions`;

test('a channel that is added takes sessions, one that is gone takes none', async () => {
  const { url, channels } = await startGateway();
  const added = channelId('savannah');
  expect((await send(sessionsOf(url, added), { body: {} })).status).toBe(404);
  channels.set(added, widgetChannel(added));
  const session = await openSession(url, {}, added);
  expect((await postMessage(url, session, { id: 'm1', text: 'hello' })).status).toBe(202);

  channels.delete(added);
  expect((await send(sessionsOf(url, added), { body: {} })).json['code']).toBe('CHANNEL_UNKNOWN');
  const late = await postMessage(url, session, { id: 'm2', text: 'hello' });
  expect(late).toMatchObject({ status: 401, json: { code: 'TOKEN_INVALID' } });
});

test('a new thread begins with the policy of the moment', async () => {
  const { url, channels, threads } = await startGateway();
  const session = await openSession(url);
  channels.set(
    anonymousChannel,
    widgetChannel(anonymousChannel, { policy: { idleAfterMs: 7_000 } }),
  );
  await postMessage(url, session, { id: 'm1', text: 'hello' });
  expect(threads.startOf(refOf(session.threadId)).policy.idleAfterMs).toBe(7_000);
});

test('a page is let in, and shut out, as its origin is listed at the moment', async () => {
  const { url, channels } = await startGateway();
  const preflight = async (origin: string): Promise<number> => {
    const headers = { origin, 'access-control-request-method': 'POST' };
    const path = `${url}/v1/threads/t-1/messages`;
    return (await send(path, { method: 'OPTIONS', headers })).status;
  };
  const added = 'https://savannah.example';
  expect(await preflight(listedOrigin)).toBe(204);
  expect(await preflight(added)).toBe(403);
  channels.set(anonymousChannel, widgetChannel(anonymousChannel, { origins: [added] }));
  expect(await preflight(added)).toBe(204);
  expect(await preflight(otherOrigin)).toBe(204);
  expect(await preflight(listedOrigin)).toBe(403);
});

test('limits are those of the moment', async () => {
  const { url, channels } = await startGateway();
  const open = async () => (await send(sessionsOf(url, anonymousChannel), { body: {} })).status;
  expect(await open()).toBe(201);
  channels.set(
    anonymousChannel,
    widgetChannel(anonymousChannel, { limits: { sessionsPerMinute: 1 } }),
  );
  expect(await open()).toBe(201);
  expect(await open()).toBe(429);
});

test('customers are known by the key set of the moment', async () => {
  const site = async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' };
    const server = createServer((_req, res) => {
      res.setHeader('content-type', 'application/json');
      res.end(JSON.stringify({ keys: [jwk] }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const channel = widgetChannel(identifiedChannel, {
      identity: { kind: 'jwt', key: { kind: 'jwks', url: `http://127.0.0.1:${port}/keys` } },
    });
    const identityToken = await new SignJWT({ sub: 'ringo' })
      .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
      .setExpirationTime('1m')
      .sign(privateKey);
    return { channel, identityToken };
  };
  const [before, after] = await Promise.all([site(), site()]);
  const { url, channels } = await startGateway({ channels: [before.channel] });
  const open = async ({ identityToken }: typeof before) =>
    (await send(sessionsOf(url, identifiedChannel), { body: { identityToken } })).status;
  expect([await open(before), await open(after)]).toEqual([201, 401]);
  channels.set(identifiedChannel, after.channel);
  expect([await open(before), await open(after)]).toEqual([401, 201]);
});
