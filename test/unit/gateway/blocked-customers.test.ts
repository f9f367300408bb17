import { describe, expect, test } from 'vitest';
import { parseCustomerId } from '../../../src/domain/ids.js';
import { createFakeThreads } from '../../support/fake-threads.js';
import {
  type Answer,
  anonymousChannel,
  identifiedChannel,
  identitySecret,
  identityToken,
  type OpenedSession,
  openSession,
  otherOrigin,
  send,
  startGateway,
  type TestGatewayOptions,
  widgetChannel,
} from './gateway-fixture.js';

const nowMs = Date.parse('2026-03-01T12:00:00.000Z');
const untilMs = nowMs + 3_600_000;
const until = '2026-03-01T13:00:00.000Z';
const policy = { blockAfterAgentEndMs: 7_200_000 };
const blocked = { status: 403, json: { code: 'CUSTOMER_BLOCKED', until } };

const anonymous = widgetChannel(anonymousChannel, { policy });
const identified = widgetChannel(identifiedChannel, {
  policy,
  identity: { kind: 'jwt', key: { kind: 'secret', secret: identitySecret } },
});

function open(url: string, body: unknown, channel: string = anonymousChannel): Promise<Answer> {
  return send(`${url}/v1/channels/${channel}/sessions`, { body });
}

async function build(options: Pick<TestGatewayOptions, 'channels' | 'clock'> = {}) {
  const { clock = () => nowMs, channels = [anonymous, identified] } = options;
  const gateway = await startGateway({ channels, clock, threads: createFakeThreads(clock) });
  const block = async (channelId: typeof anonymousChannel, id: string): Promise<void> => {
    const customerId = parseCustomerId(id);
    if (!customerId) throw new TypeError(id);
    await gateway.threads.blockCustomer(channelId, customerId, untilMs);
  };
  const openBlocked = async (): Promise<OpenedSession> => {
    const session = await openSession(gateway.url);
    await block(anonymousChannel, session.customer.id);
    return session;
  };
  return { ...gateway, block, openBlocked };
}

/** Both good for longer than the gateway's clock stands still. */
const tokenOf = (sub: string) => identityToken({ sub, exp: Math.floor(untilMs / 1_000) });

describe('a blocked customer', () => {
  test('who comes back without a name of their own is refused, and told until when', async () => {
    const { url, openBlocked } = await build();
    const { token } = await openBlocked();
    const answer = await open(url, { resume: token });
    expect(answer).toMatchObject(blocked);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.json).toMatchObject({ status: 403, title: 'Forbidden', requestId: /./ });
  });

  test('whom their site vouches for is refused on every device', async () => {
    const { url, block } = await build();
    const identity = { identityToken: await tokenOf('ringo') };
    const { token } = await openSession(url, identity, identifiedChannel);
    await block(identifiedChannel, 'ringo');
    expect(await open(url, identity, identifiedChannel)).toMatchObject(blocked);
    const again = { ...identity, resume: token };
    expect(await open(url, again, identifiedChannel)).toMatchObject(blocked);
    const other = { identityToken: await tokenOf('zed') };
    expect((await open(url, other, identifiedChannel)).status).toBe(201);
  });

  test('is blocked on that channel only', async () => {
    const { url, block } = await build();
    const identity = { identityToken: await tokenOf('ringo') };
    await block(anonymousChannel, 'ringo');
    expect((await open(url, identity, identifiedChannel)).status).toBe(201);
  });

  test('who says nothing of who they were is a new one', async () => {
    const { url, openBlocked } = await build();
    await openBlocked();
    expect((await open(url, {})).status).toBe(201);
  });

  test('may come back when the moment has come', async () => {
    let clockMs = nowMs;
    const { url, threads } = await build({ clock: () => clockMs });
    const { token, customer } = await openSession(url);
    const customerId = parseCustomerId(customer.id);
    if (!customerId) throw new TypeError(customer.id);
    await threads.blockCustomer(anonymousChannel, customerId, untilMs);
    clockMs = untilMs - 1;
    expect((await open(url, { resume: token })).status).toBe(403);
    clockMs = untilMs;
    expect((await open(url, { resume: token })).status).toBe(201);
  });

  test('may come back as soon as the channel blocks nobody', async () => {
    const { url, openBlocked, channels } = await build();
    const { token } = await openBlocked();
    channels.set(anonymousChannel, widgetChannel(anonymousChannel));
    expect((await open(url, { resume: token })).status).toBe(201);
    channels.set(anonymousChannel, anonymous);
    expect((await open(url, { resume: token })).status).toBe(403);
  });
});

describe('before a block, a caller is told', () => {
  test.each([
    ['what is wrong with the body', { fields: 1 }, 400, 'BODY_INVALID'],
    ['what is wrong with what they say of themself', { name: '' }, 400, 'BODY_INVALID'],
    ['of a field that the channel does not have', { fields: { x: 'y' } }, 400, 'BODY_INVALID'],
  ])('%s', async (_, customer, status, code) => {
    const { url, openBlocked } = await build();
    const { token } = await openBlocked();
    expect(await open(url, { resume: token, customer })).toMatchObject({ status, json: { code } });
  });

  test('that the session they resume is not good', async () => {
    const { url, block } = await build();
    await block(identifiedChannel, 'ringo');
    const identity = { identityToken: await tokenOf('ringo') };
    for (const body of [{ identityToken: 'x' }, { ...identity, resume: 'x' }, {}]) {
      expect(await open(url, body, identifiedChannel)).toMatchObject({
        status: 401,
        json: { code: 'TOKEN_INVALID' },
      });
    }
  });

  test('that the session they resume is of somebody else, blocked or not', async () => {
    const { url, block } = await build();
    const theirs = { identityToken: await tokenOf('zed') };
    const { token } = await openSession(url, theirs, identifiedChannel);
    await block(identifiedChannel, 'ringo');
    await block(identifiedChannel, 'zed');
    const mine = { identityToken: await tokenOf('ringo'), resume: token };
    expect((await open(url, mine, identifiedChannel)).status).toBe(401);
  });

  test('that their page is not listed', async () => {
    const { url, openBlocked } = await build();
    const { token } = await openBlocked();
    const answer = await send(`${url}/v1/channels/${anonymousChannel}/sessions`, {
      body: { resume: token },
      headers: { origin: otherOrigin },
    });
    expect(answer).toMatchObject({ status: 403, json: { code: 'ORIGIN_FORBIDDEN' } });
    expect(answer.json).not.toHaveProperty('until');
  });
});

test('whether a customer is blocked is asked only where a channel blocks', async () => {
  const channels = [anonymous, widgetChannel(identifiedChannel)];
  const { url, threads } = await build({ channels });
  const [strict, lenient] = await Promise.all([
    openSession(url),
    openSession(url, {}, identifiedChannel),
  ]);
  threads.isDown = true;
  expect(await open(url, { resume: strict.token })).toMatchObject({
    status: 503,
    json: { code: 'UNAVAILABLE' },
  });
  expect((await open(url, {})).status).toBe(201);
  expect((await open(url, { resume: lenient.token }, identifiedChannel)).status).toBe(201);
});
