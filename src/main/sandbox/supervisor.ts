/** Keeps one process running: starts it, starts it again when it dies, stops it for good. */
import { setTimeout as sleep } from 'node:timers/promises';
import { decideRestart, type EndedRun } from './restart-policy.js';

/** How a process ended. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process that runs and can do its work. */
export interface RunningProcess {
  readonly pid: number;
  /** Resolves when the process has ended. */
  readonly exited: Promise<ProcessExit>;
  /** Asks the process to leave, kills it after the limit, and returns when it has ended. */
  stop(limitMs: number): Promise<void>;
}

/** What a supervisor needs to know of its process. */
export interface SupervisorOptions {
  readonly name: string;
  /**
   * Starts the process and returns when it is ready. Must have ended it before it throws, also
   * when `signal` aborts the start.
   */
  readonly start: (signal: AbortSignal) => Promise<RunningProcess>;
  /** Gives up a start that is under way, the first one included. */
  readonly signal: AbortSignal;
  /** Gets a line for each death and each restart. */
  readonly report: (line: string) => void;
  /** Called once when it has died too often; nothing is started any more. */
  readonly onGiveUp: (reason: string) => void;
  /** Milliseconds that only go up. Defaults to the process's own clock. */
  readonly now?: () => number;
  /** Must reject when the signal aborts. Defaults to a timer. */
  readonly wait?: (delayMs: number, signal: AbortSignal) => Promise<unknown>;
}

/** One process that is kept running. */
export interface Supervisor {
  readonly name: string;
  /** The pid of the run of the moment, if there is one. */
  pid(): number | undefined;
  /** Ends the process and starts it no more. May be repeated. */
  stop(limitMs: number): Promise<void>;
}

/**
 * Starts the process for the first time and returns when it is ready, or throws what `start` threw:
 * a process that has never been ready is not started again.
 */
export async function supervise(options: SupervisorOptions): Promise<Supervisor> {
  const { name, start, report } = options;
  const now = options.now ?? (() => performance.now());
  const wait = options.wait ?? ((delayMs, signal) => sleep(delayMs, undefined, { signal }));
  const stopped = new AbortController();
  const stopping = AbortSignal.any([options.signal, stopped.signal]);
  const runs: EndedRun[] = [];
  let current: RunningProcess | undefined;
  let startedAt = now();
  current = await start(stopping);

  const keepRunning = async (): Promise<void> => {
    while (!stopping.aborted) {
      const isReady = current !== undefined;
      const death = current ? describeExit(await current.exited) : 'did not become ready';
      const pid = current?.pid;
      current = undefined;
      if (stopping.aborted) return;
      const endedAt = now();
      // A start may take its time to fail: that is no run.
      runs.push({ startedAt: isReady ? startedAt : endedAt, endedAt });
      const decision = decideRestart(runs);
      const who = pid === undefined ? name : `${name} (pid ${pid})`;
      if (decision.kind === 'give up') {
        options.onGiveUp(`${who} ${death}, ${decision.quickDeaths} times in a row`);
        return;
      }
      report(`${who} ${death}; starting it again in ${decision.delayMs} ms`);
      try {
        await wait(decision.delayMs, stopping);
        startedAt = now();
        current = await start(stopping);
        report(`${name} is back (pid ${current.pid})`);
      } catch (error) {
        if (stopping.aborted) return;
        report(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  };
  const kept = keepRunning();

  return {
    name,
    pid: () => current?.pid,
    stop: async (limitMs) => {
      stopped.abort();
      await current?.stop(limitMs);
      await kept;
    },
  };
}

/** Says in words how a process ended. */
export function describeExit({ code, signal }: ProcessExit): string {
  if (signal) return `was ended by ${signal}`;
  return code === null ? 'could not be started' : `left with code ${code}`;
}
