import { describe, expect, test, vi } from 'vitest';
import { ref, startBox } from './box-fixture.js';
import { readEvents } from './event-reader.js';
import {
  anonymousChannel,
  boxClient,
  openSession,
  postMessage,
  send,
  startGateway,
} from './gateway-fixture.js';

describe('a token', () => {
  const form = 'application/x-www-form-urlencoded';
  const basic = (raw: string) => ({
    authorization: `Basic ${Buffer.from(raw).toString('base64')}`,
  });
  const { client_id: id, client_secret: secret } = boxClient;

  test.each([
    ['JSON', { grant_type: 'client_credentials', ...boxClient }, {}],
    [
      'a form',
      new URLSearchParams({ grant_type: 'client_credentials', ...boxClient }).toString(),
      { 'content-type': form },
    ],
    [
      'Basic with a form',
      'grant_type=client_credentials',
      { 'content-type': form, ...basic(`${id}:${secret}`) },
    ],
    ['Basic with JSON', { grant_type: 'client_credentials' }, basic(`${id}:${secret}`)],
    [
      'Basic as forms encode it',
      { grant_type: 'client_credentials' },
      basic(`${id}:${encodeURIComponent(secret)}`),
    ],
  ])('is given for %s', async (_, body, headers) => {
    const { url } = await startGateway();
    const answer = await send(`${url}/integration/box/1.0/token`, { body, headers });
    expect(answer).toMatchObject({
      status: 200,
      json: { access_token: expect.any(String), token_type: 'Bearer', expires_in: 3_600 },
    });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  test.each([
    ['another secret', { ...boxClient, client_secret: 'x' }, 401, 'invalid_client'],
    ['another id', { ...boxClient, client_id: 'x' }, 401, 'invalid_client'],
    ['no credentials', {}, 401, 'invalid_client'],
    ['another grant', { ...boxClient, grant_type: 'password' }, 400, 'unsupported_grant_type'],
    ['no grant', { ...boxClient, grant_type: undefined }, 400, 'invalid_request'],
  ])('is not given for %s', async (_, change, status, error) => {
    const { url } = await startGateway();
    const body = { grant_type: 'client_credentials', ...change };
    expect(await send(`${url}/integration/box/1.0/token`, { body })).toMatchObject({
      status,
      json: { error },
    });
  });

  test.each([
    ['another secret', { client_secret: 'seeded-secret' }, ['client_secret']],
    ['another id', { client_id: 'seeded-id' }, ['client_id']],
    ['none at all', { client_id: '', client_secret: '' }, ['client_id', 'client_secret']],
    ['a good id beside Basic without one', { client_secret: 'x' }, ['client_secret'], basic(':')],
  ])('is refused for %s, and the log says what is wrong and no value', async (...row) => {
    const [, change, wrong, headers = {}] = row;
    const { url, logLines } = await startGateway();
    const body = { grant_type: 'client_credentials', ...boxClient, ...change };
    const answer = await send(`${url}/integration/box/1.0/token`, { body, headers });
    expect(answer.status).toBe(401);
    const lines = logLines.filter((line) => line.includes('client credentials refused'));
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { level: 40, wrong, refused: 1, requestId: answer.headers.get('x-request-id') },
    ]);
    for (const value of ['seeded', id, secret]) expect(lines.join()).not.toContain(value);
  });

  test('is refused as often as it is asked for, and told of once a minute', async () => {
    let nowMs = Date.now();
    const { url, logLines } = await startGateway({ clock: () => nowMs });
    const body = { grant_type: 'client_credentials', ...boxClient, client_secret: 'x' };
    const told = () =>
      logLines
        .filter((line) => line.includes('client credentials refused'))
        .map((line) => (JSON.parse(line) as { refused: number }).refused);
    for (const _ of [1, 2, 3]) await send(`${url}/integration/box/1.0/token`, { body });
    expect(told()).toEqual([1]);
    nowMs += 60_000;
    for (const _ of [1, 2]) await send(`${url}/integration/box/1.0/token`, { body });
    expect(told()).toEqual([1, 3]);
  });

  test.each(['{', '[]', 'null', '"x"'])('is not given for the body %s', async (body) => {
    const { url } = await startGateway();
    const answer = await send(`${url}/integration/box/1.0/token`, {
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(400);
  });
});

describe("an agent's typing", () => {
  const brand = { id: 1, friendlyName: 'Jungle' };

  test('is shown, with the name of who types', async () => {
    const { url, type } = await startBox();
    const session = await openSession(url);
    await postMessage(url, session, { id: 'm1', text: 'x' });
    const page = await readEvents(url, session);
    const authorUser = { firstName: 'Ada' };
    for (const action of ['isTypingOn', 'isTypingOff']) {
      const answer = await type({ brand, senderAction: { action }, authorUser }, session.threadId);
      expect(answer).toMatchObject({ status: 204, text: '' });
    }
    await vi.waitFor(() =>
      expect(page.events.filter(({ event }) => event === 'typing')).toEqual([
        { id: undefined, event: 'typing', data: { typing: true, author: { name: 'Ada' } } },
        { id: undefined, event: 'typing', data: { typing: false, author: { name: 'Ada' } } },
      ]),
    );
  });

  test('finds a thread behind its channel, and is lost for one that does not exist', async () => {
    const { type, threads } = await startBox();
    const body = { senderAction: { action: 'isTypingOn' } };
    expect((await type(body, `${anonymousChannel}_thread-1`)).status).toBe(204);
    expect(threads.told(ref).typing).toEqual([{ isTyping: true }]);
    expect((await type(body, 'gone')).status).toBe(204);
    expect((await type(body, 'a b')).status).toBe(204);
  });

  test.each([{}, { senderAction: {} }, { senderAction: { action: 'isDancing' } }])(
    'is refused with %o',
    async (body) => {
      const { type } = await startBox();
      expect(await type(body)).toMatchObject({ status: 400, json: { code: 'BODY_INVALID' } });
    },
  );
});
