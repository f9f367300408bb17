import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Webhook } from 'standardwebhooks';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createWebhookPlatforms } from '../../../../src/channels/webhook/webhook-platforms.js';
import type { Capabilities } from '../../../../src/domain/capabilities.js';
import type { ChannelDefinition } from '../../../../src/domain/channel.js';
import { RemoteError } from '../../../../src/domain/errors.js';
import type { ChannelId } from '../../../../src/domain/ids.js';
import type { CustomerEvent } from '../../../../src/domain/messages.js';
import { defaultPolicy } from '../../../../src/domain/policy.js';
import { createAttachmentLinks } from '../../../../src/gateway/attachments/attachment-links.js';
import { createTextFileUrls } from '../../../../src/main/text-file-urls.js';
import { channelId, customerId, messageId, threadId } from '../../../support/domain-builders.js';
import { expectDescribedWebhook } from './webhook-check.js';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const ref = { channelId: channelId('bush-telegraph'), threadId: threadId('t-1') };
const zebra = customerId('zebra');
const atMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const at = '2026-01-02T03:04:05.678Z';
/** Each call has a signal of its own, as each activity has. */
const endless = () => new AbortController().signal;
const said: CustomerEvent = {
  seq: 3,
  type: 'message',
  id: 'bush-telegraph~t-1~~r-1',
  from: 'agent',
  author: { name: 'Gina' },
  text: 'Hello, zebra 🦓',
  atMs,
};

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly path: string;
}

type Answer = (response: ServerResponse) => void;

/** A platform's server that keeps what it was sent, and answers as it is told. */
async function startPlatform(answers: Answer[] = []) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      received.push({ headers: request.headers, body, path: request.url ?? '' });
      const answer = answers.shift();
      if (answer) answer(response);
      else response.writeHead(204).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
    for (const { body } of received) expectDescribedWebhook(body);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('no port');
  return { received, url: `http://127.0.0.1:${address.port}/hook` };
}

interface AdapterOptions {
  readonly shows?: Capabilities;
  readonly recipientsUrl?: string;
}

function channelAt(url: string, key = secret, more: AdapterOptions = {}): ChannelDefinition {
  return {
    id: ref.channelId,
    name: 'Bush Telegraph',
    adapter: { kind: 'webhook', url, secret: key, ...more },
    policy: defaultPolicy,
    limits: { sessionsPerMinute: 300, messagesPerMinute: 1_200 },
    customFields: [],
  };
}

function platformsAt(url: string, answerWithinMs = 5_000) {
  const channels = new Map<ChannelId, ChannelDefinition>([[ref.channelId, channelAt(url)]]);
  const platforms = createWebhookPlatforms({ channels, clock: Date.now, answerWithinMs });
  onTestFinished(() => platforms.close());
  const give = (event: CustomerEvent = said, deliveryId = `id-${event.seq}`, signal = endless()) =>
    platforms.deliver({ ref, customerId: zebra, deliveryId, event }, signal);
  return { platforms, channels, give };
}

/** Gives the error that a delivery ends with. */
async function failureOf(delivery: Promise<void>): Promise<RemoteError> {
  const outcome = await delivery.catch((error: unknown) => error);
  if (!(outcome instanceof RemoteError)) throw new TypeError(`no error: ${String(outcome)}`);
  return outcome;
}

/** Has the engine collect whatever nothing holds on to. */
function clearMemory(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (response) =>
    void response.writeHead(code, headers).end('whatever');

describe('an event on its way to a platform', () => {
  const flat = { channelId: 'bush-telegraph', threadId: 't-1', customer: { id: 'zebra' } };
  test.each<[CustomerEvent, Record<string, unknown>]>([
    [
      {
        ...said,
        content: { type: 'QUICK_REPLIES', payload: { text: 'x' } },
        attachments: [{ name: 'map.png', url: 'https://example.org/map.png' }],
      },
      {
        type: 'message',
        ...flat,
        seq: 3,
        id: 'bush-telegraph~t-1~~r-1',
        from: 'agent',
        author: { name: 'Gina' },
        text: 'Hello, zebra 🦓',
        content: { type: 'QUICK_REPLIES', payload: { text: 'x' } },
        attachments: [{ name: 'map.png', url: 'https://example.org/map.png' }],
        at,
      },
    ],
    [
      {
        ...said,
        replyTo: { id: 'm-1', from: 'customer', text: 'Hello?' },
        isForwarded: true,
      },
      {
        type: 'message',
        ...flat,
        seq: 3,
        id: 'bush-telegraph~t-1~~r-1',
        from: 'agent',
        author: { name: 'Gina' },
        text: 'Hello, zebra 🦓',
        replyTo: { id: 'm-1', from: 'customer', text: 'Hello?' },
        forwarded: true,
        at,
      },
    ],
    [
      { seq: 4, type: 'message-status', id: messageId('m-1'), status: 'failed', reason: 'CODE' },
      { type: 'message-status', ...flat, seq: 4, id: 'm-1', status: 'failed', reason: 'CODE' },
    ],
    [
      { seq: 5, type: 'state', state: 'warned', deadlineAtMs: atMs },
      { type: 'state', ...flat, seq: 5, state: 'warned', deadlineAt: at },
    ],
    [
      { seq: 6, type: 'state', state: 'closed', closedBy: 'agent', closedAtMs: atMs },
      { type: 'state', ...flat, seq: 6, state: 'closed', closedBy: 'agent', closedAt: at },
    ],
  ])('is one flat object: %#', async (event, expected) => {
    const { received, url } = await startPlatform();
    await platformsAt(url).give(event);
    expect(received.map(({ body }) => JSON.parse(body) as unknown)).toEqual([expected]);
    expect(received[0]?.path).toBe('/hook');
    expect(received[0]?.headers['content-type']).toBe('application/json');
  });

  test('is signed anew at each try, under the same id', async () => {
    const { received, url } = await startPlatform([status(500)]);
    const { give } = platformsAt(url);
    await failureOf(give());
    await give();
    for (const { headers, body } of received) {
      expect(headers['webhook-id']).toBe('id-3');
      expect(() =>
        new Webhook(secret).verify(body, headers as Record<string, string>),
      ).not.toThrow();
    }
    expect(received).toHaveLength(2);
  });

  test('goes where the channels say now, signed with the secret of now', async () => {
    const before = await startPlatform();
    const after = await startPlatform();
    const { channels, give } = platformsAt(before.url);
    await give();
    channels.set(ref.channelId, channelAt(after.url, 'another secret'));
    await give();
    expect(before.received).toHaveLength(1);
    const [{ headers, body }] = after.received as [Received];
    const bytes = new TextEncoder().encode('another secret');
    const webhook = new Webhook(bytes, { format: 'raw' });
    expect(() => webhook.verify(body, headers as Record<string, string>)).not.toThrow();
  });
});

describe('a message on its way to a platform that cannot show everything', () => {
  const rich: CustomerEvent = {
    ...said,
    content: { type: 'HOLOGRAM', payload: { beam: 4 } },
    attachments: [{ name: 'map.png', url: 'https://files.example/map?signature=1' }],
    replyTo: { id: 'm-1', from: 'customer', text: 'Where?' },
  };
  const bodyOf = ({ body }: Received) => JSON.parse(body) as Record<string, unknown>;

  test('is what the channel says now that it can show, under the same id, even at a retry', async () => {
    const { received, url } = await startPlatform([status(500)]);
    const { channels, give } = platformsAt(url);
    await failureOf(give(rich));
    channels.set(ref.channelId, channelAt(url, secret, { shows: [] }));
    await give(rich);
    channels.set(ref.channelId, channelAt(url, secret, { shows: ['attachments'] }));
    await give(rich);
    const [everything, text, files] = received.map(bodyOf);
    expect(everything).toMatchObject({
      text: 'Hello, zebra 🦓',
      content: { type: 'HOLOGRAM' },
      attachments: [{ name: 'map.png' }],
      replyTo: { text: 'Where?' },
    });
    const flat = { type: 'message', channelId: 'bush-telegraph', threadId: 't-1', at };
    const plain = { ...flat, customer: { id: 'zebra' }, seq: 3, id: said.id, from: 'agent' };
    expect(text).toEqual({
      ...plain,
      author: { name: 'Gina' },
      text: '> Where?\nHello, zebra 🦓\nmap.png: https://files.example/map?signature=1',
    });
    expect(files).toMatchObject({
      text: '> Where?\nHello, zebra 🦓',
      attachments: [{ url: 'https://files.example/map?signature=1' }],
    });
    expect(received.map(({ headers }) => headers['webhook-id'])).toEqual(['id-3', 'id-3', 'id-3']);
  });

  test('has the address of a file in its text that lasts, and in its files the one that came', async () => {
    const { received, url } = await startPlatform();
    const channels = new Map([[ref.channelId, channelAt(url, secret, { shows: [] })]]);
    const publicUrl = 'https://chat.example';
    const key = 'a key of at least 32 characters, yes';
    const toFileUrl = createTextFileUrls({ key, publicUrl });
    const platforms = createWebhookPlatforms({ channels, clock: Date.now, toFileUrl });
    onTestFinished(() => platforms.close());
    const delivery = { ref, customerId: zebra, deliveryId: 'd', event: rich };
    await platforms.deliver(delivery, endless());
    channels.set(ref.channelId, channelAt(url, secret, { shows: ['attachments'] }));
    await platforms.deliver(delivery, endless());
    const [text, files] = received.map(bodyOf);
    const address = String(text?.['text']).split('map.png: ')[1] ?? '';
    // A gateway of the same key reads it, and asks for the file of that very message.
    expect(createAttachmentLinks({ key, publicUrl }).fromUrl(address)).toEqual({
      ref,
      url: 'https://files.example/map?signature=1',
      name: 'map.png',
      messageId: said.id,
    });
    expect(files?.['attachments']).toEqual(rich.attachments);
  });
});

describe("a platform's answer", () => {
  test.each([200, 201, 202, 204, 299])('%i means that it has the event', async (code) => {
    const { url } = await startPlatform([status(code)]);
    await expect(platformsAt(url).give()).resolves.toBeUndefined();
  });

  test('410 means that it will never have it', async () => {
    const { url } = await startPlatform([status(410, { 'retry-after': '7' })]);
    expect((await failureOf(platformsAt(url).give())).code).toBe('CHANNEL_GONE');
  });

  test.each([301, 302, 307, 400, 401, 404, 409, 422, 429, 500, 503])(
    '%i means that it is to be tried again',
    async (code) => {
      const { url } = await startPlatform([status(code, { location: 'http://127.0.0.1:1/' })]);
      expect((await failureOf(platformsAt(url).give())).code).toBe('CHANNEL_UNREACHABLE');
    },
  );

  test('sends nothing to where it redirects', async () => {
    const other = await startPlatform();
    const { url } = await startPlatform([status(307, { location: other.url })]);
    await failureOf(platformsAt(url).give());
    expect(other.received).toEqual([]);
  });

  test('is of no interest besides its status, even when it never ends', async () => {
    const { url } = await startPlatform([
      (response) => void response.writeHead(200).write('and so on'),
    ]);
    await expect(platformsAt(url).give()).resolves.toBeUndefined();
  });

  test.each<[string, number | undefined]>([
    ['7', 7_000],
    ['0', 0],
    ['soon', undefined],
    ['-3', 0],
  ])('asks for a pause by Retry-After: %s', async (retryAfter, expectedMs) => {
    const { url } = await startPlatform([status(429, { 'retry-after': retryAfter })]);
    const { retryAfterMs } = await failureOf(platformsAt(url).give());
    // '-3' is a date for Node, long ago.
    expect(retryAfterMs).toBe(expectedMs);
  });

  test('asks for a pause by a date', async () => {
    const { url } = await startPlatform([
      status(503, { 'retry-after': new Date(Date.now() + 20_000).toUTCString() }),
    ]);
    const { retryAfterMs = 0 } = await failureOf(platformsAt(url).give());
    expect(retryAfterMs).toBeGreaterThan(15_000);
    expect(retryAfterMs).toBeLessThanOrEqual(20_000);
  });
});

describe('a platform that does not answer', () => {
  test('is tried again', async () => {
    const reset = await startPlatform([(response) => void response.destroy()]);
    expect((await failureOf(platformsAt(reset.url).give())).code).toBe('CHANNEL_UNREACHABLE');
    const refused = await failureOf(platformsAt('http://127.0.0.1:1/').give());
    expect(refused.code).toBe('CHANNEL_UNREACHABLE');
  });

  test('is not waited for beyond the time limit, or when the call is cancelled', async () => {
    const silent = await startPlatform([() => undefined, () => undefined]);
    const late = await failureOf(platformsAt(silent.url, 50).give());
    expect(late.code).toBe('CHANNEL_UNREACHABLE');
    const cancelled = AbortSignal.timeout(50);
    const gaveUp = await failureOf(platformsAt(silent.url).give(said, 'id-3', cancelled));
    expect(gaveUp.code).toBe('CHANNEL_UNREACHABLE');
  });

  test('is not waited for any longer when memory is cleared meanwhile', async () => {
    const silent = await startPlatform([() => undefined]);
    const failure = failureOf(platformsAt(silent.url, 200).give());
    await vi.waitFor(() => expect(silent.received).toHaveLength(1));
    clearMemory();
    expect((await failure).code).toBe('CHANNEL_UNREACHABLE');
  });

  test('keeps no more than a hundred calls waiting', async () => {
    const silent = await startPlatform(Array.from({ length: 100 }, () => () => undefined));
    const { give, platforms } = platformsAt(silent.url);
    const waiting = Array.from({ length: 100 }, () => give().catch(() => 'cut'));
    await vi.waitFor(() => expect(silent.received).toHaveLength(100));
    expect((await failureOf(give())).code).toBe('CHANNEL_UNREACHABLE');
    expect(silent.received).toHaveLength(100);
    await platforms.close();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['cut']));
  });
});

test('a channel that is gone, or has become a widget, is waited for', async () => {
  const { channels, give } = platformsAt('http://127.0.0.1:1/');
  channels.clear();
  expect((await failureOf(give())).code).toBe('CHANNEL_UNREACHABLE');
});

test("an agent's typing is signed like anything else, under an id of its own", async () => {
  const { received, url } = await startPlatform();
  const { platforms } = platformsAt(url);
  await platforms.showTyping(ref, zebra, { isTyping: true, authorName: 'Gina' });
  await platforms.showTyping(ref, zebra, { isTyping: false });
  expect(received.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
    {
      type: 'typing',
      channelId: 'bush-telegraph',
      threadId: 't-1',
      customer: { id: 'zebra' },
      typing: true,
      author: { name: 'Gina' },
    },
    {
      type: 'typing',
      channelId: 'bush-telegraph',
      threadId: 't-1',
      customer: { id: 'zebra' },
      typing: false,
    },
  ]);
  const ids = received.map(({ headers }) => headers['webhook-id']);
  expect(new Set(ids).size).toBe(2);
});
