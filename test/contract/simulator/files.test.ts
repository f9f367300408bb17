import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Simulator } from '../../../src/simulators/cxone/simulator.js';
import {
  type Dfo,
  newMessage,
  openDfo,
  request,
  startTestBox,
  startTestSimulator,
  type TestBox,
} from './simulator-harness.js';

let simulator: Simulator;
let dfo: Dfo;
let box: TestBox;
let nowMs = Date.now();

beforeEach(async () => {
  nowMs = Date.now();
  box = await startTestBox();
  simulator = await startTestSimulator({ now: () => nowMs, boxUrl: box.url });
  dfo = await openDfo(simulator);
});

afterEach(async () => {
  await simulator.close();
  await box.close();
});

const upload = (bytes: Buffer, mimeType = 'text/plain') =>
  dfo.call('POST', '/attachments/temporary', { content: bytes.toString('base64'), mimeType });

async function uploaded(text = 'roar'): Promise<string> {
  const { body } = await upload(Buffer.from(text));
  return String((body as { url?: string }).url);
}

test('a file is stored and given back by its signed address, never to be opened in place', async () => {
  const answer = await fetch(await uploaded('roar'));
  expect(await answer.text()).toBe('roar');
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
  expect(answer.headers.get('content-disposition')).toBe('attachment');
  expect(simulator.state().files).toMatchObject([{ mimeType: 'text/plain', size: 4 }]);
});

test('an address is over after its time, without its signature, and with another one', async () => {
  const url = await uploaded();
  expect((await fetch(url.replace(/\?.*/, ''))).status).toBe(403);
  expect((await fetch(url.replace(/expires=\d/, 'expires=9'))).status).toBe(403);
  nowMs += 3_599_000;
  expect((await fetch(url)).status).toBe(200);
  nowMs += 2_000;
  expect((await fetch(url)).status).toBe(403);
});

test('what is no base64, and what is larger than 40 MB, is refused', async () => {
  const refused = (content: string) =>
    dfo.call('POST', '/attachments/temporary', { content, mimeType: 'text/plain' });
  expect((await refused('no base64!')).status).toBe(400);
  expect((await refused('cm9h')).status).toBe(201);
  expect((await upload(Buffer.alloc(41 * 1024 * 1024))).status).toBe(413);
  expect(simulator.state().files).toHaveLength(1);
});

test('a message that is read again names its file by a new address', async () => {
  const url = await uploaded();
  const message = newMessage({ attachments: [{ friendlyName: 'roar.txt', url }] });
  await dfo.post('c', message);
  await request(`${simulator.url}/simulator/expire-files`, { method: 'POST' });
  expect((await fetch(url)).status).toBe(403);
  const id = encodeURIComponent(message.idOnExternalPlatform);
  const { body } = await dfo.call('GET', `/messages?idOnExternalPlatform[]=${id}`);
  const [found] = (body as { data?: { attachments: { url: string }[] }[] }).data ?? [];
  const again = found?.attachments[0]?.url ?? '';
  expect(await (await fetch(again)).text()).toBe('roar');
});

test('an agent sends a file alone, by an address below the origin that middleware uses', async () => {
  await dfo.post('c', newMessage());
  // The console may be open under another name than the one that middleware calls.
  const url = simulator.url.replace('127.0.0.1', 'localhost');
  const file = await fetch(`${url}/simulator/agent/files?name=mud.png`, {
    method: 'POST',
    headers: { 'content-type': 'image/png' },
    body: 'mud',
  });
  const attachment = (await file.json()) as { url: string };
  await request(`${simulator.url}/simulator/agent/replies`, {
    method: 'POST',
    body: {
      channelId: 'c',
      threadIdOnExternalPlatform: 'thread-1',
      text: '',
      attachments: [attachment],
    },
  });
  const { body } = box.requests.findLast(({ path }) => path.endsWith('/messages')) ?? {};
  const [sent] = (body?.['attachments'] ?? []) as { friendlyName: string; url: string }[];
  expect(sent?.friendlyName).toBe('mud.png');
  expect(sent?.url.startsWith(`${simulator.url}/dfo/3.0/attachments/temporary/`)).toBe(true);
  expect(await (await fetch(sent?.url ?? '')).text()).toBe('mud');
});

test('files survive a restart of the simulator, and so do their addresses', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'simulator-'));
  const first = await startTestSimulator({ dataDir });
  const { body } = await (await openDfo(first)).call('POST', '/attachments/temporary', {
    content: 'cm9h',
    mimeType: 'text/plain',
  });
  await first.close();
  const second = await startTestSimulator({ dataDir, port: first.port });
  expect(await (await fetch(String((body as { url?: string }).url))).text()).toBe('roa');
  await second.close();
  await rm(dataDir, { recursive: true });
});
