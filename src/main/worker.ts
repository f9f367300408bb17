/** @module `npm run worker`: runs threads and calls CXone. Any number of them may run. */
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { createWorkerActivities } from '../../activities/index.js';
import { createWebhookPlatforms } from '../channels/webhook/webhook-platforms.js';
import { loadChannelsFile } from '../config/channels-file.js';
import { loadWorkerConfig } from '../config/worker.js';
import { createCxoneContactCentre } from '../cxone/contact-centre.js';
import { createLogger } from '../logging/logger.js';
import { openAdmission } from '../temporal/admission.js';
import { ensureSearchAttributes } from '../temporal/namespace.js';
import { installRuntime, toTemporalLogger } from '../temporal/runtime.js';
import { createThreads } from '../temporal/threads.js';
import { keepWatchers } from '../temporal/watchers.js';
import { countWorkers } from '../temporal/worker-count.js';
import { createThreadWorker, proveWorkflowBundle } from '../temporal/workers.js';
import { loadWorkflowBundle } from '../temporal/workflow-bundle.js';
import { keepCustomFields } from './custom-fields.js';
import { createLiveChannels } from './live-channels.js';
import { startOpsServer } from './ops-server.js';
import { readTextFile, runProcess } from './run-process.js';
import { connectPatiently, watchTemporal } from './temporal-link.js';
import { channelsWithFileTexts, createTextFileUrls } from './text-file-urls.js';

const shareEveryMs = 10_000;

/** Keeps a worker to its share of the tenant's budgets while others come and go. */
function keepShare(
  count: () => Promise<number>,
  setShare: (workers: number) => void,
): NodeJS.Timeout {
  // A count that fails leaves the share as it was; the next one comes soon.
  const renew = () => void count().then(setShare, () => undefined);
  renew();
  return setInterval(renew, shareEveryMs).unref();
}

await runProcess(async (stopping) => {
  const config = loadWorkerConfig(process.env, readTextFile);
  const logger = createLogger({ name: 'worker', level: config.logLevel });
  logger.info({ temporal: config.temporal.address }, 'worker is starting');
  const live = createLiveChannels({
    initial: config.channels,
    read: () => loadChannelsFile(process.env, readTextFile),
    logger,
  });
  const metrics = await installRuntime({ logger, hasMetrics: config.metricsPort !== null });
  const { namespace, taskQueue } = config.temporal;
  const identity = `worker@${hostname()}:${process.pid}`;

  let isRunning = false;
  let watch: ReturnType<typeof watchTemporal> | undefined;
  const ops =
    config.metricsPort === null
      ? undefined
      : await startOpsServer({
          host: '0.0.0.0',
          port: config.metricsPort,
          metrics: () => metrics.read(),
          readiness: async () => {
            if (!isRunning) return { isReady: false, reason: 'the worker is starting' };
            return watch?.isReachable()
              ? { isReady: true }
              : { isReady: false, reason: 'temporal does not answer' };
          },
        });

  const temporal = await connectPatiently(config.temporal, logger, stopping);
  watch = watchTemporal(temporal);
  const created = await ensureSearchAttributes(temporal.connection, namespace);
  if (created.length > 0) logger.info({ created }, 'search attributes created');

  const temporalLogger = toTemporalLogger(logger);
  const { connection, client } = temporal;
  const workflowBundle = await loadWorkflowBundle(temporalLogger);
  await proveWorkflowBundle({ connection, namespace, identity, client, workflowBundle });

  const contactCentre = createCxoneContactCentre({ ...config.cxone, clock: Date.now, logger });
  const threads = createThreads({
    client,
    taskQueue,
    admission: openAdmission,
    channels: live.channels,
  });
  const platforms = createWebhookPlatforms({
    channels: live.channels,
    clock: Date.now,
    ...(config.fileLinks && { toFileUrl: createTextFileUrls(config.fileLinks) }),
  });
  const lookAtFileTexts = () => {
    const channelIds = config.fileLinks ? [] : channelsWithFileTexts(live.channels.values());
    if (channelIds.length > 0) logger.warn({ channelIds }, 'files in texts run out');
  };
  lookAtFileTexts();
  const worker = await createThreadWorker({
    connection,
    namespace,
    identity,
    taskQueue,
    workflowBundle,
    activities: createWorkerActivities({
      contactCentre,
      platforms,
      threads,
      channels: live.channels,
    }),
  });
  const done = worker.run();
  const shares = keepShare(
    () => countWorkers(client, taskQueue),
    (workers) => contactCentre.setShare(workers),
  );
  const customFields = keepCustomFields({
    contactCentre,
    channels: live.channels,
    logger,
    // An early end of the pause is no failure.
    pause: (ms, signal) => pause(ms, undefined, { signal }).catch(() => undefined),
  });
  isRunning = true;
  logger.info({ taskQueue, namespace }, 'worker is ready');
  const watchers = keepWatchers({ client, taskQueue, channels: live.channels, logger });

  return {
    ended: done,
    reload() {
      live.reload();
      lookAtFileTexts();
      watchers.look();
      customFields.look();
    },
    async stop() {
      isRunning = false;
      watchers.close();
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await Promise.all([done, customFields.close()]);
      clearInterval(shares);
      watch?.close();
      ops?.close();
      await contactCentre.close();
      await platforms.close();
      await temporal.close();
      logger.info('worker has stopped');
    },
  };
});
