import { z } from 'zod';
import { type Environment, failConfig, type ReadFile, readEnvironment } from './environment.js';
import {
  type TemporalServerConfig,
  temporalServerShape,
  toTemporalServerConfig,
} from './temporal-server.js';
import { httpUrl, port, portOrOff, text } from './variables.js';

/** Where the parts of the sandbox listen; its data is the Temporal server's `dataDir`. */
export interface SandboxConfig {
  readonly temporal: TemporalServerConfig;
  readonly gateway: { readonly host: string; readonly port: number; readonly publicUrl: string };
  readonly simulator: { readonly host: string; readonly port: number };
  readonly platform: { readonly host: string; readonly port: number };
  /** Null takes a free port. */
  readonly workerMetricsPort: number | null;
  /** Absent means the project's own channels. */
  readonly channelsFile?: string;
}

// The parts must know each other's ports beforehand, so none may be picked at random.
const fixedPort = port.refine((value) => value !== 0, { error: 'a port, 1 to 65535' });

const schema = z.object({
  ...temporalServerShape,
  GATEWAY_HOST: text.prefault('127.0.0.1'),
  GATEWAY_PORT: fixedPort.prefault('8080'),
  GATEWAY_PUBLIC_URL: httpUrl.optional(),
  SIMULATOR_HOST: text.prefault('127.0.0.1'),
  SIMULATOR_PORT: fixedPort.prefault('9090'),
  PLATFORM_HOST: text.prefault('127.0.0.1'),
  PLATFORM_PORT: fixedPort.prefault('9191'),
  WORKER_METRICS_PORT: portOrOff.prefault('off'),
  CHANNELS_FILE: text.optional(),
});

/** Names every variable that the sandbox itself reads; each also accepts `<NAME>_FILE`. */
export const sandboxVariables: readonly string[] = Object.keys(schema.shape);

/** Reads what `npm start` needs; throws a ConfigError that lists everything wrong. */
export function loadSandboxConfig(env: Environment, readFile: ReadFile): SandboxConfig {
  const { values, problems } = readEnvironment(schema, env, readFile);
  if (!values) failConfig("The sandbox's configuration", problems);
  const { GATEWAY_HOST, GATEWAY_PORT, GATEWAY_PUBLIC_URL, CHANNELS_FILE } = values;
  return {
    temporal: toTemporalServerConfig(values),
    gateway: {
      host: GATEWAY_HOST,
      port: GATEWAY_PORT,
      publicUrl: GATEWAY_PUBLIC_URL ?? `http://localhost:${GATEWAY_PORT}`,
    },
    simulator: { host: values.SIMULATOR_HOST, port: values.SIMULATOR_PORT },
    platform: { host: values.PLATFORM_HOST, port: values.PLATFORM_PORT },
    workerMetricsPort: values.WORKER_METRICS_PORT || null,
    ...(CHANNELS_FILE !== undefined && { channelsFile: CHANNELS_FILE }),
  };
}
