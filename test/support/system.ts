import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OwnProcess, startOwnProcess, waitUntilReady } from './child-process.js';

/** A gateway, a worker, a simulator: each a process of its own, on ports of their own. */
export interface System {
  readonly simulatorUrl: string;
  readonly gatewayUrls: readonly string[];
  /** The example of a platform, where there is one; its channel is `bush-telegraph`. */
  readonly platformUrl: string;
  readonly taskQueue: string;
  readonly processes: ReadonlyMap<string, OwnProcess>;
  startWorker(name?: string): Promise<OwnProcess>;
  startGateway(index: number): Promise<OwnProcess>;
  /** Replaces the channels file; who has read it does not notice. Text is written as it is. */
  writeChannels(content: unknown): Promise<void>;
  close(): Promise<void>;
}

/** How a system differs from the plain one: one gateway, one worker. */
export interface SystemOptions {
  readonly temporalAddress: string;
  readonly gateways?: number;
  readonly workers?: number;
  /** Whether the example of a platform runs, as a second channel; and its policy. */
  readonly hasPlatform?: boolean;
  /** Makes further channels, of the gateways' origins. */
  readonly more?: (gatewayUrls: readonly string[]) => readonly object[];
  readonly platformPolicy?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** The channels file's content, or what makes it of the origins; the sandbox's by default. */
  readonly channels?: unknown;
  /** Instead of the sandbox's channel, one like it for each of these ids, with this policy. */
  readonly policies?: Readonly<Record<string, object>>;
}

/** What the simulator signs its events with. */
export const eventsSecret = 'events-secret';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no free port');
  return address.port;
}

const widgetChannel = {
  name: 'The Watering Hole',
  adapter: { kind: 'widget', identity: { kind: 'anonymous' } },
  limits: { sessionsPerMinute: 100_000, messagesPerMinute: 100_000 },
  customFields: [{ ident: 'species', label: 'Species', type: 'text' }],
};

function channelsOf(gatewayUrls: readonly string[], policies: Readonly<Record<string, object>>) {
  const channels = Object.entries(policies).map(([id, policy]) => ({
    ...widgetChannel,
    id,
    adapter: { ...widgetChannel.adapter, allowedOrigins: gatewayUrls },
    policy,
  }));
  return { channels };
}

/** What the example of a platform signs its events with. */
export const platformSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

/** The channel of the example of a platform, as the sandbox has it. */
export const platformChannelAt = (url: string) => ({
  id: 'bush-telegraph',
  name: 'Bush Telegraph',
  adapter: {
    kind: 'webhook',
    url: `${url}/agent-messages`,
    secretEnv: 'BUSH_TELEGRAPH_SECRET',
    shows: ['attachments', 'replies'],
    recipientsUrl: `${url}/recipients`,
  },
  limits: { messagesPerMinute: 100_000 },
});

/** Starts a system on a Temporal server that runs already; resolves when all of it is ready. */
export async function startSystem(options: SystemOptions): Promise<System> {
  const { temporalAddress, gateways = 1, workers = 1, hasPlatform = false } = options;
  const folder = await mkdtemp(join(tmpdir(), 'isthmus-'));
  const taskQueue = `threads-${randomUUID()}`;
  const simulatorPort = await freePort();
  const platformPort = await freePort();
  const gatewayPorts = await Promise.all(Array.from({ length: gateways }, freePort));
  const gatewayUrls = gatewayPorts.map((port) => `http://127.0.0.1:${port}`);
  const simulatorUrl = `http://127.0.0.1:${simulatorPort}`;
  const platformUrl = `http://127.0.0.1:${platformPort}`;
  const channelsFile = join(folder, 'channels.json');
  const { channels } = channelsOf(gatewayUrls, options.policies ?? { 'watering-hole': {} });
  const platforms = hasPlatform
    ? [{ ...platformChannelAt(platformUrl), policy: options.platformPolicy ?? {} }]
    : [];
  const more = options.more?.(gatewayUrls) ?? [];
  const usual = { channels: [...channels, ...platforms, ...more] };
  const chosen: unknown =
    typeof options.channels === 'function' ? options.channels(gatewayUrls) : options.channels;
  await writeFile(channelsFile, JSON.stringify(chosen ?? usual));

  const env = {
    TEMPORAL_ADDRESS: temporalAddress,
    TEMPORAL_TASK_QUEUE: taskQueue,
    CXONE_ISSUER: simulatorUrl,
    CXONE_TENANT_ID: 'jungle-tenant',
    CXONE_INTEGRATION_ID: 'jungle-integration',
    CXONE_CLIENT_ID: 'isthmus',
    CXONE_CLIENT_SECRET: 'client-secret',
    CXONE_ACCESS_KEY_ID: 'key-id',
    CXONE_ACCESS_KEY_SECRET: 'key-secret',
    BOX_CLIENT_ID: 'cxone',
    BOX_CLIENT_SECRET: 'box-secret',
    BOX_TOKEN_KEY: 'box-token-key-of-32-characters-at-least',
    SESSION_TOKEN_KEY: 'session-token-key-of-32-characters-min',
    EVENTS_SECRET: eventsSecret,
    BUSH_TELEGRAPH_SECRET: platformSecret,
    CHANNELS_FILE: channelsFile,
    LOG_LEVEL: 'info',
    ...options.env,
  };
  const processes = new Map<string, OwnProcess>();

  const start = async (
    name: string,
    program: string,
    own: Record<string, string>,
    readyUrl: string,
  ): Promise<OwnProcess> => {
    const started = startOwnProcess(program, { ...env, ...own });
    processes.set(name, started);
    await waitUntilReady(readyUrl, started);
    return started;
  };

  const system: System = {
    simulatorUrl,
    gatewayUrls,
    platformUrl,
    taskQueue,
    processes,
    async startWorker(name = 'worker') {
      const port = await freePort();
      const own = {
        WORKER_METRICS_PORT: String(port),
        GATEWAY_PUBLIC_URL: gatewayUrls[0] ?? '',
      };
      return await start(name, 'worker', own, `http://127.0.0.1:${port}/readyz`);
    },
    async startGateway(index) {
      const port = gatewayPorts[index];
      const url = gatewayUrls[index];
      if (port === undefined || url === undefined) throw new Error(`no gateway ${index}`);
      const own = { GATEWAY_PORT: String(port), GATEWAY_PUBLIC_URL: url };
      return await start(`gateway-${index}`, 'gateway', own, `${url}/readyz`);
    },
    async writeChannels(content) {
      await writeFile(
        channelsFile,
        typeof content === 'string' ? content : JSON.stringify(content),
      );
    },
    async close() {
      await Promise.all([...processes.values()].map((one) => one.stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };

  const simulatorEnv = {
    SIMULATOR_PORT: String(simulatorPort),
    SIMULATOR_BOX_URL: `${gatewayUrls[0]}/integration/box`,
    SIMULATOR_EVENTS_URL: `${gatewayUrls[0]}/integration/events`,
    SIMULATOR_ACTION_URL: `${gatewayUrls[0]}/integration/action`,
    DATA_DIR: join(folder, 'simulator'),
  };
  try {
    await start('simulator', 'simulator', simulatorEnv, `${simulatorUrl}/readyz`);
    if (hasPlatform) {
      const own = {
        PLATFORM_PORT: String(platformPort),
        PLATFORM_GATEWAY_URL: gatewayUrls[0] ?? '',
      };
      await start('platform', 'platform', own, `${platformUrl}/livez`);
    }
    await Promise.all([
      ...gatewayPorts.map((_port, index) => system.startGateway(index)),
      ...Array.from({ length: workers }, (_none, index) => system.startWorker(`worker-${index}`)),
    ]);
  } catch (error) {
    await system.close();
    throw error;
  }
  return system;
}
