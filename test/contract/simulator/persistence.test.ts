import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  boxCredentials,
  credentials,
  newMessage,
  openDfo,
  request,
  startTestSimulator,
} from './simulator-harness.js';

let folder: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'simulator-'));
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

test('a simulator that stops and starts again goes on with its threads, contacts and tokens', async () => {
  const first = await startTestSimulator({ dataDir: folder });
  const dfo = await openDfo(first);
  const message = newMessage();
  await dfo.post('c', message);
  const before = first.state();
  await first.close();

  const second = await startTestSimulator({ dataDir: folder, port: first.port });
  expect(second.state()).toMatchObject({ messages: before.messages, contacts: before.contacts });
  expect((await dfo.post('c', message)).status).toBe(409);
  await dfo.post('c', newMessage());
  expect(second.state().contacts).toHaveLength(1);
  expect(second.state().messages.map(({ sequence }) => sequence)).toEqual([1, 2]);
  await second.close();
});

test('a line that a crash cut short is left out', async () => {
  const first = await startTestSimulator({ dataDir: folder });
  await (await openDfo(first)).post('c', newMessage());
  await first.close();
  await appendFile(join(folder, 'journal.jsonl'), '{"collection":"messages","val');
  const second = await startTestSimulator({ dataDir: folder });
  expect(second.state().messages).toHaveLength(1);
  await second.close();
  expect(await readFile(join(folder, 'journal.jsonl'), 'utf8')).toMatch(/\n$/);
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

async function startProcess(port: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/main/simulator.ts'], {
    env: {
      SIMULATOR_PORT: String(port),
      SIMULATOR_BOX_URL: 'http://127.0.0.1:9/box',
      CXONE_TENANT_ID: 'tenant-1',
      CXONE_CLIENT_ID: credentials.clientId,
      CXONE_CLIENT_SECRET: credentials.clientSecret,
      CXONE_ACCESS_KEY_ID: credentials.accessKeyId,
      CXONE_ACCESS_KEY_SECRET: credentials.accessKeySecret,
      BOX_CLIENT_ID: boxCredentials.clientId,
      BOX_CLIENT_SECRET: boxCredentials.clientSecret,
      DATA_DIR: folder,
      LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  children.push(child);
  await expect
    .poll(
      () =>
        fetch(`http://127.0.0.1:${port}/readyz`).then(
          ({ status }) => status,
          () => 0,
        ),
      {
        timeout: 15_000,
      },
    )
    .toBe(200);
  return child;
}

test('what was answered before a kill -9 is there after it, and SIGTERM ends the process', async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const first = await startProcess(port);
  const dfo = await openDfo({ url });
  const answered: string[] = [];
  const sending = Array.from({ length: 400 }, async () => {
    const message = newMessage();
    const answer = await dfo.post('c', message).catch(() => undefined);
    if (answer?.status === 201) answered.push(message.idOnExternalPlatform);
    if (answered.length === 100) first.kill('SIGKILL');
  });
  await Promise.all(sending);
  expect(answered.length).toBeGreaterThanOrEqual(100);

  const second = await startProcess(port);
  const { body } = await request(`${url}/simulator/state`);
  const { messages = [] } = body as { messages?: { idOnExternalPlatform: string }[] };
  const kept = new Set(messages.map(({ idOnExternalPlatform }) => idOnExternalPlatform));
  expect(answered.filter((id) => !kept.has(id))).toEqual([]);

  second.kill('SIGTERM');
  const [code] = await once(second, 'exit');
  expect(code).toBe(0);
});
