/** @module How every process of Isthmus starts, is asked to stop, and ends. */
import { readFileSync } from 'node:fs';
import { EngineError } from '../domain/errors.js';

/** A process that has started. */
export interface RunningProcess {
  /** Finishes what is in hand. */
  stop(): Promise<void>;
  /**
   * Reads again what may change while the process runs; called for each SIGHUP. Must not throw.
   * Without it SIGHUP is passed over.
   */
  reload?(): void;
  /** Rejects, or resolves, when the process cannot go on by itself. */
  readonly ended?: Promise<unknown>;
}

/** From the signal to the end; the contract says 10 s. */
const stopWithinMs = 9_500;

/** Reads a file that a variable names. */
export const readTextFile = (path: string): string => readFileSync(path, 'utf8');

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** What a person is told of a process that cannot go on: a stack only of what nobody foresaw. */
export function describeFailure(error: unknown): string {
  if (error instanceof EngineError) return `${error.code}: ${error.message}`;
  if (!(error instanceof Error)) return String(error);
  const isListening = Reflect.get(error, 'syscall') === 'listen';
  return isListening ? `Cannot start: ${error.message}` : (error.stack ?? error.message);
}

function nextSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => resolve(signal));
  });
}

/**
 * Runs a process until it is asked to stop: exit code 0 after a signal, 1 when it could not start
 * or cannot go on. `start` is given a signal that aborts when the stop comes before it is done. A
 * SIGHUP that comes before it is done is kept until then: what was read may be older than what the
 * signal is about.
 */
export async function runProcess(
  start: (stopping: AbortSignal) => Promise<RunningProcess>,
): Promise<void> {
  const stopping = new AbortController();
  const asked = nextSignal().then((signal) => {
    stopping.abort(new Error(`stopped by ${signal}`));
    setTimeout(() => {
      say(`The process did not stop within ${stopWithinMs} ms`);
      process.exit(1);
    }, stopWithinMs).unref();
    return 'asked' as const;
  });
  let running: RunningProcess | undefined;
  let isReloadDue = false;
  process.on('SIGHUP', () => {
    if (running === undefined) isReloadDue = true;
    else running.reload?.();
  });
  try {
    running = await start(stopping.signal);
    if (isReloadDue) running.reload?.();
    const ended = running.ended?.then(() => 'ended' as const);
    const why = await Promise.race(ended ? [asked, ended] : [asked]);
    await running.stop();
    process.exit(why === 'asked' ? 0 : 1);
  } catch (error) {
    if (stopping.signal.aborted) process.exit(0);
    say(describeFailure(error));
    process.exit(1);
  }
}
