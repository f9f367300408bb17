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

/** Starts a sandbox and gives what it says, and the pid of each process when it is ready. */
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
  const [, processes = ''] = /Processes: (.*?)\. Logs/.exec(output) ?? [];
  const pids = new Map(
    processes.split(', ').map((part) => {
      const [name = '', pid] = part.split(' ');
      return [name, Number(pid)] as const;
    }),
  );
  return { child, exited, pids, said: () => output };
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
  expect([...first.pids.keys()]).toEqual(
    expect.arrayContaining(['temporal', 'simulator', 'platform', 'gateway', 'worker']),
  );
  expect(await isServed('/')).toBe(true);
  const credentials = await readFile(join(dataDir, 'credentials.json'), 'utf8');

  process.kill(first.pids.get('worker') ?? -1, 'SIGKILL');
  await vi.waitFor(() => expect(first.said()).toMatch(/worker is back \(pid \d+\)/), patience);

  first.child.kill('SIGKILL');
  const second = await startSandbox();
  expect([...first.pids.values()].filter(isAlive)).toEqual([]);
  expect(await isServed('/')).toBe(true);
  expect(await readFile(join(dataDir, 'credentials.json'), 'utf8')).toBe(credentials);

  // A process that hangs does not hold the others up.
  process.kill(second.pids.get('gateway') ?? -1, 'SIGSTOP');
  const askedAt = Date.now();
  second.child.kill('SIGTERM');
  expect(await second.exited).toBe(0);
  expect(Date.now() - askedAt).toBeLessThan(10_000);
  expect([...second.pids.values()].filter(isAlive)).toEqual([]);
}, 180_000);
