import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Simulator } from '../../../src/simulators/cxone/simulator.js';
import {
  askForToken,
  credentials,
  type Dfo,
  newMessage,
  openDfo,
  request,
  startTestSimulator,
} from './simulator-harness.js';

let simulator: Simulator;
let dfo: Dfo;

beforeEach(async () => {
  simulator = await startTestSimulator();
  dfo = await openDfo(simulator);
});

afterEach(() => simulator.close());

describe('discovery and tokens', () => {
  test('discovery leads to the token endpoint and to the tenant’s own origin', async () => {
    const openid = await request(`${simulator.url}/.well-known/openid-configuration`);
    expect(openid.body).toMatchObject({
      issuer: simulator.url,
      token_endpoint: `${simulator.url}/auth/token`,
    });
    const path = '/.well-known/cxone-configuration';
    const tenant = await request(`${simulator.url}${path}?tenantId=tenant-1`);
    expect(tenant.body).toMatchObject({ api_endpoint: simulator.url, area: 'simulator' });
    expect((await request(`${simulator.url}${path}?tenantId=other`)).status).toBe(404);
    expect((await request(`${simulator.url}${path}`)).status).toBe(400);
  });

  test('the password grant gives a token for clients in the header and in the body', async () => {
    const inHeader = await askForToken(simulator);
    expect(inHeader.status).toBe(200);
    expect(await inHeader.json()).toMatchObject({ token_type: 'Bearer', expires_in: 3600 });
    const { clientId: client_id, clientSecret: client_secret } = credentials;
    expect((await askForToken(simulator, { client_id, client_secret }, '')).status).toBe(200);
    const plain = Buffer.from(`${client_id}:${client_secret}`).toString('base64');
    expect((await askForToken(simulator, {}, `Basic ${plain}`)).status).toBe(200);
  });

  test.each([
    ['a wrong client', {}, 'Basic bm9wZTpub3Bl', 401, 'invalid_client'],
    ['a wrong access key', { password: 'nope' }, undefined, 400, 'invalid_grant'],
    ['another grant', { grant_type: 'implicit' }, undefined, 400, 'unsupported_grant_type'],
  ])('%s is refused', async (_case, fields, authorization, status, error) => {
    const answer = await askForToken(simulator, fields, authorization);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ error });
  });

  test('a call without a good token gets 401 and changes nothing', async () => {
    const url = `${simulator.url}/dfo/3.0/channels/c/messages`;
    const forged = await request(url, {
      method: 'POST',
      headers: { Authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' },
      body: newMessage(),
    });
    expect(forged.status).toBe(401);
    expect(forged.body).toMatchObject({ errors: [{ errorCode: 'unauthorized' }] });
    expect((await request(url, { method: 'POST', body: newMessage() })).status).toBe(401);
    expect(simulator.state().messages).toEqual([]);
  });

  test('expired tokens are refused until a new one is fetched', async () => {
    simulator.expireTokens();
    expect((await dfo.post('c', newMessage())).status).toBe(401);
    const fresh = await openDfo(simulator);
    expect((await fresh.post('c', newMessage())).status).toBe(201);
  });
});

describe('create message', () => {
  test('it creates customer, thread and contact, and answers with them', async () => {
    const body = newMessage();
    const answer = await dfo.post('watering-hole', body);
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      consumerContact: {
        channelId: 'watering-hole',
        status: 'new',
        threadIdOnExternalPlatform: 'thread-1',
        authorEndUserIdentity: { idOnExternalPlatform: 'hippo', fullName: 'Hippo' },
      },
      message: { idOnExternalPlatform: body.idOnExternalPlatform, direction: 'inbound' },
    });
    const state = simulator.state();
    expect([state.customers.length, state.threads.length, state.contacts.length]).toEqual([
      1, 1, 1,
    ]);
    expect(state.messages).toMatchObject([{ text: 'Is the water deep?', request: body }]);
  });

  test.each([
    'idOnExternalPlatform',
    'direction',
    'createdAtWithMilliseconds',
    'thread',
    'messageContent',
    'authorEndUserIdentity',
  ])('a message without %s is refused by that name', async (field) => {
    const { [field]: _missing, ...body } = newMessage() as Record<string, unknown>;
    const answer = await dfo.post('c', body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ errors: [{ field }], uid: expect.any(String) });
  });

  test.each([
    ['direction', { direction: 'sideways' }],
    ['createdAtWithMilliseconds', { createdAtWithMilliseconds: '2026-03-01T10:00:00Z' }],
    ['thread.idOnExternalPlatform', { thread: {} }],
    ['messageContent.type', { messageContent: { type: 'SONG', payload: {} } }],
    ['messageContent.payload', { messageContent: { type: 'TEXT' } }],
    ['attachments.0.url', { attachments: [{ friendlyName: 'a.png', url: 'nope' }] }],
    ['authorEndUserIdentity.idOnExternalPlatform', { authorEndUserIdentity: {} }],
    ['', { isReply: true }],
  ])('a wrong %s is refused', async (field, overrides) => {
    const answer = await dfo.post('c', newMessage(overrides));
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ errors: [{ field }] });
    expect(simulator.state().messages).toEqual([]);
  });

  test('a body that is no JSON gets 400', async () => {
    const response = await fetch(`${simulator.url}/dfo/3.0/channels/c/messages`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"half":',
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{}] });
  });

  test('an id that comes again gets 409, is stored once and is a violation', async () => {
    const body = newMessage();
    await dfo.post('c', body);
    const again = await dfo.post('c', body);
    expect(again.status).toBe(409);
    expect(again.body).toMatchObject({ errors: [{ errorCode: 'alreadyExists' }] });
    expect(simulator.state().messages).toHaveLength(1);
    expect(simulator.state().violations).toMatchObject([{ kind: 'duplicate-message' }]);
  });

  test('a message after the close opens a new contact and is a violation', async () => {
    await dfo.post('c', newMessage());
    const [first] = simulator.state().contacts;
    await dfo.call('PUT', `/contacts/${first?.number}/status`, { status: 'closed' });
    const late = await dfo.post('c', newMessage());
    expect(late.body).not.toMatchObject({ consumerContact: { id: first?.number } });
    expect(simulator.state().contacts).toHaveLength(2);
    expect(simulator.state().violations).toMatchObject([
      { kind: 'message-after-close', facts: { contactNumber: first?.number, closedBy: 'api' } },
    ]);
  });

  test('a message on a thread that takes no more is a violation, on a reopened one it is not', async () => {
    await dfo.post('c', newMessage());
    const [contact] = simulator.state().contacts;
    await dfo.call('PUT', `/contacts/${contact?.number}/status`, { status: 'closed' });
    const path = '/channels/c/threads/thread-1';
    expect((await dfo.call('PUT', path, { canAddMoreMessages: false })).status).toBe(204);
    expect((await dfo.call('PUT', path, { canAddMoreMessages: true })).status).toBe(204);
    await dfo.post('c', newMessage());
    expect(simulator.state().violations).toEqual([]);
    await dfo.call('PUT', path, { canAddMoreMessages: false });
    await dfo.post('c', newMessage());
    expect(simulator.state().violations).toMatchObject([{ kind: 'message-on-ended-thread' }]);
  });

  test('a resolved contact is opened again by the customer’s next message', async () => {
    await dfo.post('c', newMessage());
    const [contact] = simulator.state().contacts;
    await dfo.call('PUT', `/contacts/${contact?.number}/status`, { status: 'resolved' });
    const answer = await dfo.post('c', newMessage());
    expect(answer.body).toMatchObject({ consumerContact: { id: contact?.number, status: 'open' } });
    expect(simulator.state().violations).toEqual([]);
  });
});

describe('search and reading', () => {
  test('a message is found by its id on the external platform, and by its own', async () => {
    const body = newMessage();
    const { message } = (await dfo.post('c', body)).body as { message?: { id: string } };
    await dfo.post('c', newMessage());
    const query = `idOnExternalPlatform[]=${body.idOnExternalPlatform}&channel[]=c`;
    const found = await dfo.call('GET', `/messages?${query}`);
    expect(found.body).toMatchObject({ hits: 1, data: [{ id: message?.id }] });
    expect((await dfo.call('GET', `/messages/${message?.id}`)).status).toBe(200);
    const elsewhere = await dfo.call('GET', `/messages?${query.replace('[]=c', '[]=other')}`);
    expect(elsewhere.body).toMatchObject({ hits: 0, data: [] });
  });

  test('with an index lag a message is found only after a while', async () => {
    let now = Date.parse('2026-03-01T10:00:00Z');
    const slow = await startTestSimulator({ indexLagMs: 800, now: () => now });
    const slowDfo = await openDfo(slow);
    const body = newMessage();
    await slowDfo.post('c', body);
    const find = () =>
      slowDfo.call('GET', `/messages?idOnExternalPlatform[]=${body.idOnExternalPlatform}`);
    expect((await find()).body).toMatchObject({ hits: 0 });
    now += 800;
    expect((await find()).body).toMatchObject({ hits: 1 });
    await slow.close();
  });

  test('contacts come in pages of 25 by scroll token, filtered by status and channel', async () => {
    for (let index = 0; index < 60; index += 1) {
      await dfo.post(
        index < 55 ? 'c' : 'other',
        newMessage({ thread: { idOnExternalPlatform: `t-${index}` } }),
      );
    }
    const seen: string[] = [];
    const sizes: number[] = [];
    let token: string | null | undefined = '';
    do {
      const { body } = await dfo.call(
        'GET',
        `/contacts?channel[]=c&status[]=new&status[]=open&scrollToken=${token}`,
      );
      const page = body as { hits?: number; data?: { id: string }[]; scrollToken?: string | null };
      expect(page.hits).toBe(55);
      sizes.push(page.data?.length ?? 0);
      seen.push(...(page.data ?? []).map(({ id }) => id));
      token = page.scrollToken;
    } while (token);
    expect(sizes).toEqual([25, 25, 5, 0]);
    expect(new Set(seen).size).toBe(55);
    expect((await dfo.call('GET', '/contacts?status[]=gone')).status).toBe(400);
  });

  test('a contact shows its messages and is found by its customer', async () => {
    await dfo.post('c', newMessage());
    await dfo.post(
      'c',
      newMessage({ messageContent: { type: 'TEXT', payload: { text: 'second' } } }),
    );
    const found = await dfo.call('GET', '/contacts?endUserIdOnExternalPlatform[]=hippo');
    const [contact] = (found.body as { data?: { id: string }[] }).data ?? [];
    const messages = await dfo.call('GET', `/contacts/${contact?.id}/messages`);
    expect(messages.body).toMatchObject({
      hits: 2,
      data: [{}, { messageContent: { payload: { text: 'second' } } }],
    });
    expect((await dfo.call('GET', '/contacts/1')).status).toBe(404);
  });

  test('an abandoned contact is closed and says how', async () => {
    await dfo.post('c', newMessage());
    const [contact] = simulator.state().contacts;
    const path = `/contacts/${contact?.number}`;
    expect((await dfo.call('POST', `${path}/abandon`, { type: 'gone' })).status).toBe(400);
    expect((await dfo.call('POST', `${path}/abandon`, { type: 'abandon' })).status).toBe(204);
    expect((await dfo.call('GET', path)).body).toMatchObject({
      status: 'closed',
      abandon: { type: 'abandon' },
    });
  });

  test('the customer’s typing is shown until it ends', async () => {
    await dfo.post('c', newMessage());
    const path = '/channels/c/threads/thread-1/sender-actions';
    expect((await dfo.call('POST', path, { action: 'isTypingOn' })).status).toBe(204);
    expect(simulator.state().typing).toEqual(['c_thread-1']);
    await dfo.call('POST', path, { action: 'isTypingOff' });
    expect(simulator.state().typing).toEqual([]);
    expect((await dfo.call('POST', path, { action: 'hum' })).status).toBe(400);
  });

  test('channels, custom fields and files are kept', async () => {
    const channel = {
      id: 'den',
      idOnExternalPlatform: 'den',
      channelIntegrationId: 'i-1',
      realExternalPlatformId: 'custom',
      name: 'The Den',
      isPrivate: true,
      hasTreeStructure: false,
    };
    expect((await dfo.call('POST', '/channels', { ...channel, name: undefined })).status).toBe(400);
    expect((await dfo.call('POST', '/channels', channel)).status).toBe(201);
    expect((await dfo.call('GET', '/channels')).body).toMatchObject([
      { id: 'den', name: 'The Den' },
    ]);
    expect((await dfo.call('DELETE', '/channels/den')).status).toBe(204);
    expect((await dfo.post('den', newMessage())).status).toBe(404);

    const path = '/customers/custom-field-definitions';
    const field = { ident: 'species', label: 'Species', type: 'text' };
    expect((await dfo.call('PUT', path, field)).status).toBe(204);
    expect((await dfo.call('GET', path)).body).toMatchObject([field]);
  });
});
