/**
 * `npm start`: the Temporal server, the simulator, a gateway and a worker, each a process of its
 * own that is kept running. `--fresh` forgets what earlier starts have left.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ConfigError } from '../config/config-error.js';
import { loadSandboxConfig } from '../config/sandbox.js';
import { DataFileInUseError } from '../temporal/embedded/data-file.js';
import { TemporalCliNotFoundError } from '../temporal/embedded/find-temporal-cli.js';
import {
  EmbeddedTemporalError,
  PortInUseError,
} from '../temporal/embedded/start-embedded-temporal.js';
import { PortsTakenError } from './sandbox/claims.js';
import { createSandbox } from './sandbox/create-sandbox.js';
import { NotReadyError } from './sandbox/node-process.js';

const expected = [
  ConfigError,
  DataFileInUseError,
  EmbeddedTemporalError,
  NotReadyError,
  PortInUseError,
  PortsTakenError,
  TemporalCliNotFoundError,
];

// A reader of our output that leaves, such as `head`, is no reason to leave without order.
process.stdout.on('error', () => undefined);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return expected.some((kind) => error instanceof kind)
    ? error.message
    : (error.stack ?? error.message);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { fresh: { type: 'boolean', default: false } } });
  const config = loadSandboxConfig(process.env, (path) => readFileSync(path, 'utf8'));
  const sandbox = createSandbox({ config, env: process.env, isFresh: values.fresh, say });

  let askedAt: number | undefined;
  const leave = async (code: number): Promise<void> => {
    await sandbox.stop();
    process.exit(code);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // One Ctrl-C arrives twice under npm: from the terminal, and passed on.
      if (askedAt !== undefined && Date.now() - askedAt < 1_000) return;
      if (askedAt !== undefined) process.exit(1);
      askedAt = Date.now();
      say('\nLeaving; a second Ctrl-C leaves at once.');
      void leave(0);
    });
  }
  try {
    await sandbox.start({
      onGiveUp: (reason) => {
        say(`Giving up: ${reason}.`);
        void leave(1);
      },
    });
  } catch (error) {
    if (askedAt !== undefined) return;
    say(describe(error));
    await leave(1);
  }
}

try {
  await main();
} catch (error) {
  say(describe(error));
  process.exitCode = 1;
}
