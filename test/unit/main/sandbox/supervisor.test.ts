import { expect, test, vi } from 'vitest';
import {
  type ProcessExit,
  type RunningProcess,
  supervise,
} from '../../../../src/main/sandbox/supervisor.js';

const killed: ProcessExit = { code: null, signal: 'SIGKILL' };

/** A machine on which processes start, die and are stopped, with a clock that waits move on. */
function createMachine() {
  const running = new Map<number, (exit: ProcessExit) => void>();
  const lines: string[] = [];
  const gaveUp: string[] = [];
  const waits: number[] = [];
  const leaving = new AbortController();
  let now = 0;
  let started = 0;
  let failures = 0;
  const start = async (): Promise<RunningProcess> => {
    if (failures > 0) {
      failures -= 1;
      // Longer than a run must last to make earlier deaths forgotten.
      now += 60_000;
      throw new Error('not ready in time');
    }
    started += 1;
    const pid = started;
    const exited = new Promise<ProcessExit>((resolve) => {
      running.set(pid, (exit) => {
        running.delete(pid);
        resolve(exit);
      });
    });
    const stop = async () => running.get(pid)?.({ code: 0, signal: null });
    return { pid, exited, stop };
  };
  return {
    running,
    lines,
    gaveUp,
    waits,
    leaving,
    kill: (pid: number) => running.get(pid)?.(killed),
    pass: (ms: number) => {
      now += ms;
    },
    failNextStarts: (count: number) => {
      failures = count;
    },
    startedCount: () => started,
    supervise: () =>
      supervise({
        name: 'worker',
        start,
        signal: leaving.signal,
        report: (line) => lines.push(line),
        onGiveUp: (reason) => gaveUp.push(reason),
        now: () => now,
        wait: async (delayMs) => {
          waits.push(delayMs);
          now += delayMs;
        },
      }),
  };
}

test('a process that was killed is started again, and both are said', async () => {
  const machine = createMachine();
  const supervisor = await machine.supervise();
  machine.pass(60_000);
  machine.kill(1);
  await vi.waitFor(() => expect(supervisor.pid()).toBe(2));
  expect(machine.lines).toEqual([
    'worker (pid 1) was ended by SIGKILL; starting it again in 250 ms',
    'worker is back (pid 2)',
  ]);
});

test('a process that dies again and again is given up', async () => {
  const machine = createMachine();
  await machine.supervise();
  for (let pid = 1; pid <= 5; pid += 1) {
    await vi.waitFor(() => expect(machine.running.has(pid)).toBe(true));
    machine.kill(pid);
  }
  await vi.waitFor(() => expect(machine.gaveUp).toHaveLength(1));
  expect(machine.gaveUp).toEqual(['worker (pid 5) was ended by SIGKILL, 5 times in a row']);
  expect(machine.waits).toEqual([250, 500, 1_000, 2_000]);
  expect(machine.running.size).toBe(0);
});

test('a restart that does not become ready counts as a death', async () => {
  const machine = createMachine();
  const supervisor = await machine.supervise();
  machine.failNextStarts(2);
  machine.kill(1);
  await vi.waitFor(() => expect(supervisor.pid()).toBe(2));
  expect(machine.waits).toEqual([250, 500, 1_000]);
  expect(machine.lines).toContain('worker: not ready in time');
});

test('a process that has never been ready is not started again', async () => {
  const machine = createMachine();
  machine.failNextStarts(1);
  await expect(machine.supervise()).rejects.toThrow('not ready in time');
  expect(machine.startedCount()).toBe(0);
});

test('a process that was stopped stays stopped', async () => {
  const machine = createMachine();
  const supervisor = await machine.supervise();
  await supervisor.stop(1_000);
  expect(machine.running.size).toBe(0);
  expect(supervisor.pid()).toBeUndefined();
  expect(machine.startedCount()).toBe(1);
  expect(machine.lines).toEqual([]);
});

test('a death while everything leaves is no reason to start', async () => {
  const machine = createMachine();
  const supervisor = await machine.supervise();
  machine.leaving.abort();
  machine.kill(1);
  await supervisor.stop(1_000);
  expect(machine.startedCount()).toBe(1);
});
