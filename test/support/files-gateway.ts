/** A gateway in a process of its own, on the real way to the contact centre, that tells its memory. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createWebhookPlatforms } from '../../src/channels/webhook/webhook-platforms.js';
import { createCxoneContactCentre } from '../../src/cxone/contact-centre.js';
import type { ChannelDefinition } from '../../src/domain/channel.js';
import { type ChannelId, parseChannelId, toGatewayQueue } from '../../src/domain/ids.js';
import { defaultPolicy } from '../../src/domain/policy.js';
import { createGateway } from '../../src/gateway/gateway.js';
import { createFakeChannelAdmin } from './fake-channel-admin.js';
import { createFakeThreads } from './fake-threads.js';

const sampleEveryMs = 5;

const channelId = parseChannelId('watering-hole');
const [, , dfoUrl = ''] = process.argv;
if (channelId === undefined) throw new TypeError('no channel');
const logger = pino({ level: 'silent' });
const channels = new Map<ChannelId, ChannelDefinition>([
  [
    channelId,
    {
      id: channelId,
      name: 'The Watering Hole',
      adapter: { kind: 'widget', allowedOrigins: [], identity: { kind: 'anonymous' } },
      policy: defaultPolicy,
      limits: { sessionsPerMinute: 300, messagesPerMinute: 1_200 },
      customFields: [],
    },
  ],
]);
const { app } = createGateway({
  threads: createFakeThreads(),
  contactCentre: createCxoneContactCentre({
    settings: {
      issuer: dfoUrl,
      apiUrl: `${dfoUrl}/dfo/3.0`,
      tokenUrl: `${dfoUrl}/auth/token`,
      credentials: { clientId: 'c', clientSecret: 's', accessKeyId: 'k', accessKeySecret: 's' },
      timeoutMs: 10_000,
    },
    budgets: { readsPerSecond: 100, postsPerSecond: 100 },
    clock: Date.now,
    logger,
  }),
  channelAdmin: createFakeChannelAdmin(),
  channels,
  platforms: createWebhookPlatforms({ channels, clock: Date.now }),
  clock: Date.now,
  logger,
  gatewayQueue: toGatewayQueue('files'),
  settings: {
    publicUrl: 'http://gateway.example',
    sessionTokenKey: 'a session token key of 32 characters',
    sessionTokenTtlMs: 60_000,
    boxClientId: 'box',
    boxClientSecret: 'box secret',
    boxTokenKey: 'a token key of the box, 32 characters',
    boxTokenTtlMs: 60_000,
  },
  assets: new Map(),
  readiness: async () => ({ ok: true }),
  metrics: new Registry(),
});

let peakBytes = 0;
const sample = () => {
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
};
setInterval(sample, sampleEveryMs);
process.on('message', (what) => {
  if (what === 'forget the peak') peakBytes = 0;
  sample();
  process.send?.({ rssBytes: process.memoryUsage.rss(), peakBytes });
});
process.on('disconnect', () => process.exit());

const server = createServer(app);
server.listen(0, '127.0.0.1', () => {
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
