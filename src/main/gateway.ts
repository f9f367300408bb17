/** @module `npm run gateway`: where browsers and CXone call. Any number of them may run. */
import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { createGatewayActivities } from '../../activities/index.js';
import { createWebhookPlatforms } from '../channels/webhook/webhook-platforms.js';
import { loadChannelsFile } from '../config/channels-file.js';
import { loadGatewayConfig } from '../config/gateway.js';
import { createCxoneChannelAdmin } from '../cxone/channel-admin.js';
import { createCxoneContactCentre } from '../cxone/contact-centre.js';
import { toGatewayQueue } from '../domain/ids.js';
import { createGateway } from '../gateway/gateway.js';
import { createStartingApp } from '../gateway/starting.js';
import { createLogger } from '../logging/logger.js';
import { createAdmission } from '../temporal/admission.js';
import { installRuntime } from '../temporal/runtime.js';
import { createThreads } from '../temporal/threads.js';
import { createGatewayWorker } from '../temporal/workers.js';
import { buildBrowserAssets } from './browser-assets.js';
import { createLiveChannels } from './live-channels.js';
import { readTextFile, runProcess } from './run-process.js';
import { connectPatiently, watchTemporal } from './temporal-link.js';

/** Whoever has not sent a whole request by then after the stop is not waited for. */
const answerWithinMs = 4_000;
/**
 * How many connections may wait until they are accepted, as far as the system allows: more than that
 * are reset, and whoever is too many is to be told so with 429.
 */
const waitingConnections = 4_096;
/**
 * How long a connection without a call is kept: above the 60 s of most proxies, so that it is they who
 * close it. A server that closes first resets the call that is just on its way.
 */
const idleConnectionMs = 75_000;

await runProcess(async (stopping) => {
  const config = loadGatewayConfig(process.env, readTextFile);
  const logger = createLogger({ name: 'gateway', level: config.logLevel });
  logger.info({ temporal: config.temporal.address }, 'gateway is starting');
  const live = createLiveChannels({
    initial: config.channels,
    read: () => loadChannelsFile(process.env, readTextFile),
    logger,
  });
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  let answer: RequestListener = createStartingApp({
    publicUrl: config.publicUrl,
    metrics,
    logger,
    readiness: async () => ({ ok: false, reason: 'temporal has not answered yet' }),
  });
  const server = createServer((req, res) => answer(req, res));
  server.keepAliveTimeout = idleConnectionMs;
  const { host, port } = config.listen;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog: waitingConnections }, resolve);
  });

  await installRuntime({ logger, hasMetrics: false });
  const assets = await buildBrowserAssets();
  const temporal = await connectPatiently(config.temporal, logger, stopping);
  const { connection, client } = temporal;
  const { namespace, taskQueue } = config.temporal;
  const { integrationId } = config.adminPages;
  const gatewayQueue = toGatewayQueue(randomUUID());
  const admission = createAdmission({
    client,
    taskQueue,
    clock: Date.now,
    onError: (error) => logger.debug({ err: error }, 'backlog could not be read'),
  });
  const cxone = { ...config.cxone, clock: Date.now, logger };
  const contactCentre = createCxoneContactCentre(cxone);
  const channelAdmin = createCxoneChannelAdmin(cxone);
  const platforms = createWebhookPlatforms({ channels: live.channels, clock: Date.now });
  const watch = watchTemporal(temporal, () => gateway.reannounce());
  const gateway = createGateway({
    threads: createThreads({ client, taskQueue, admission, channels: live.channels }),
    contactCentre,
    channelAdmin,
    platforms,
    channels: live.channels,
    clock: Date.now,
    logger,
    gatewayQueue,
    settings: {
      publicUrl: config.publicUrl,
      sessionTokenKey: config.sessions.tokenKey,
      sessionTokenTtlMs: config.sessions.tokenTtlMs,
      boxClientId: config.box.clientId,
      boxClientSecret: config.box.clientSecret,
      boxTokenKey: config.box.tokenKey,
      boxTokenTtlMs: config.box.tokenTtlMs,
      ...(integrationId === undefined ? {} : { integrationId }),
      adminApiHosts: config.adminPages.apiHosts,
      ...(config.eventsSecret === undefined ? {} : { eventsSecret: config.eventsSecret }),
    },
    assets,
    metrics,
    readiness: async () =>
      watch.isReachable() ? { ok: true } : { ok: false, reason: 'temporal does not answer' },
  });
  const worker = await createGatewayWorker({
    connection,
    namespace,
    identity: `gateway@${hostname()}:${process.pid}`,
    gatewayQueue,
    activities: createGatewayActivities({ pages: gateway.pages }),
  });
  const done = worker.run();
  answer = gateway.app;
  logger.info({ host, port, publicUrl: config.publicUrl }, 'gateway is ready');

  return {
    ended: done,
    reload: () => live.reload(),
    async stop() {
      server.close();
      await Promise.race([gateway.close(), pause(answerWithinMs)]);
      server.closeAllConnections();
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await done;
      admission.close();
      watch.close();
      await Promise.all([contactCentre.close(), channelAdmin.close(), platforms.close()]);
      await temporal.close();
      logger.info('gateway has stopped');
    },
  };
});
