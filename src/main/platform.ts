/** @module `npm run platform`: an example of a platform, a second channel beside the widget. */
import { createLogger } from '../logging/logger.js';
import { loadPlatformConfig, PlatformConfigError } from '../simulators/platform/config.js';
import { startPlatform } from '../simulators/platform/platform.js';
import { loadPage } from './page-assets.js';

async function main(): Promise<void> {
  const config = loadPlatformConfig(process.env);
  const logger = createLogger({ name: 'platform', level: config.logLevel });
  const platform = await startPlatform({
    ...config,
    page: await loadPage('platform'),
    onRefused: (reason) => logger.warn({ reason }, 'request refused'),
  });
  logger.info({ url: platform.url, channelId: config.channelId }, 'platform is ready');

  const stop = (signal: NodeJS.Signals) => {
    logger.info({ signal }, 'platform stops');
    platform.close().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ error: String(error) }, 'platform did not stop cleanly');
        process.exit(1);
      },
    );
  };
  // Nothing of it can be read again, so SIGHUP means what it does at a terminal that is closed.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, stop);
}

main().catch((error: unknown) => {
  const text = error instanceof PlatformConfigError ? error.message : String(error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
});
