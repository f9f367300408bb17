import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { findFreePort } from '../../src/temporal/embedded/ports.js';
import { inheritedEnv } from '../support/inherited-env.js';

const patience = { timeout: 60_000, interval: 100 };

let dataDir: string;
let gatewayPort: number;
let env: NodeJS.ProcessEnv;
let sandboxes: ChildProcess[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sandbox-'));
  const freePort = async (): Promise<string> => String(await findFreePort('127.0.0.1'));
  gatewayPort = await findFreePort('127.0.0.1');
  env = {
    ...inheritedEnv,
    DATA_DIR: dataDir,
    GATEWAY_PORT: String(gatewayPort),
    SIMULATOR_PORT: await freePort(),
    PLATFORM_PORT: await freePort(),
    TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}`,
    TEMPORAL_UI_PORT: await freePort(),
  };
});

afterEach(async () => {
  for (const sandbox of sandboxes) sandbox.kill('SIGKILL');
  sandboxes = [];
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
});

const parts = ['temporal', 'simulator', 'platform', 'gateway', 'worker'];

/**
 * Gives the pid of each process that runs, by what the sandbox has said: one that dies is started
 * again, and on a loaded machine one may have died before the others were ready.
 */
function pidsIn(said: string): Map<string, number> {
  const pids = new Map<string, number>();
  // The last line may not be complete.
  for (const line of said.split('\n').slice(0, -1)) {
    const died = /^(\w+) \(pid \d+\) .*; starting it again/.exec(line);
    if (died?.[1] !== undefined) pids.delete(died[1]);
    const runs = /^ *(\w+) +(?:ready after .*, pid |is back \(pid )(\d+)\)?$/.exec(line);
    if (runs?.[1] !== undefined) pids.set(runs[1], Number(runs[2]));
  }
  return pids;
}

/** Starts a sandbox; resolves when it runs with all of its processes. */
async function startSandbox(...args: string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/main/sandbox.ts', ...args], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  sandboxes.push(child);
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  await vi.waitFor(() => expect(output).toMatch(/Ctrl-C ends all of it/), patience);
  const pids = () => pidsIn(output);
  await vi.waitFor(() => expect([...pids().keys()].toSorted()).toEqual(parts.toSorted()), patience);
  return { child, exited, pids };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function isServed(path: string): Promise<boolean> {
  const response = await fetch(`http://localhost:${gatewayPort}${path}`).catch(() => undefined);
  return response?.ok === true;
}

test('the sandbox keeps its processes running and leaves none behind, even when killed', async () => {
  const first = await startSandbox();
  expect(await isServed('/')).toBe(true);
  const credentials = await readFile(join(dataDir, 'credentials.json'), 'utf8');

  const killed = first.pids().get('worker') ?? Number.NaN;
  process.kill(killed, 'SIGKILL');
  await vi.waitFor(() => {
    const worker = first.pids().get('worker');
    expect(worker).toBeDefined();
    expect(worker).not.toBe(killed);
  }, patience);

  const left = [killed, ...first.pids().values()];
  first.child.kill('SIGKILL');
  const second = await startSandbox();
  expect(left.filter(isAlive)).toEqual([]);
  expect(await isServed('/')).toBe(true);
  expect(await readFile(join(dataDir, 'credentials.json'), 'utf8')).toBe(credentials);

  // A process that hangs does not hold the others up.
  const running = second.pids();
  process.kill(running.get('gateway') ?? Number.NaN, 'SIGSTOP');
  const askedAt = Date.now();
  second.child.kill('SIGTERM');
  expect(await second.exited).toBe(0);
  expect(Date.now() - askedAt).toBeLessThan(10_000);
  expect([...running.values()].filter(isAlive)).toEqual([]);
}, 180_000);
