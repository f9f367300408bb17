/** What each process of the sandbox is told, so that they find and trust each other. */
import type { SandboxConfig } from '../../config/sandbox.js';
import { platformChannelId } from './channels.js';
import type { SandboxCredentials } from './credentials.js';

/** One environment for each process. */
export interface SandboxEnvironments {
  readonly simulator: NodeJS.ProcessEnv;
  readonly gateway: NodeJS.ProcessEnv;
  readonly worker: NodeJS.ProcessEnv;
  readonly platform: NodeJS.ProcessEnv;
}

/** What the sandbox decided while it started. */
export interface SandboxWiring {
  readonly config: SandboxConfig;
  readonly credentials: SandboxCredentials;
  /** An absolute path. */
  readonly dataDir: string;
  /** host:port of the Temporal server that runs. */
  readonly temporalAddress: string;
  readonly channelsFile: string;
  readonly workerMetricsPort: number;
}

/** Where a tenant or a cluster of the user's own is named; none of it may reach the stand-ins. */
const foreign =
  /^(CXONE|BOX|EVENTS|BUSH_TELEGRAPH|TEMPORAL)_|^(SESSION_TOKEN_KEY|CHANNELS_FILE|DATA_DIR)/;
/** What the sandbox gives directly must not be given by a file as well. */
const givenByFile = /^(GATEWAY|SIMULATOR|PLATFORM|WORKER_METRICS)_.*_FILE$/;
/** Limits that may be tried out in the sandbox too. */
const kept = new Set([
  'CXONE_TIMEOUT',
  'CXONE_INTEGRATION_ID',
  'CXONE_READS_PER_SECOND',
  'CXONE_POSTS_PER_SECOND',
  'BOX_TOKEN_TTL',
  'TEMPORAL_TASK_QUEUE',
]);

/** Builds the environments from the user's own, less what points at other systems. */
export function toSandboxEnvironments(
  wiring: SandboxWiring,
  userEnv: NodeJS.ProcessEnv,
): SandboxEnvironments {
  const { config, credentials } = wiring;
  const base: NodeJS.ProcessEnv = Object.fromEntries(
    Object.entries(userEnv).filter(
      ([name]) => kept.has(name) || !(foreign.test(name) || givenByFile.test(name)),
    ),
  );
  const { gateway, simulator, platform } = config;
  const simulatorUrl = toLocalUrl(simulator.host, simulator.port);
  const gatewayUrl = toLocalUrl(gateway.host, gateway.port);
  const engine: NodeJS.ProcessEnv = {
    ...base,
    TEMPORAL_ADDRESS: wiring.temporalAddress,
    TEMPORAL_NAMESPACE: config.temporal.namespace,
    CHANNELS_FILE: wiring.channelsFile,
    CXONE_ISSUER: simulatorUrl,
    ...credentials,
  };
  return {
    simulator: {
      ...base,
      ...credentials,
      SIMULATOR_HOST: simulator.host,
      SIMULATOR_PORT: String(simulator.port),
      SIMULATOR_BOX_URL: `${gatewayUrl}/integration/box`,
      SIMULATOR_EVENTS_URL: `${gatewayUrl}/integration/events`,
      SIMULATOR_ACTION_URL: `${gateway.publicUrl}/integration/action`,
      DATA_DIR: wiring.dataDir,
    },
    gateway: {
      // A tenant gives an id when the integration is saved; the stand-in takes any.
      CXONE_INTEGRATION_ID: 'sandbox-integration',
      ...engine,
      GATEWAY_HOST: gateway.host,
      GATEWAY_PORT: String(gateway.port),
      GATEWAY_PUBLIC_URL: gateway.publicUrl,
    },
    platform: {
      ...base,
      PLATFORM_HOST: platform.host,
      PLATFORM_PORT: String(platform.port),
      PLATFORM_GATEWAY_URL: gatewayUrl,
      PLATFORM_CHANNEL: platformChannelId,
      BUSH_TELEGRAPH_SECRET: credentials.BUSH_TELEGRAPH_SECRET,
    },
    worker: {
      ...engine,
      GATEWAY_PUBLIC_URL: gateway.publicUrl,
      WORKER_METRICS_PORT: String(wiring.workerMetricsPort),
    },
  };
}

/** Gives the address at which this machine reaches a process that listens there. */
export function toLocalUrl(host: string, port: number): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
