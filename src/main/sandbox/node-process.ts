/** One of the project's own processes, as a child with its log in a file. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { OrphanGuard } from '../../temporal/embedded/orphan-guard.js';
import { toTerminalLine } from './log-line.js';
import { describeExit, type ProcessExit, type RunningProcess } from './supervisor.js';

/** What a process is started with. */
export interface NodeProcessOptions {
  /** The name of its file in src/main. */
  readonly name: 'gateway' | 'worker' | 'simulator' | 'platform';
  readonly env: NodeJS.ProcessEnv;
  /** Answers 200 when the process can do its work. */
  readonly readyUrl: string;
  readonly logFile: WriteStream;
  readonly guard: OrphanGuard;
  /** Gets what a person should see: warnings, errors, crashes. */
  readonly report: (line: string) => void;
  /** The longest a start may take. Defaults to 60 s. */
  readonly startTimeoutMs?: number;
}

/** The process ended before it could do its work, or took too long. */
export class NotReadyError extends Error {
  override readonly name = 'NotReadyError';
}

/** Gives the command that runs one of the parts, from sources or from the build. */
export function toNodeCommand(name: string): readonly string[] {
  const isSource = import.meta.url.endsWith('.ts');
  const suffix = isSource ? 'ts' : 'js';
  // Resolved here, so that it does not matter in which folder the sandbox was started.
  const loader = isSource ? ['--import', import.meta.resolve('tsx')] : [];
  const file = fileURLToPath(new URL(`run-part.${suffix}`, import.meta.url));
  return ['--enable-source-maps', ...loader, file, name];
}

/** Starts the process and returns when it is ready; throws `NotReadyError`. */
export async function startNodeProcess(
  options: NodeProcessOptions,
  signal: AbortSignal,
): Promise<RunningProcess> {
  const { name, guard } = options;
  // A process group of its own: a Ctrl-C in the terminal is for the sandbox, which stops the
  // others in their order.
  const child = spawn(process.execPath, toNodeCommand(name), {
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  });
  const { pid } = child;
  if (pid !== undefined) guard.watch(pid);
  followOutput(child, options);
  let exit: ProcessExit | undefined;
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once('error', () => resolve({ code: null, signal: null }));
    child.once('close', (code, endedBy) => resolve({ code, signal: endedBy }));
  }).then((ended) => {
    exit = ended;
    if (pid !== undefined) guard.release(pid);
    return ended;
  });
  const stop = async (limitMs: number): Promise<void> => {
    if (exit) return;
    child.kill('SIGTERM');
    const killing = setTimeout(() => child.kill('SIGKILL'), limitMs);
    await exited;
    clearTimeout(killing);
  };

  const deadline = Date.now() + (options.startTimeoutMs ?? 60_000);
  let lastAnswer = 'no answer';
  while (lastAnswer !== 'ready') {
    if (exit) throw new NotReadyError(`${name} ${describeExit(exit)} before it was ready`);
    if (signal.aborted || Date.now() >= deadline) {
      await stop(signal.aborted ? 3_000 : 0);
      throw new NotReadyError(`${name} was not ready in time; ${options.readyUrl}: ${lastAnswer}`);
    }
    await sleep(50);
    lastAnswer = await askWhetherReady(options.readyUrl);
  }
  return { pid: pid ?? -1, exited, stop };
}

async function askWhetherReady(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    const body = await response.text();
    return response.ok ? 'ready' : `${response.status} ${body.slice(0, 300)}`;
  } catch {
    return 'no answer';
  }
}

function followOutput(child: ChildProcess, { name, logFile, report }: NodeProcessOptions): void {
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      logFile.write(`${line}\n`);
      const shown = toTerminalLine(name, line);
      if (shown !== undefined) report(shown);
    });
  }
}
