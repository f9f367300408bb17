/** The sandbox as a whole: what is started in which order, and what a person is told. */
import type { WriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { SandboxConfig } from '../../config/sandbox.js';
import { dataFileIn, untilDataFileIsFree } from '../../temporal/embedded/data-file.js';
import { findTemporalCli } from '../../temporal/embedded/find-temporal-cli.js';
import { startOrphanGuard } from '../../temporal/embedded/orphan-guard.js';
import { findFreePort } from '../../temporal/embedded/ports.js';
import { startEmbeddedTemporal } from '../../temporal/embedded/start-embedded-temporal.js';
import { provideChannels } from './channels.js';
import { forgetRun, noteRun, type PortClaim, untilPortsAreFree } from './claims.js';
import { loadCredentials } from './credentials.js';
import { toLocalUrl, toSandboxEnvironments } from './environment.js';
import { openLogFile } from './log-files.js';
import { startNodeProcess } from './node-process.js';
import { type RunningProcess, type Supervisor, supervise } from './supervisor.js';

/** What the sandbox is made from. */
export interface SandboxOptions {
  readonly config: SandboxConfig;
  readonly env: NodeJS.ProcessEnv;
  /** Forget the data of earlier starts. */
  readonly isFresh: boolean;
  /** Gets each line for the terminal. */
  readonly say: (line: string) => void;
}

/** All the processes together. */
export interface Sandbox {
  /** Starts everything and says where to look; throws the first thing that goes wrong. */
  start(events: { readonly onGiveUp: (reason: string) => void }): Promise<void>;
  /** Ends everything that was started, within 9 s. */
  stop(): Promise<void>;
}

type PartName = 'temporal' | 'simulator' | 'platform' | 'gateway' | 'worker';

/** Those who use Temporal leave before it does, so that they can finish what they have in hand. */
const stopOrder: readonly { readonly names: readonly PartName[]; readonly limitMs: number }[] = [
  { names: ['gateway', 'worker'], limitMs: 5_000 },
  { names: ['simulator', 'platform', 'temporal'], limitMs: 2_500 },
];

/** Builds a sandbox that has not been started. */
export function createSandbox(options: SandboxOptions): Sandbox {
  const { config, env, say } = options;
  const dataDir = resolve(config.temporal.dataDir);
  const dataFile = dataFileIn(dataDir);
  const leaving = new AbortController();
  const guard = startOrphanGuard();
  const parts = new Map<PartName, Supervisor>();
  let starting: Promise<void> | undefined;

  const report = (line: string): void => {
    if (!leaving.signal.aborted) say(line);
  };

  /** Waits for all starts; the first that fails gives up the others, and is the one to report. */
  const allOrNone = async (starts: readonly Promise<void>[]): Promise<void> => {
    const failures: unknown[] = [];
    const ended = starts.map((one) =>
      one.catch((error: unknown) => {
        failures.push(error);
        leaving.abort();
      }),
    );
    await Promise.all(ended);
    if (failures.length > 0) throw failures[0];
  };

  const start: Sandbox['start'] = async ({ onGiveUp }) => {
    const begin = performance.now();
    const host = config.temporal.host;
    const gatewayUrl = toLocalUrl(config.gateway.host, config.gateway.port);
    const platformUrl = toLocalUrl(config.platform.host, config.platform.port);
    const temporalPort = config.temporal.port || (await findFreePort(host));
    const uiPort = config.temporal.uiPort || (await findFreePort(host));
    const metricsPort = config.workerMetricsPort ?? (await findFreePort('127.0.0.1'));
    await untilPortsAreFree(
      [
        { variable: 'TEMPORAL_ADDRESS', host, port: temporalPort },
        { variable: 'TEMPORAL_UI_PORT', host, port: uiPort },
        { variable: 'SIMULATOR_PORT', ...config.simulator },
        { variable: 'PLATFORM_PORT', ...config.platform },
        { variable: 'GATEWAY_PORT', host: config.gateway.host, port: config.gateway.port },
        { variable: 'WORKER_METRICS_PORT', host: '127.0.0.1', port: metricsPort },
      ] satisfies PortClaim[],
      dataDir,
    );
    await untilDataFileIsFree(dataFile);
    if (options.isFresh) await forgetData(dataDir);
    await mkdir(dataDir, { recursive: true });
    await noteRun(dataDir);
    const logDir = join(dataDir, 'logs');
    const credentials = await loadCredentials(join(dataDir, 'credentials.json'));
    const channelsFile = config.channelsFile
      ? resolve(config.channelsFile)
      : await provideChannels({
          projectFile: findProjectFile('channels.json'),
          copy: join(dataDir, 'channels.json'),
          gatewayUrls: [config.gateway.publicUrl, gatewayUrl],
          platformUrl,
        });

    const add = async (
      name: PartName,
      startPart: (signal: AbortSignal, logFile: WriteStream) => Promise<RunningProcess>,
    ): Promise<void> => {
      const started = performance.now();
      const logFile = await openLogFile(logDir, name);
      const supervisor = await supervise({
        name,
        signal: leaving.signal,
        start: (signal) => startPart(signal, logFile),
        report,
        onGiveUp,
      });
      parts.set(name, supervisor);
      report(`  ${name.padEnd(9)} ready after ${seconds(started)}, pid ${supervisor.pid()}`);
    };

    const cli = await findTemporalCli({ env, onProgress: (line) => report(`  ${line}`) });
    leaving.signal.throwIfAborted();
    report(`Starting. Temporal ${cli.serverVersion} is from: ${cli.source} (${cli.path})`);
    await add('temporal', (signal, logFile) =>
      startEmbeddedTemporal({
        cli: cli.path,
        env,
        host,
        port: temporalPort,
        uiPort,
        namespace: config.temporal.namespace,
        dataFile,
        logLevel: 'warn',
        signal,
        // Only into the file: the server calls it an error when a client leaves.
        onOutput: (line) => void logFile.write(`${line}\n`),
      }),
    );

    const environments = toSandboxEnvironments(
      {
        config,
        credentials,
        dataDir,
        temporalAddress: `${host}:${temporalPort}`,
        channelsFile,
        workerMetricsPort: metricsPort,
      },
      env,
    );
    const addNode = (name: Exclude<PartName, 'temporal'>, readyUrl: string): Promise<void> =>
      add(name, (signal, logFile) =>
        startNodeProcess(
          { name, env: environments[name], readyUrl, logFile, guard, report },
          signal,
        ),
      );
    const simulatorUrl = toLocalUrl(config.simulator.host, config.simulator.port);
    await addNode('simulator', `${simulatorUrl}/livez`);
    await allOrNone([
      addNode('platform', `${platformUrl}/livez`),
      addNode('worker', `${toLocalUrl('127.0.0.1', metricsPort)}/readyz`),
      addNode('gateway', `${gatewayUrl}/readyz`),
    ]);

    const pids = [...parts.values()].map((part) => `${part.name} ${pidOf(part)}`);
    const namespace = encodeURIComponent(config.temporal.namespace);
    report(
      [
        '',
        `Isthmus runs (${seconds(begin)}). Open:`,
        '',
        `  The Watering Hole, with the chat widget   ${config.gateway.publicUrl}/`,
        `  Bush Telegraph, a platform as an example  ${platformUrl}/`,
        `  The agent's console                       ${simulatorUrl}/console/`,
        `  Temporal's Web UI                         ${toLocalUrl(host, uiPort)}/namespaces/${namespace}/workflows`,
        '',
        `  Processes: ${pids.join(', ')}. Logs: ${logDir}`,
        `  Kill the worker while you chat and watch nothing get lost: kill -9 ${pidOf(parts.get('worker'))}`,
        '  Ctrl-C ends all of it; the next start goes on from there.',
        '',
      ].join('\n'),
    );
  };

  return {
    start: (events) => {
      starting = start(events);
      return starting;
    },
    stop: async () => {
      const begin = performance.now();
      leaving.abort();
      // What is being started notices and ends what it had begun; it may not hold us up.
      await Promise.race([starting?.catch(() => undefined), sleep(1_500)]);
      for (const { names, limitMs } of stopOrder) {
        await Promise.all(names.map(async (name) => parts.get(name)?.stop(limitMs)));
      }
      guard.close();
      await forgetRun(dataDir);
      if (parts.size > 0) say(`All processes have ended (${seconds(begin)}).`);
    },
  };
}

/** Removes what the sandbox itself has made, and nothing else that may lie in the folder. */
async function forgetData(dataDir: string): Promise<void> {
  for (const name of ['temporal', 'simulator', 'logs', 'credentials.json', 'channels.json']) {
    await rm(join(dataDir, name), { recursive: true, force: true });
  }
}

/** Finds a file at the root of the project, from the sources or from the build in dist. */
function findProjectFile(name: string): string {
  const isSource = import.meta.url.endsWith('.ts');
  return fileURLToPath(
    new URL(`${isSource ? '../../../' : '../../../../'}${name}`, import.meta.url),
  );
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1_000).toFixed(1)} s`;
}

function pidOf(part?: Supervisor): string {
  return String(part?.pid() ?? '(starting again)');
}
