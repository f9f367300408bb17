import { createLogger } from '../logging/logger.js';
import { loadSimulatorConfig, SimulatorConfigError } from '../simulators/cxone/config.js';
import { startSimulator } from '../simulators/cxone/simulator.js';
import { loadPage } from './page-assets.js';

async function main(): Promise<void> {
  const config = loadSimulatorConfig(process.env);
  const logger = createLogger({ name: 'simulator', level: config.logLevel });
  const simulator = await startSimulator({
    ...config,
    logger,
    consoleAssets: await loadPage('console'),
  });
  const { url } = simulator;
  logger.info({ url, console: `${url}/console/`, box: config.boxUrl }, 'simulator is ready');

  const stop = (signal: NodeJS.Signals) => {
    logger.info({ signal }, 'simulator stops');
    simulator.close().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ error: String(error) }, 'simulator did not stop cleanly');
        process.exit(1);
      },
    );
  };
  // Nothing of it can be read again, so SIGHUP means what it does at a terminal that is closed.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, stop);
}

main().catch((error: unknown) => {
  const text = error instanceof SimulatorConfigError ? error.message : String(error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
});
