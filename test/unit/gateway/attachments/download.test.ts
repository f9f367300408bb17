import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { RemoteError } from '../../../../src/domain/errors.js';
import { toOutboundExternalId } from '../../../../src/domain/ids.js';
import type { OpenedAttachment } from '../../../../src/ports/contact-centre.js';
import { createFakeContactCentre } from '../../../support/fake-contact-centre.js';
import { readEvents } from '../event-reader.js';
import {
  openSession,
  postMessage,
  refOf,
  send,
  startGateway,
  type TestGateway,
} from '../gateway-fixture.js';

const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(3_000, 7)]);
const publicUrl = 'https://chat.example';
const mostBytes = 40 * 1024 * 1024;

type Open = TestGatewayFiles['openAttachment'];
type TestGatewayFiles = ReturnType<typeof createFakeContactCentre>;

/** A gateway with an agent's message that has a file, and the file's address as a page gets it. */
async function withFile(
  open: Open,
  file: { name?: string; url?: string } = {},
): Promise<TestGateway & { fileUrl: string; shownUrl: string }> {
  const gateway = await startGateway({
    publicUrl,
    files: { ...createFakeContactCentre(), openAttachment: open },
  });
  const session = await openSession(gateway.url);
  const ref = refOf(session.threadId);
  await postMessage(gateway.url, session, { id: 'm1', text: 'x' });
  const { name = 'map.png', url = 'https://files.example/7?s=1' } = file;
  gateway.threads.say(ref, {
    id: toOutboundExternalId(ref, 'a-1'),
    text: 'Here',
    attachments: [{ name, url }],
    acceptedAtMs: 0,
  });
  const reader = await readEvents(gateway.url, session);
  await expect.poll(() => reader.events.length).toBeGreaterThan(1);
  const message = reader.events.find(({ data }) => data['from'] === 'agent');
  const [shown] = (message?.data['attachments'] ?? []) as { url: string }[];
  const shownUrl = shown?.url ?? '';
  return { ...gateway, shownUrl, fileUrl: shownUrl.replace(publicUrl, gateway.url) };
}

const opening =
  (file: Partial<OpenedAttachment> & { content?: AsyncIterable<Uint8Array> }): Open =>
  async () => ({ content: Readable.from([png]), ...file });

test('a page gets an agent’s picture by an address of ours, to be shown in its place', async () => {
  const asked: unknown[] = [];
  const { fileUrl, shownUrl } = await withFile(async (source) => {
    asked.push(source);
    return { mimeType: 'image/png', sizeBytes: png.length, content: Readable.from([png]) };
  });
  expect(shownUrl).toMatch(/^https:\/\/chat\.example\/v1\/attachments\//);
  const answer = await fetch(fileUrl, { headers: { origin: 'https://any.example' } });
  expect(answer.status).toBe(200);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'image/png',
    'content-length': String(png.length),
    'content-disposition': 'inline',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'cross-origin-resource-policy': 'cross-origin',
    'access-control-allow-origin': '*',
    'cache-control': 'private, max-age=600',
    'referrer-policy': 'no-referrer',
  });
  expect(Buffer.from(await answer.arrayBuffer()).equals(png)).toBe(true);
  expect(asked).toMatchObject([
    { url: 'https://files.example/7?s=1', name: 'map.png', messageId: /~~a-1$/ },
  ]);
});

test.each([
  ['a PDF', 'application/pdf', '%PDF-1.7', 'prices.pdf', 'application/pdf'],
  ['a page', 'text/html', '<script>', 'page.html', 'application/octet-stream'],
  ['a page that says it is a picture', 'image/png', '<script>', 'a.png', 'image/png'],
  ['a drawing', 'image/svg+xml', '<svg>', 'a.svg', 'application/octet-stream'],
  ['what says nothing', undefined, 'roar', 'roar', 'application/octet-stream'],
])('%s is saved and never opened', async (_, mimeType, text, name, shownAs) => {
  const { fileUrl } = await withFile(
    opening({
      ...(mimeType === undefined ? {} : { mimeType }),
      content: Readable.from([Buffer.from(text)]),
    }),
    { name },
  );
  const answer = await fetch(fileUrl);
  expect(answer.headers.get('content-disposition')).toBe(`attachment; filename=${name}`);
  expect(answer.headers.get('content-type')).toBe(shownAs);
  expect(await answer.text()).toBe(text);
});

test.each([
  ['half of a surrogate pair', 'map\ud83d.pdf', 'map.pdf'],
  ['a mark that hides how it ends', 'map\u202efdp.exe', 'mapfdp.exe'],
  ['a path', 'C:\\savanna\\map.pdf', 'map.pdf'],
])('a file whose name has %s is saved under what is harmless of it', async (_, name, saved) => {
  const { fileUrl } = await withFile(opening({ content: Readable.from([Buffer.from('roar')]) }), {
    name,
  });
  const answer = await fetch(fileUrl);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-disposition')).toBe(`attachment; filename=${saved}`);
  expect(await answer.text()).toBe('roar');
});

test.each([
  ['ATTACHMENT_GONE', 410],
  ['ATTACHMENT_FORBIDDEN', 403],
  ['ATTACHMENT_UNREACHABLE', 502],
  ['CONTACT_CENTRE_UNREACHABLE', 502],
] as const)('%s is told by a problem document that any page may read', async (code, status) => {
  const { fileUrl } = await withFile(() => Promise.reject(new RemoteError(code, 'no')));
  const answer = await send(fileUrl, { headers: { origin: 'https://any.example' } });
  expect(answer).toMatchObject({ status, json: { code } });
  expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  expect(answer.headers.get('cache-control')).toBe('no-store');
});

test('an address that was not signed leads nowhere', async () => {
  const { url, fileUrl } = await withFile(opening({}));
  for (const path of ['/v1/attachments/x', `${new URL(fileUrl).pathname}x`]) {
    expect(await send(url + path)).toMatchObject({ status: 404, json: { code: 'NOT_FOUND' } });
  }
  expect((await send(fileUrl, { method: 'HEAD' })).status).toBe(405);
});

describe('a file that is larger than is passed on', () => {
  test('and says so is refused', async () => {
    const { fileUrl } = await withFile(opening({ sizeBytes: mostBytes + 1 }));
    const answer = await send(fileUrl);
    expect(answer).toMatchObject({ status: 502, json: { code: 'ATTACHMENT_TOO_LARGE' } });
  });

  test('and does not say so is cut off, with its source', async () => {
    let given = 0;
    let isOver = false;
    async function* endless() {
      try {
        for (;;) {
          given += 1_000_000;
          yield Buffer.alloc(1_000_000);
          await turn();
        }
      } finally {
        isOver = true;
      }
    }
    const { fileUrl } = await withFile(opening({ content: endless() }));
    const answer = await fetch(fileUrl);
    expect(answer.status).toBe(200);
    let got = 0;
    await expect(
      (async () => {
        for await (const piece of answer.body ?? []) got += (piece as Uint8Array).length;
      })(),
    ).rejects.toThrow('terminated');
    expect(got).toBeLessThanOrEqual(mostBytes);
    expect(given).toBeLessThanOrEqual(mostBytes + 2_000_000);
    await expect.poll(() => isOver).toBe(true);
  });
});

test('a page that goes away lets its file go, and that is no failure', async () => {
  let isOver = false;
  async function* slow() {
    try {
      yield png;
      for (;;) {
        await turn();
        yield Buffer.alloc(1_000);
      }
    } finally {
      isOver = true;
    }
  }
  const { fileUrl, logLines } = await withFile(opening({ content: slow() }));
  const page = new AbortController();
  await fetch(fileUrl, { signal: page.signal });
  page.abort();
  await expect.poll(() => isOver).toBe(true);
  expect(logLines.filter((line) => line.includes('"level":50'))).toEqual([]);
});

test('a page that goes away before the file comes ends its fetch', async () => {
  let reason: unknown;
  let isAsked = false;
  const { fileUrl, logLines } = await withFile(
    (_source, signal) =>
      new Promise((_resolve, reject) => {
        isAsked = true;
        signal.addEventListener('abort', () => {
          reason = signal.reason;
          reject(new Error('given up'));
        });
      }),
  );
  const page = new AbortController();
  const asked = fetch(fileUrl, { signal: page.signal });
  await expect.poll(() => isAsked).toBe(true);
  page.abort();
  await expect(asked).rejects.toThrow('abort');
  await expect.poll(() => reason).toBeInstanceOf(Error);
  expect(logLines.filter((line) => line.includes('"level":50'))).toEqual([]);
});
