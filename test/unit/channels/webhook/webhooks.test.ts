import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { readInvalidRecipients } from '../../../../src/channels/webhook/recipients.js';
import { createWebhookPlatforms } from '../../../../src/channels/webhook/webhook-platforms.js';
import type { CustomerEvent } from '../../../../src/domain/messages.js';
import { bodySchemaOf } from '../../../../src/gateway/api/webhook.js';
import { platformWebhooks } from '../../../../src/gateway/platform/webhooks.js';
import { channelId, customerId, messageId, threadId } from '../../../support/domain-builders.js';
import { platformChannel, telegraphSecret } from '../../gateway/platform-fixture.js';
import { expectDescribedWebhook } from './webhook-check.js';

const ref = { channelId: channelId('bush-telegraph'), threadId: threadId('t-1') };
const zebra = customerId('zebra');

/** With every member that an event may have, the optional ones too. */
const events: readonly CustomerEvent[] = [
  {
    seq: 1,
    type: 'message',
    id: 'r-1',
    from: 'agent',
    author: { name: 'Gina', imageUrl: 'https://example.org/gina.png' },
    text: 'Hello',
    content: { type: 'QUICK_REPLIES', payload: { actions: [] } },
    attachments: [{ name: 'map', url: 'https://example.org/map', mimeType: 'image/png' }],
    replyTo: { id: 'm-1', from: 'customer', text: 'Where?' },
    isForwarded: true,
    atMs: 1,
  },
  { seq: 2, type: 'message', id: 's-1', from: 'system', text: 'Still there?', atMs: 2 },
  { seq: 3, type: 'message-status', id: messageId('m-1'), status: 'sent' },
  { seq: 4, type: 'message-status', id: messageId('m-2'), status: 'failed', reason: 'CODE' },
  { seq: 5, type: 'message-status', id: messageId('m-3'), status: 'refused' },
  { seq: 6, type: 'state', state: 'warned', deadlineAtMs: 7 },
  { seq: 7, type: 'state', state: 'open' },
  { seq: 8, type: 'state', state: 'closed', closedBy: 'operator', closedAtMs: 9 },
];

/** What a platform is sent, of each kind. */
async function bodies(): Promise<string[]> {
  const sent: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      sent.push(Buffer.concat(chunks).toString('utf8'));
      response.writeHead(200).end('{"invalid":[]}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('no port');
  const url = `http://127.0.0.1:${address.port}/`;
  const channel = platformChannel(ref.channelId, telegraphSecret, { url, recipientsUrl: url });
  const channels = new Map([[ref.channelId, channel]]);
  const platforms = createWebhookPlatforms({ channels, clock: Date.now });
  onTestFinished(async () => {
    await platforms.close();
    server.close();
  });
  const deliverAll = async () => {
    for (const event of events) {
      await platforms.deliver(
        { ref, customerId: zebra, deliveryId: 'd', event },
        new AbortController().signal,
      );
    }
  };
  await deliverAll();
  channels.set(ref.channelId, platformChannel(ref.channelId, telegraphSecret, { url, shows: [] }));
  await deliverAll();
  channels.set(ref.channelId, channel);
  await platforms.showTyping(ref, zebra, { isTyping: true, authorName: 'Gina' });
  await platforms.showTyping(ref, zebra, { isTyping: false });
  await platforms.findInvalidRecipients(ref.channelId, [{ id: zebra, name: 'Zed' }]);
  return sent;
}

/** The members of a value and of what is in it, as `attachments[].name`; what is open stays closed. */
function membersOf(value: unknown, place = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => membersOf(item, `${place}[]`));
  if (typeof value !== 'object' || value === null || place === 'content.payload') return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const path = place === '' ? name : `${place}.${name}`;
    return [path, ...membersOf(inner, path)];
  });
}

const objectSchema = z.looseObject({
  properties: z.record(z.string(), z.unknown()).optional(),
  items: z.unknown().optional(),
});

function describedMembers(schema: unknown, place = ''): string[] {
  const { properties = {}, items } = objectSchema.parse(schema);
  const own = Object.entries(properties).flatMap(([name, inner]) => {
    const path = place === '' ? name : `${place}.${name}`;
    return [path, ...describedMembers(inner, path)];
  });
  return items === undefined ? own : [...own, ...describedMembers(items, `${place}[]`)];
}

test('everything that a platform is sent is exactly as the API document says', async () => {
  const sent = await bodies();
  expect(sent).toHaveLength(2 * events.length + 3);
  for (const body of sent) expectDescribedWebhook(body);
});

test('every member that the document promises is written by somebody', async () => {
  const sent = (await bodies()).map((body) => JSON.parse(body) as { type: string });
  for (const [type, webhook] of Object.entries(platformWebhooks)) {
    const schema = bodySchemaOf(webhook);
    // Without their names, or schemas would only refer to each other.
    const json = schema && z.toJSONSchema(schema, { metadata: z.registry() });
    const described = describedMembers(json);
    const written = sent.filter((body) => body.type === type).flatMap((body) => membersOf(body));
    expect([type, ...new Set(written)].toSorted()).toEqual([type, ...described].toSorted());
  }
});

test('the answers that the document shows are understood, each as what it says', () => {
  const { answers, body } = platformWebhooks.recipients;
  const asked = [{ id: customerId('tembo') }, { id: customerId('leo') }];
  const { examples } = answers['2XX'].content['application/json'] ?? {};
  const read = (name: string) => readInvalidRecipients(JSON.stringify(examples?.[name]), asked);
  expect(read('all')).toEqual([]);
  expect(read('unknown')).toEqual([{ id: 'leo', reason: 'Leo has left the savanna.' }]);
  expect(JSON.stringify(body)).toContain('tembo');
});
