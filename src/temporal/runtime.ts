/** @module Temporal's own log lines and metrics, brought to where the process keeps its own. */
import { createServer } from 'node:net';
import { DefaultLogger, type LogLevel, type LogMetadata, Runtime } from '@temporalio/worker';
import type { Logger } from 'pino';

const levels: Readonly<Record<LogLevel, 'trace' | 'debug' | 'info' | 'warn' | 'error'>> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
};

/** What workers say that are just as they are meant to be: a gateway's has no workflows. */
const routine = [
  'Worker state changed',
  'No workflows registered',
  'No activities registered',
] as const;

/** What the SDK reports of itself: nothing, or Prometheus text. */
export interface TemporalMetrics {
  read(): Promise<string>;
}

/** A pino logger as Temporal's parts want one. Must be installed before any of them starts. */
export function toTemporalLogger(logger: Logger): DefaultLogger {
  return new DefaultLogger('INFO', ({ level, message, meta }) => {
    const isRoutine = routine.some((start) => message.startsWith(start));
    logger[isRoutine ? 'debug' : levels[level]](toFacts(meta), message);
  });
}

/**
 * A logger writes an error's message under `err` alone, and there the failure's type, which is its
 * code, gives way to the name of its class. A task's token is of use to nobody.
 */
function toFacts(meta: LogMetadata = {}): object {
  const { error, taskToken: _, ...facts } = meta;
  if (error === undefined) return facts;
  const code: unknown = Object(error)['type'];
  return { ...facts, ...(typeof code === 'string' ? { code } : {}), err: error };
}

/** Installs the process's runtime; call it once, before the first connection. */
export async function installRuntime(deps: {
  readonly logger: Logger;
  readonly hasMetrics: boolean;
}): Promise<TemporalMetrics> {
  const temporalLogger = toTemporalLogger(deps.logger);
  const port = deps.hasMetrics ? await freePort() : undefined;
  Runtime.install({
    logger: temporalLogger,
    // The process decides when it ends, and ends its workers itself.
    shutdownSignals: [],
    telemetryOptions: {
      logging: { forward: {}, filter: { core: 'WARN', other: 'WARN' } },
      ...(port === undefined
        ? {}
        : { metrics: { prometheus: { bindAddress: `127.0.0.1:${port}` } } }),
    },
  });
  return {
    async read() {
      if (port === undefined) return '';
      const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
      return await answer.text();
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : undefined;
      server.close(() => {
        if (port === undefined) reject(new Error('no free port'));
        else resolve(port);
      });
    });
  });
}
