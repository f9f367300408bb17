/** Starts and stops a Temporal server as a child process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { searchAttributeTypes } from '../search-attributes.js';
import { claimDataFile, isListening, releaseDataFile, untilDataFileIsFree } from './data-file.js';
import { startOrphanGuard } from './orphan-guard.js';
import { findFreePort, isPortFree } from './ports.js';
import {
  type ServerLogLevel,
  type ServerSettings,
  toServerArguments,
  toServerEnvironment,
} from './server-arguments.js';

/** How to start the server. */
export interface EmbeddedTemporalOptions {
  /** The path of Temporal's CLI, as `findTemporalCli` gives it. */
  readonly cli: string;
  /** What the child inherits; its TEMPORAL_ variables are left out. */
  readonly env: NodeJS.ProcessEnv;
  /** Defaults to 127.0.0.1. */
  readonly host?: string;
  /** Defaults to a free port. */
  readonly port?: number;
  /** `'free'` takes a free port; absent means no Web UI. */
  readonly uiPort?: number | 'free';
  /** Defaults to `default`, which exists in any case. */
  readonly namespace?: string;
  /** Absent means that the server forgets all when it stops. */
  readonly dataFile?: string;
  /** Defaults to `error`: the server warns about its own start and stop. */
  readonly logLevel?: ServerLogLevel;
  /** Gets each line that the server writes; its log lines are JSON. */
  readonly onOutput?: (line: string) => void;
  /** The longest a start may take. Defaults to 60 s. */
  readonly startTimeoutMs?: number;
  /** Gives the start up; it then throws, and the server has ended. */
  readonly signal?: AbortSignal;
}

/** How the server's process ended. */
export interface ServerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A server that answers. */
export interface EmbeddedTemporal {
  /** host:port of its gRPC frontend. */
  readonly address: string;
  readonly namespace: string;
  readonly uiPort?: number;
  readonly pid: number;
  /** Resolves when the process has ended, by `stop` or by itself. */
  readonly exited: Promise<ServerExit>;
  /** Asks the server to leave and kills it after the limit, 5 s by default. May be repeated. */
  stop(limitMs?: number): Promise<void>;
}

/** A port that was asked for belongs to another process. */
export class PortInUseError extends Error {
  override readonly name = 'PortInUseError';
  readonly port: number;

  constructor(purpose: string, host: string, port: number) {
    super(`${purpose} cannot listen at ${host}:${port}: another process does`);
    this.port = port;
  }
}

/** The server ended before it answered, or did not answer in time. */
export class EmbeddedTemporalError extends Error {
  override readonly name = 'EmbeddedTemporalError';
}

/**
 * Starts the server and returns when it answers for its namespace with all search attributes.
 *
 * The server ends when this process is gone, also when it was killed. Throws `PortInUseError`,
 * `DataFileInUseError` or `EmbeddedTemporalError`.
 */
export async function startEmbeddedTemporal(
  options: EmbeddedTemporalOptions,
): Promise<EmbeddedTemporal> {
  const host = options.host ?? '127.0.0.1';
  if (options.dataFile !== undefined) {
    await mkdir(dirname(options.dataFile), { recursive: true });
    await untilDataFileIsFree(options.dataFile);
  }
  await refuseTakenPort('Temporal', host, options.port);
  await refuseTakenPort("Temporal's Web UI", host, options.uiPort);

  const deadline = Date.now() + (options.startTimeoutMs ?? 60_000);
  for (;;) {
    const uiPort = options.uiPort === 'free' ? await findFreePort(host) : options.uiPort;
    const settings: ServerSettings = {
      host,
      port: options.port ?? (await findFreePort(host)),
      namespace: options.namespace ?? 'default',
      logLevel: options.logLevel ?? 'error',
      ...(uiPort !== undefined && { uiPort }),
      ...(options.dataFile !== undefined && { dataFile: options.dataFile }),
    };
    const server = spawnServer(options, settings);
    try {
      await untilReady(server, settings, deadline, options.signal);
    } catch (error) {
      await server.stop(0);
      // Its inner ports are picked at random; another process may have been faster.
      const isRaceLost = server.lastLines().includes('address already in use');
      if (isRaceLost && Date.now() < deadline && !options.signal?.aborted) continue;
      throw error;
    }
    if (settings.dataFile !== undefined) {
      const { port } = settings;
      await claimDataFile(settings.dataFile, { pid: server.pid, host, port });
    }
    return {
      address: `${host}:${settings.port}`,
      namespace: settings.namespace,
      ...(uiPort !== undefined && { uiPort }),
      pid: server.pid,
      exited: server.exited,
      stop: async (limitMs = 5_000) => {
        await server.stop(limitMs);
        if (settings.dataFile !== undefined) await releaseDataFile(settings.dataFile);
      },
    };
  }
}

async function refuseTakenPort(
  purpose: string,
  host: string,
  port: number | 'free' | undefined,
): Promise<void> {
  if (typeof port === 'number' && !(await isPortFree(host, port))) {
    throw new PortInUseError(purpose, host, port);
  }
}

interface ServerProcess {
  readonly pid: number;
  readonly exited: Promise<ServerExit>;
  hasExited(): boolean;
  lastLines(): string;
  stop(limitMs: number): Promise<void>;
}

function spawnServer(options: EmbeddedTemporalOptions, settings: ServerSettings): ServerProcess {
  const guard = startOrphanGuard();
  // A process group of its own: a Ctrl-C in the terminal is for the parent, which stops the server
  // after those who use it.
  const child = spawn(options.cli, toServerArguments(settings), {
    env: toServerEnvironment(options.env),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const lines = keepLastLines(child, options.onOutput);
  let exit: ServerExit | undefined;
  const exited = new Promise<ServerExit>((resolve) => {
    child.once('error', (error) => {
      lines.push(error.message);
      resolve({ code: null, signal: null });
    });
    // 'close' and not 'exit': by then the last lines have been read.
    child.once('close', (code, signal) => resolve({ code, signal }));
  }).then((ended) => {
    exit = ended;
    if (child.pid !== undefined) guard.release(child.pid);
    guard.close();
    return ended;
  });
  if (child.pid !== undefined) guard.watch(child.pid);
  return {
    pid: child.pid ?? -1,
    exited,
    hasExited: () => exit !== undefined,
    lastLines: () => lines.join('\n'),
    stop: async (limitMs) => {
      if (exit) return;
      child.kill('SIGTERM');
      const killing = setTimeout(() => child.kill('SIGKILL'), limitMs);
      await exited;
      clearTimeout(killing);
    },
  };
}

function keepLastLines(child: ChildProcess, onOutput?: (line: string) => void): string[] {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      onOutput?.(line);
      lines.push(line);
      if (lines.length > 20) lines.shift();
    });
  }
  return lines;
}

async function untilReady(
  server: ServerProcess,
  settings: ServerSettings,
  deadline: number,
  signal?: AbortSignal,
): Promise<void> {
  const failUnlessGoingOn = (): void => {
    if (server.hasExited()) {
      throw new EmbeddedTemporalError(`Temporal ended while starting:\n${server.lastLines()}`);
    }
    signal?.throwIfAborted();
    if (Date.now() >= deadline) {
      throw new EmbeddedTemporalError(`Temporal does not answer:\n${server.lastLines()}`);
    }
  };
  // gRPC waits a second after a refused connection, so it is asked only once somebody listens.
  while (!(await isListening(settings.host, settings.port))) {
    failUnlessGoingOn();
    await sleep(20);
  }
  const connection = Connection.lazy({ address: `${settings.host}:${settings.port}` });
  try {
    while (!(await answers(connection, settings.namespace))) {
      failUnlessGoingOn();
      await sleep(20);
    }
  } finally {
    await connection.close();
  }
}

async function answers(connection: Connection, namespace: string): Promise<boolean> {
  try {
    return await connection.withDeadline(Date.now() + 5_000, async () => {
      await connection.workflowService.describeNamespace({ namespace });
      const known = await connection.operatorService.listSearchAttributes({ namespace });
      return Object.keys(searchAttributeTypes).every((name) => name in known.customAttributes);
    });
  } catch {
    return false;
  }
}
