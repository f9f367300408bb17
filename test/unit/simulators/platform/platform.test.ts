import { once } from 'node:events';
import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { loadPlatformConfig } from '../../../../src/simulators/platform/config.js';
import { startPlatform } from '../../../../src/simulators/platform/platform.js';

const secret = 'the secret of the bush telegraph';
const webhook = new Webhook(Buffer.from(secret), { format: 'raw' });

/** A gateway that keeps what it is told, and answers with what it is given. */
async function startGateway() {
  const told: { readonly id: string; readonly event: Record<string, unknown> }[] = [];
  const answers: { readonly status: number; readonly body?: unknown }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const event = webhook.verify(body, request.headers as Record<string, string>);
      const id = String(request.headers['webhook-id']);
      told.push({ id, event: event as Record<string, unknown> });
      const { status, body: answer = {} } = answers.shift() ?? { status: 202 };
      response.writeHead(status).end(JSON.stringify(answer));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('no port');
  return { url: `http://127.0.0.1:${address.port}`, told, answers };
}

async function start() {
  const gateway = await startGateway();
  const platform = await startPlatform({
    host: '127.0.0.1',
    port: 0,
    gatewayUrl: gateway.url,
    channelId: 'bush-telegraph',
    secret,
    logLevel: 'silent',
    slowMs: 50,
  });
  onTestFinished(() => platform.close());
  const post = (path: string, body: unknown) =>
    fetch(`${platform.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const deliver = async (id: string, event: unknown, key = webhook) => {
    const body = JSON.stringify(event);
    const now = new Date();
    const { status } = await fetch(`${platform.url}/agent-messages`, {
      method: 'POST',
      headers: {
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
        'webhook-signature': key.sign(id, now, body),
      },
      body,
    });
    return status;
  };
  const chat = platform.chats.begin('Gina Giraffe');
  const { threadId, customer } = chat;
  const message = (seq: number, text: string) => ({
    type: 'message',
    channelId: 'bush-telegraph',
    threadId,
    customer: { id: customer.id },
    seq,
    id: `r-${seq}`,
    from: 'agent',
    author: { name: 'Zed' },
    text,
    at: new Date().toISOString(),
  });
  const textsOf = () => chat.bubbles.map(({ text }) => text);
  return { ...platform, gateway, post, deliver, chat, message, textsOf };
}

describe('what Isthmus sends', () => {
  test('is shown once, however often it comes', async () => {
    const { deliver, message, textsOf, gateway } = await start();
    expect(await deliver('d-1', message(1, 'Hello'))).toBe(204);
    expect(await deliver('d-1', message(1, 'Hello'))).toBe(204);
    expect(await deliver('d-2', message(2, 'there'))).toBe(204);
    expect(textsOf()).toEqual(['Hello', 'there']);
    await vi.waitFor(() =>
      expect(gateway.told.map(({ event }) => event['receipt'])).toEqual([
        { id: 'r-1', kind: 'delivered' },
        { id: 'r-2', kind: 'delivered' },
      ]),
    );
  });

  test('may answer a message of the chat, or be forwarded', async () => {
    const { deliver, message, chat } = await start();
    const replyTo = { id: 'm-1', from: 'customer', text: 'Are the leaves' };
    await deliver('d-1', { ...message(1, 'Very.'), replyTo });
    await deliver('d-2', { ...message(2, 'No bathing.'), forwarded: true });
    expect(chat.bubbles).toMatchObject([
      { text: 'Very.', replyTo, isForwarded: false },
      { text: 'No bathing.', isForwarded: true },
    ]);
    expect(chat.bubbles[1]).not.toHaveProperty('replyTo');
  });

  test('is refused when somebody else has signed it', async () => {
    const { deliver, message, textsOf } = await start();
    const other = new Webhook(Buffer.from('another secret'), { format: 'raw' });
    expect(await deliver('d-1', message(1, 'Hello'), other)).toBe(401);
    expect(textsOf()).toEqual([]);
  });

  test('changes the state of its chat, its typing, and what became of a message', async () => {
    const { deliver, chat, chats } = await start();
    const base = { threadId: chat.threadId, customer: { id: chat.customer.id } };
    const deadlineAt = new Date().toISOString();
    await deliver('d-1', { type: 'state', ...base, seq: 1, state: 'warned', deadlineAt });
    expect(chat).toMatchObject({ state: 'warned', deadlineAt });
    await deliver('d-2', { type: 'typing', ...base, typing: true });
    expect(chat).toMatchObject({ isAgentTyping: true, lastSeq: 1 });
    const id = chats.write(chat, 'Hi');
    await deliver('d-3', {
      type: 'message-status',
      ...base,
      seq: 2,
      id,
      status: 'refused',
      reason: 'X',
    });
    expect(chat.bubbles).toMatchObject([{ id, status: 'refused: X' }]);
    await deliver('d-4', { type: 'state', ...base, seq: 3, state: 'closed', closedBy: 'agent' });
    expect(chat).toMatchObject({ state: 'closed', closedBy: 'agent', deadlineAt: undefined });
  });

  test('begins a chat that is not known here, and may be of a kind that is not known', async () => {
    const { deliver, message, chats } = await start();
    expect(await deliver('d-1', { type: 'parade', threadId: 'x' })).toBe(204);
    await deliver('d-2', { ...message(1, 'Hello'), threadId: 'chat-other' });
    expect(chats.find('chat-other')?.bubbles).toMatchObject([{ text: 'Hello' }]);
  });

  test.each([
    ['fail', 500, []],
    ['gone', 410, []],
    ['slow', 204, ['Hello']],
  ])('is met as the page says: %s', async (answering, status, texts) => {
    const { deliver, message, textsOf, post } = await start();
    expect((await post('/api/answering', { answering })).status).toBe(204);
    expect(await deliver('d-1', message(1, 'Hello'))).toBe(status);
    expect(textsOf()).toEqual(texts);
    await post('/api/answering', { answering: 'take' });
    expect(await deliver('d-1', message(1, 'Hello'))).toBe(204);
    expect(textsOf()).toEqual(['Hello']);
  });
});

describe('who can be written to', () => {
  const ask = async (url: string, ids: readonly string[], key = webhook) => {
    const body = JSON.stringify({ type: 'recipients', recipients: ids.map((id) => ({ id })) });
    const now = new Date();
    const answer = await fetch(`${url}/recipients`, {
      method: 'POST',
      headers: {
        'webhook-id': 'q-1',
        'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
        'webhook-signature': key.sign('q-1', now, body),
      },
      body,
    });
    return { status: answer.status, text: await answer.text() };
  };

  test('is everybody, or who has a chat here, or is not said: as the page says', async () => {
    const { url, chat, post } = await start();
    const asked = [chat.customer.id, 'lion'];
    expect(JSON.parse((await ask(url, asked)).text)).toEqual({ invalid: [] });
    expect((await post('/api/reach', { reach: 'customers' })).status).toBe(204);
    expect(JSON.parse((await ask(url, asked)).text)).toEqual({
      invalid: [{ id: 'lion', reason: expect.stringContaining('lion') }],
    });
    await post('/api/reach', { reach: 'silent' });
    expect((await ask(url, asked)).status).toBe(503);
    expect((await post('/api/reach', { reach: 'lions' })).status).toBe(400);
  });

  test('is told to nobody but Isthmus', async () => {
    const { url } = await start();
    const other = new Webhook(Buffer.from('another secret'), { format: 'raw' });
    expect(await ask(url, ['lion'], other)).toEqual({ status: 401, text: '' });
  });
});

describe('what a customer does', () => {
  test('reaches the gateway signed, in order, and until it is taken, under the same id', async () => {
    const { post, chat, gateway } = await start();
    gateway.answers.push({ status: 503 });
    const path = `/api/chats/${chat.threadId}`;
    await post(`${path}/messages`, { text: 'One' });
    await post(`${path}/messages`, { text: 'Two' });
    await post(`${path}/left`, {});
    await vi.waitFor(() => expect(gateway.told).toHaveLength(4), { timeout: 5_000 });
    expect(gateway.told.map(({ event }) => event['type'])).toEqual([
      'message',
      'message',
      'message',
      'left',
    ]);
    const [first, again, second] = gateway.told;
    expect(first).toEqual(again);
    expect(second?.id).not.toBe(first?.id);
    expect(first?.event).toMatchObject({
      threadId: chat.threadId,
      customer: { name: 'Gina Giraffe' },
      message: { text: 'One' },
    });
    expect(chat.bubbles.map(({ status }) => status)).toEqual(['accepted', 'accepted']);
    expect(chat.isAway).toBe(true);
  });

  test('shows the code with which it was refused for good', async () => {
    const { post, chat, gateway } = await start();
    gateway.answers.push({ status: 409, body: { code: 'THREAD_CLOSED' } });
    await post(`/api/chats/${chat.threadId}/messages`, { text: 'One' });
    await vi.waitFor(() => expect(chat.bubbles).toMatchObject([{ status: 'THREAD_CLOSED' }]));
    expect(gateway.told).toHaveLength(1);
  });

  test('may answer a message that the chat has', async () => {
    const { post, deliver, message, chat, gateway } = await start();
    await deliver('d-1', message(1, 'Which leaves?'));
    const path = `/api/chats/${chat.threadId}/messages`;
    await post(path, { text: 'The high ones.', replyTo: 'r-1' });
    await post(path, { text: 'Thank you.', replyTo: 'r-99' });
    const messages = () =>
      gateway.told.flatMap(({ event }) => (event['type'] === 'message' ? [event['message']] : []));
    await vi.waitFor(() => expect(messages()).toHaveLength(2));
    expect(messages()[0]).toMatchObject({ text: 'The high ones.', replyTo: 'r-1' });
    expect(messages()[1]).not.toHaveProperty('replyTo');
    expect(chat.bubbles[1]).toMatchObject({
      replyTo: { id: 'r-1', from: 'agent', text: 'Which leaves?' },
    });
  });

  test('is a request of its own page only', async () => {
    const { url, chat, post } = await start();
    const body = JSON.stringify({ text: 'One' });
    const path = `/api/chats/${chat.threadId}/messages`;
    const foreign = await fetch(`${url}${path}`, { method: 'POST', body });
    expect(foreign.status).toBe(415);
    expect((await post(path, { text: '' })).status).toBe(400);
    expect((await post('/api/chats/unknown/messages', { text: 'One' })).status).toBe(404);
    expect(chat.bubbles).toEqual([]);
  });
});

test("the platform's configuration names everything that is wrong with it", () => {
  expect(() => loadPlatformConfig({ PLATFORM_PORT: 'x' })).toThrow(
    /PLATFORM_PORT: .*number.*\n.*BUSH_TELEGRAPH_SECRET: is missing$/,
  );
  const config = loadPlatformConfig({ BUSH_TELEGRAPH_SECRET_FILE: '/s' }, () => 'secret\n');
  expect(config).toMatchObject({ secret: 'secret', channelId: 'bush-telegraph', port: 9191 });
});
