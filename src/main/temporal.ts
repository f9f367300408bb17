/** `npm run temporal`: only the embedded Temporal server, which keeps its data over restarts. */
import { readFileSync } from 'node:fs';
import { ConfigError } from '../config/config-error.js';
import { loadTemporalServerConfig } from '../config/temporal-server.js';
import { DataFileInUseError, dataFileIn } from '../temporal/embedded/data-file.js';
import {
  findTemporalCli,
  TemporalCliNotFoundError,
} from '../temporal/embedded/find-temporal-cli.js';
import {
  EmbeddedTemporalError,
  PortInUseError,
  startEmbeddedTemporal,
} from '../temporal/embedded/start-embedded-temporal.js';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const complain = (line: string): void => void process.stderr.write(`${line}\n`);

async function run(): Promise<void> {
  const config = loadTemporalServerConfig(process.env, (path) => readFileSync(path, 'utf8'));
  const cli = await findTemporalCli({ env: process.env, onProgress: say });
  const dataFile = dataFileIn(config.dataDir);
  const leaving = new AbortController();
  // Nothing of it can be read again, so SIGHUP means what it does at a terminal that is closed.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => leaving.abort());
  }
  const server = await startEmbeddedTemporal({
    cli: cli.path,
    env: process.env,
    host: config.host,
    ...(config.port !== 0 && { port: config.port }),
    uiPort: config.uiPort === 0 ? 'free' : config.uiPort,
    namespace: config.namespace,
    dataFile,
    signal: leaving.signal,
    onOutput: (line) => {
      if (!leaving.signal.aborted) complain(line);
    },
  });
  say(
    `Temporal ${cli.serverVersion} (${cli.source}) answers at ${server.address}, pid ${server.pid}`,
  );
  say(`its Web UI: http://${config.host}:${server.uiPort}, its data: ${dataFile}`);

  leaving.signal.addEventListener('abort', () => void server.stop(8_000));
  const exit = await server.exited;
  if (!leaving.signal.aborted) {
    complain(`Temporal ended by itself (code ${exit.code}, signal ${exit.signal})`);
    process.exitCode = 1;
  }
}

const expected = [
  ConfigError,
  DataFileInUseError,
  EmbeddedTemporalError,
  PortInUseError,
  TemporalCliNotFoundError,
];

try {
  await run();
} catch (error) {
  if (!(error instanceof Error && error.name === 'AbortError')) {
    const isExpected = expected.some((kind) => error instanceof kind);
    complain(isExpected && error instanceof Error ? error.message : String(error));
    if (error instanceof PortInUseError) complain('Set TEMPORAL_ADDRESS or TEMPORAL_UI_PORT.');
    process.exitCode = 1;
  }
}
