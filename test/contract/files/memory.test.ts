import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const fileBytes = 30_000_000;
const mostExtraBytes = 64_000_000;
/** Both ends are slower than the gateway: what it does not pass on at once it would have to keep. */
const breathMs = 2;

let dfo: Server;
let gateway: ChildProcess;
let gatewayUrl = '';
/** What the contact centre got: how much, and its digest. */
let stored: { bytes: number; digest: string } | undefined;

/** Gives the same bytes each time, none of them twice the same in a row. */
function* pieces(bytes: number): Generator<Buffer> {
  const size = 65_536;
  yield Buffer.from('....ftypisom');
  for (let left = bytes - 12; left > 0; left -= size) {
    const piece = Buffer.alloc(Math.min(size, left));
    for (let at = 0; at < piece.length; at += 4_096) piece.writeUInt32BE((left + at) % 2 ** 31, at);
    yield piece;
  }
}

function digestOf(all: Iterable<Uint8Array>): string {
  const hash = createHash('sha256');
  for (const piece of all) hash.update(piece);
  return hash.digest('hex');
}

/** Takes the JSON of an upload piece by piece, and keeps nothing of it. */
async function takeUpload(body: AsyncIterable<Buffer>): Promise<{ bytes: number; digest: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  let rest = '';
  let isInside = false;
  for await (const piece of body) {
    rest += piece.toString('latin1');
    if (!isInside) rest = rest.slice(rest.indexOf('"content":"') + '"content":"'.length);
    isInside = true;
    const end = rest.indexOf('"');
    const base64 = end < 0 ? rest.slice(0, rest.length - (rest.length % 4)) : rest.slice(0, end);
    const decoded = Buffer.from(base64, 'base64');
    rest = rest.slice(base64.length);
    hash.update(decoded);
    bytes += decoded.length;
    await pause(breathMs);
  }
  return { bytes, digest: hash.digest('hex') };
}

beforeAll(async () => {
  dfo = createServer((req, res) => {
    const answer = async () => {
      if (req.url === '/auth/token') res.end('{"access_token":"t","expires_in":3600}');
      else if (req.method === 'POST') {
        stored = await takeUpload(req);
        res.end(JSON.stringify({ url: `${urlOf(dfo)}/files/${stored.bytes}` }));
      } else {
        const bytes = Number(req.url?.split('/').at(-1));
        res.setHeader('Content-Type', 'video/mp4');
        await pipeline(Readable.from(pieces(bytes)), res);
      }
    };
    answer().catch(() => res.destroy());
  });
  dfo.listen(0, '127.0.0.1');
  await once(dfo, 'listening');
  gateway = spawn(
    process.execPath,
    ['--import', 'tsx', 'test/support/files-gateway.ts', urlOf(dfo)],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  );
  const [{ url }] = (await once(gateway, 'message')) as [{ url: string }];
  gatewayUrl = url;
}, 60_000);

afterAll(async () => {
  gateway.kill();
  dfo.closeAllConnections();
  await new Promise((resolve) => dfo.close(resolve));
});

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function memory(order: 'tell' | 'forget the peak') {
  const answer = once(gateway, 'message');
  gateway.send(order);
  const [told] = (await answer) as [{ rssBytes: number; peakBytes: number }];
  return told;
}

async function openSession(): Promise<{ token: string; threadId: string }> {
  const answer = await fetch(`${gatewayUrl}/v1/channels/watering-hole/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  return (await answer.json()) as { token: string; threadId: string };
}

/** Uploads a file and gives the address of ours under which it comes back. */
async function upload(bytes: number): Promise<string> {
  const { token, threadId } = await openSession();
  const outgoing = request(`${gatewayUrl}/v1/threads/${threadId}/attachments?name=film.mp4`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'video/mp4',
      'content-length': bytes,
    },
  });
  const answered = once(outgoing, 'response');
  await pipeline(Readable.from(pieces(bytes)), outgoing);
  const [response] = (await answered) as [Readable & { statusCode: number }];
  const body = Buffer.concat((await response.toArray()) as Buffer[]).toString('utf8');
  expect([response.statusCode, body.slice(0, 200)]).toEqual([201, expect.any(String)]);
  const { url } = JSON.parse(body) as { url: string };
  return gatewayUrl + new URL(url).pathname;
}

async function download(url: string): Promise<{ bytes: number; digest: string }> {
  const answer = await fetch(url);
  expect(answer.status).toBe(200);
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of answer.body ?? []) {
    hash.update(piece as Uint8Array);
    bytes += (piece as Uint8Array).length;
    await pause(breathMs);
  }
  return { bytes, digest: hash.digest('hex') };
}

test('30 MB pass up and down at once with less than 64 MB of memory for all of it', async () => {
  const digest = digestOf(pieces(fileBytes));
  const url = await upload(fileBytes / 10);
  await download(url);
  const before = await memory('forget the peak');
  const [, came] = await Promise.all([
    upload(fileBytes),
    download(url).then(async () => {
      const large = await upload(fileBytes);
      return await download(large);
    }),
  ]);
  const { peakBytes } = await memory('tell');
  expect(stored).toEqual({ bytes: fileBytes, digest });
  expect(came).toEqual({ bytes: fileBytes, digest });
  expect(peakBytes - before.rssBytes).toBeLessThan(mostExtraBytes);
}, 60_000);
