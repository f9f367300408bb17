import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterEach, beforeEach, expect, inject, test, vi } from 'vitest';
import { DataFileInUseError, isListening } from '../../src/temporal/embedded/data-file.js';
import {
  type EmbeddedTemporal,
  PortInUseError,
} from '../../src/temporal/embedded/start-embedded-temporal.js';
import { startTestTemporal } from '../support/temporal-server.js';

let room: string;
let servers: EmbeddedTemporal[] = [];

beforeEach(async () => {
  room = await mkdtemp(join(tmpdir(), 'embedded-server-'));
});

afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  servers = [];
  await rm(room, { recursive: true, force: true });
});

async function start(
  ...[options]: Parameters<typeof startTestTemporal>
): Promise<EmbeddedTemporal> {
  const server = await startTestTemporal(options);
  servers.push(server);
  return server;
}

async function useClient<Result>(
  server: EmbeddedTemporal,
  use: (client: Client) => Promise<Result>,
): Promise<Result> {
  const connection = await Connection.connect({ address: server.address });
  try {
    return await use(new Client({ connection, namespace: server.namespace }));
  } finally {
    await connection.close();
  }
}

test('what a server has accepted is there after a restart and after a kill', async () => {
  const options = { dataFile: join(room, 'deep', 'temporal.db'), namespace: 'zoo' };
  let server = await start(options);
  const begin = (workflowId: string) =>
    useClient(server, (client) =>
      client.workflow.start('anything', { workflowId, taskQueue: 'nobody' }),
    );
  await begin('before-restart');
  await server.stop();

  server = await start(options);
  await begin('before-kill');
  process.kill(server.pid, 'SIGKILL');
  expect(await server.exited).toEqual({ code: null, signal: 'SIGKILL' });

  server = await start(options);
  const statuses = await useClient(server, (client) =>
    Promise.all(
      ['before-restart', 'before-kill'].map(async (id) => {
        const { status } = await client.workflow.getHandle(id).describe();
        return status.name;
      }),
    ),
  );
  expect(statuses).toEqual(['RUNNING', 'RUNNING']);
});

test('a port that is taken is one clear error', async () => {
  const port = Number(inject('temporalAddress').split(':').at(-1));
  await expect(startTestTemporal({ port })).rejects.toThrow(PortInUseError);
});

test('a second server keeps off the data file of the first', async () => {
  const dataFile = join(room, 'temporal.db');
  await start({ dataFile });
  await expect(startTestTemporal({ dataFile })).rejects.toThrow(DataFileInUseError);
});

test('a server leaves when its parent is killed', async () => {
  const program = `
    import { startTestTemporal } from './test/support/temporal-server.ts';
    const { pid, address } = await startTestTemporal();
    console.log(JSON.stringify({ pid, address }));`;
  const parent = spawn(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', program],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const { pid, address } = await readFirstLine(parent);
  expect(isAlive(pid)).toBe(true);
  parent.kill('SIGKILL');
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 15_000, interval: 100 });
  const [host = '', port] = address.split(':');
  expect(await isListening(host, Number(port))).toBe(false);
});

async function readFirstLine(process: ChildProcess): Promise<{ pid: number; address: string }> {
  if (!process.stdout) throw new Error('no output');
  const [line] = await once(process.stdout, 'data');
  return JSON.parse(String(line));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
