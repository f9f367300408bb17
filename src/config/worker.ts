import { z } from 'zod';
import type { ChannelDefinition } from '../domain/channel.js';
import type { ChannelId } from '../domain/ids.js';
import { channelsFileShape, readChannelsFile } from './channels-file.js';
import { type CxoneConfig, cxoneRules, cxoneShape, toCxoneConfig } from './cxone.js';
import { type Environment, failConfig, type ReadFile, readEnvironment } from './environment.js';
import { type TemporalConfig, temporalRules, temporalShape, toTemporalConfig } from './temporal.js';
import { httpUrl, key, logLevel, portOrOff } from './variables.js';

/** What a worker is told by its environment. */
export interface WorkerConfig {
  readonly temporal: TemporalConfig;
  readonly cxone: CxoneConfig;
  readonly channels: ReadonlyMap<ChannelId, ChannelDefinition>;
  /** How gateways make and read the addresses of files; absent where the worker is not told. */
  readonly fileLinks?: { readonly publicUrl: string; readonly key: string };
  /** Where the worker answers `/livez`, `/readyz` and `/metrics`; null is nowhere. */
  readonly metricsPort: number | null;
  readonly logLevel: z.infer<typeof logLevel>;
}

const rules = [...temporalRules, ...cxoneRules];

function workerSchema(readFile: ReadFile) {
  return z.object({
    ...temporalShape(readFile),
    ...cxoneShape,
    ...channelsFileShape,
    GATEWAY_PUBLIC_URL: httpUrl.optional(),
    SESSION_TOKEN_KEY: key.optional(),
    WORKER_METRICS_PORT: portOrOff.prefault('off'),
    LOG_LEVEL: logLevel.default('info'),
  });
}

/** Names every variable that a worker reads; each also accepts `<NAME>_FILE`. */
export const workerVariables: readonly string[] = Object.keys(workerSchema(() => '').shape);

/** Reads a worker's configuration; throws one ConfigError that lists every problem. */
export function loadWorkerConfig(env: Environment, readFile: ReadFile): WorkerConfig {
  const { values, problems } = readEnvironment(workerSchema(readFile), env, readFile, rules);
  const { channels, problems: channelProblems } = readChannelsFile(env, readFile);
  if (values === undefined || channels === undefined) {
    failConfig("The worker's configuration", [...problems, ...channelProblems]);
  }
  const { GATEWAY_PUBLIC_URL: publicUrl, SESSION_TOKEN_KEY: linkKey } = values;
  return {
    temporal: toTemporalConfig(values),
    cxone: toCxoneConfig(values),
    channels,
    ...(publicUrl === undefined || linkKey === undefined
      ? {}
      : { fileLinks: { publicUrl, key: linkKey } }),
    metricsPort: values.WORKER_METRICS_PORT,
    logLevel: values.LOG_LEVEL,
  };
}
