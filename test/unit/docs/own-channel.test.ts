/** The example of docs/own-channel.md, run as it stands there. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createWebhookPlatforms } from '../../../src/channels/webhook/webhook-platforms.js';
import { findFreePort } from '../../../src/temporal/embedded/ports.js';
import { refOf } from '../gateway/gateway-fixture.js';
import { agentMessage } from '../gateway/hub-fixture.js';
import {
  platformChannel,
  startPlatformGateway,
  telegraph,
  telegraphSecret,
} from '../gateway/platform-fixture.js';

const root = join(import.meta.dirname, '../../..');

/** Runs the only JavaScript of the page, bundled so that it finds its package. */
async function runExample(
  env: Record<string, string>,
): Promise<{ child: ChildProcess; said: () => string }> {
  const page = await readFile(join(root, 'docs/own-channel.md'), 'utf8');
  const [, contents = ''] = /```js\n([\s\S]*?)```/.exec(page) ?? [];
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
  });
  const folder = await mkdtemp(join(tmpdir(), 'own-channel-'));
  const file = join(folder, 'example.mjs');
  await writeFile(file, outputFiles[0]?.text ?? '');
  const child = spawn(process.execPath, [file], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  return { child, said: () => output };
}

test('the example carries what is typed to its thread, and prints what agents write, once', async () => {
  const port = await findFreePort('127.0.0.1');
  const channel = platformChannel(telegraph, telegraphSecret, { url: `http://127.0.0.1:${port}/` });
  const { url, threads, channels, logLines } = await startPlatformGateway({ channels: [channel] });
  const { child, said } = await runExample({
    GATEWAY_URL: url,
    CHANNEL: telegraph,
    SECRET: telegraphSecret,
    PORT: String(port),
  });
  await vi.waitFor(() => expect(said()).toBe('ready\n'), 10_000);
  child.stdin?.write('Is the water fresh?\n');
  const threadId = await vi.waitFor(() => {
    const line = logLines.find((one) => one.includes('message accepted')) ?? '{}';
    const fields = JSON.parse(line) as { threadId?: string };
    if (fields.threadId === undefined) throw new Error('nothing accepted yet');
    return fields.threadId;
  });
  const ref = refOf(threadId, telegraph);
  expect(threads.inbound(ref)).toMatchObject([{ text: 'Is the water fresh?' }]);

  const platforms = createWebhookPlatforms({ channels, clock: Date.now });
  onTestFinished(() => platforms.close());
  const { id, text } = agentMessage(ref, 'one');
  const request = {
    ref,
    customerId: threads.startOf(ref).customer.id,
    deliveryId: 'd-1',
    event: { type: 'message', seq: 3, id, from: 'agent', author: { name: 'Gina' }, text, atMs: 0 },
  } as const;
  const { signal } = new AbortController();
  await platforms.deliver(request, signal);
  await platforms.deliver(request, signal);
  const event = {
    type: 'state',
    seq: 4,
    state: 'closed',
    closedBy: 'agent',
    closedAtMs: 0,
  } as const;
  await platforms.deliver({ ...request, deliveryId: 'd-2', event }, signal);
  await vi.waitFor(() => expect(said()).toBe(`ready\nGina: ${text}\nthe chat is closed\n`));

  threads.end(ref, 'agent');
  child.stdin?.write('And the grass?\n');
  await vi.waitFor(() => expect(said()).toMatch(/refused: THREAD_CLOSED\n$/));
  expect(threads.inbound(ref)).toHaveLength(1);
});
