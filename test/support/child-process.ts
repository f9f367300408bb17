import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** One of our own processes, run from source as `npm run <name>` does. */
export interface OwnProcess {
  readonly name: string;
  readonly pid: number;
  /** What it wrote so far, for the message of a failed test. */
  output(): string;
  /** Its exit code once it has ended; null when a signal ended it. */
  readonly exitCode: Promise<number | null>;
  /** Sends it SIGHUP. */
  hangUp(): void;
  /** Ends it without a word, as a crash does. */
  kill(): Promise<void>;
  /** Asks it to stop; resolves to its exit code. */
  stop(): Promise<number | null>;
}

/**
 * Starts `src/main/<name>.ts` with exactly this environment besides PATH and HOME. It leaves when
 * the test's process is gone, however that went.
 */
export function startOwnProcess(name: string, env: Record<string, string>): OwnProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/main/sandbox/run-part.ts', name], {
    cwd: root,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  }
  const exitCode = once(child, 'exit').then(() => child.exitCode);
  return {
    name,
    pid: child.pid ?? -1,
    output: () => chunks.join(''),
    exitCode,
    hangUp: () => void child.kill('SIGHUP'),
    async kill() {
      await end(child, 'SIGKILL');
    },
    async stop() {
      await end(child, 'SIGTERM');
      return child.exitCode;
    },
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

/** Waits until a URL answers with this status; fails with what the process wrote. */
export async function waitUntilReady(
  url: string,
  process: OwnProcess,
  withinMs = 30_000,
): Promise<void> {
  const untilMs = Date.now() + withinMs;
  for (;;) {
    const status = await fetch(url).then(
      (answer) => answer.status,
      () => 0,
    );
    if (status === 200) return;
    if (Date.now() > untilMs) {
      throw new Error(`${process.name} is not ready at ${url}:\n${process.output()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
