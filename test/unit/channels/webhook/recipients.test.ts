import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createWebhookPlatforms } from '../../../../src/channels/webhook/webhook-platforms.js';
import { RemoteError } from '../../../../src/domain/errors.js';
import { customerId } from '../../../support/domain-builders.js';
import { widgetChannel } from '../../gateway/gateway-fixture.js';
import { platformChannel, telegraph, telegraphSecret } from '../../gateway/platform-fixture.js';

const zebra = { id: customerId('zebra'), name: 'Zed Zebra' };
const gnu = { id: customerId('gnu@savanna.example') };

type Answer = (response: ServerResponse) => void;
const json =
  (body: unknown, status = 200): Answer =>
  (response) =>
    void response.writeHead(status).end(JSON.stringify(body));
const says =
  (text: string): Answer =>
  (response) =>
    void response.writeHead(200).end(text);

/** A platform that answers the question in one way, and keeps what it was asked. */
async function startPlatform(answer: Answer) {
  const asked: { readonly headers: Record<string, string>; readonly body: string }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const headers = request.headers as Record<string, string>;
      asked.push({ headers, body: Buffer.concat(chunks).toString('utf8') });
      answer(response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('no port');
  const recipientsUrl = `http://127.0.0.1:${address.port}/recipients`;
  const channel = platformChannel(telegraph, telegraphSecret, { recipientsUrl });
  const channels = new Map([[telegraph, channel]]);
  const platforms = createWebhookPlatforms({ channels, clock: Date.now });
  onTestFinished(async () => {
    await platforms.close();
    server.close();
    server.closeAllConnections();
  });
  const ask = (recipients = [zebra, gnu]) => platforms.findInvalidRecipients(telegraph, recipients);
  return { asked, ask, channels };
}

async function failureOf(asking: Promise<unknown>): Promise<RemoteError> {
  const outcome = await asking.catch((error: unknown) => error);
  if (!(outcome instanceof RemoteError)) throw new TypeError(`no error: ${String(outcome)}`);
  return outcome;
}

test('a platform is asked about recipients by a signed request, each with an id of its own', async () => {
  const { asked, ask } = await startPlatform(json({ invalid: [] }));
  expect(await ask()).toEqual([]);
  await ask();
  expect(asked.map(({ body }) => JSON.parse(body) as unknown)[0]).toEqual({
    type: 'recipients',
    channelId: 'bush-telegraph',
    recipients: [{ id: 'zebra', name: 'Zed Zebra' }, { id: 'gnu@savanna.example' }],
  });
  for (const { headers, body } of asked) {
    expect(() => new Webhook(telegraphSecret).verify(body, headers)).not.toThrow();
    expect(headers['content-type']).toBe('application/json');
  }
  expect(new Set(asked.map(({ headers }) => headers['webhook-id'])).size).toBe(2);
});

test.each<[unknown, unknown]>([
  [{ invalid: [{ id: 'zebra' }] }, [{ id: 'zebra' }]],
  [
    { invalid: [{ id: gnu.id, reason: ' Has\nmoved\u0000 \u202eaway ', more: 1 }], more: 2 },
    [{ id: gnu.id, reason: 'Has moved away' }],
  ],
  [{ invalid: [{ id: 'zebra', reason: '' }, gnu] }, [{ id: 'zebra' }, gnu]],
  [
    { invalid: [{ id: 'zebra', reason: '🦓'.repeat(300) }] },
    [{ id: 'zebra', reason: `${'🦓'.repeat(199)}…` }],
  ],
])('the answer %j says who cannot be written to', async (answer, invalid) => {
  const { ask } = await startPlatform(json(answer));
  expect(await ask()).toEqual(invalid);
});

describe('nothing is known of anybody', () => {
  test.each<[string, Answer]>([
    ['answers no', json({ invalid: [] }, 400)],
    ['cannot answer', json({ invalid: [] }, 503)],
    ['sends it elsewhere', (response) => void response.writeHead(307, { location: '/' }).end()],
    ['answers nothing', (response) => void response.writeHead(204).end()],
    ['answers no JSON', says('fine')],
    ['answers no list', json({ valid: true })],
    ['answers a list alone', json([])],
    ['answers null', says('null')],
    ['names nobody', json({ invalid: [{ reason: 'x' }] })],
    ['names somebody else', json({ invalid: [{ id: 'zebra' }, { id: 'lion' }] })],
    ['has a reason that is none', json({ invalid: [{ id: 'zebra', reason: 7 }] })],
    ['says too much', says(`{"invalid":[${' '.repeat(70_000)}]}`)],
    ['hangs up', (response) => void response.destroy()],
  ])('where a platform %s', async (_, answer) => {
    const { asked, ask } = await startPlatform(answer);
    expect((await failureOf(ask())).code).toBe('CHANNEL_UNREACHABLE');
    expect(asked).toHaveLength(1);
  });

  test('where a platform does not come to an end within three seconds', async () => {
    const silent = await startPlatform(() => undefined);
    const endless = await startPlatform(
      (response) => void response.writeHead(200).write('{"invalid":['),
    );
    const beganAt = performance.now();
    const failures = await Promise.all([failureOf(silent.ask()), failureOf(endless.ask())]);
    // An event is waited for longer.
    expect(performance.now() - beganAt).toBeLessThan(9_000);
    expect(failures.map(({ code }) => code)).toEqual([
      'CHANNEL_UNREACHABLE',
      'CHANNEL_UNREACHABLE',
    ]);
  }, 15_000);
});

test('nobody is asked where there is no place for the question', async () => {
  const { asked, ask, channels } = await startPlatform(json({ invalid: [{ id: 'zebra' }] }));
  channels.set(telegraph, platformChannel(telegraph, telegraphSecret));
  expect(await ask()).toEqual([]);
  channels.set(telegraph, widgetChannel(telegraph));
  expect(await ask()).toEqual([]);
  channels.clear();
  expect(await ask()).toEqual([]);
  expect(asked).toEqual([]);
});
