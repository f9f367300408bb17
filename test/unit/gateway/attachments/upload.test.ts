import { once } from 'node:events';
import http from 'node:http';
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { RemoteError } from '../../../../src/domain/errors.js';
import { createFakeContactCentre } from '../../../support/fake-contact-centre.js';
import {
  anonymousChannel,
  listedOrigin,
  type OpenedSession,
  openSession,
  otherOrigin,
  postMessage,
  refOf,
  send,
  startGateway,
} from '../gateway-fixture.js';

const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(3_000, 7)]);
const forty = 40_000_000;

function upload(
  url: string,
  { threadId, token }: Pick<OpenedSession, 'threadId' | 'token'>,
  file: { name?: string; type?: string; body?: Buffer; headers?: Record<string, string> } = {},
) {
  const { name = 'map.png', type = 'image/png', body = png } = file;
  return send(`${url}/v1/threads/${threadId}/attachments?name=${encodeURIComponent(name)}`, {
    method: 'POST',
    token,
    headers: { 'content-type': type, ...file.headers },
    body: new Uint8Array(body),
  });
}

/** Sends a body without saying how long it is, until the server has enough. */
async function pour(url: string, token: string, bytes: number): Promise<{ status: number }> {
  const request = http.request(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'video/mp4' },
  });
  const answered = once(request, 'response') as Promise<[http.IncomingMessage]>;
  const facts: { status?: number } = {};
  void answered.then(([response]) => {
    facts.status = response.statusCode ?? 0;
  });
  request.on('error', () => undefined);
  const piece = Buffer.alloc(1_000_000, 1);
  for (let sent = 0; sent < bytes && facts.status === undefined; sent += piece.length) {
    if (!request.write(piece)) await Promise.race([once(request, 'drain'), answered]);
    await turn();
  }
  const [response] = await answered;
  request.destroy();
  return { status: response.statusCode ?? 0 };
}

test('a file is stored, and goes with a message by an address of ours', async () => {
  const files = createFakeContactCentre();
  const { url, threads, logLines } = await startGateway({ files });
  const session = await openSession(url);
  const answer = await upload(url, session, { name: '../Löwe.png', type: 'image/png; x=1' });
  expect(answer).toMatchObject({
    status: 201,
    json: { name: 'Löwe.png', mimeType: 'image/png', size: png.length },
  });
  const stored = files.files.get('https://files.example/1');
  expect(stored?.mimeType).toBe('image/png');
  expect(stored?.bytes.equals(png)).toBe(true);

  const attachments = [{ name: 'Löwe.png', url: String(answer.json['url']) }];
  const posted = await postMessage(url, session, { id: 'm1', text: '', attachments });
  expect(posted.status).toBe(202);
  expect(threads.inbound(refOf(session.threadId))).toMatchObject([
    {
      attachments: [
        { name: 'Löwe.png', url: 'https://files.example/1', mimeType: 'image/png', isUpload: true },
      ],
    },
  ]);
  expect(logLines.join('')).not.toContain('files.example');
});

test('the customer’s page gets what it uploaded by an address of ours, and its own links as they are', async () => {
  const { url } = await startGateway({ publicUrl: 'https://chat.example' });
  const session = await openSession(url);
  const { json } = await upload(url, session);
  const link = { name: 'other.png', url: 'https://elsewhere.example/other.png' };
  const attachments = [{ name: 'map.png', url: String(json['url']) }, link];
  await postMessage(url, session, { id: 'm1', text: 'see', attachments });
  const { token, threadId } = session;
  const snapshot = await send(`${url}/v1/threads/${threadId}`, { token });
  const [message] = snapshot.json['messages'] as { attachments: Record<string, string>[] }[];
  expect(message?.attachments).toEqual([
    { name: 'map.png', url: expect.any(String), mimeType: 'image/png' },
    link,
  ]);
  const shown = new URL(message?.attachments[0]?.['url'] ?? '');
  expect(shown.origin).toBe('https://chat.example');
  const got = await fetch(`${url}${shown.pathname}`);
  expect(Buffer.from(await got.arrayBuffer()).equals(png)).toBe(true);
});

test('an address of ours that was not signed goes with no message', async () => {
  const { url, threads } = await startGateway({ publicUrl: 'https://chat.example' });
  const session = await openSession(url);
  const attachments = [{ name: 'x', url: 'https://chat.example/v1/attachments/forged.x' }];
  const answer = await postMessage(url, session, { id: 'm1', text: 'x', attachments });
  expect(answer).toMatchObject({ status: 400, json: { code: 'BODY_INVALID' } });
  expect(answer.json['detail']).toContain('attachments.0.url');
  expect(threads.inbound(refOf(session.threadId))).toEqual([]);
});

describe('a file that is refused', () => {
  test.each([
    ['a page', { type: 'text/html', name: 'a.txt' }, 415, 'ATTACHMENT_TYPE_REFUSED'],
    ['a page under another type', { body: Buffer.from('<html>') }, 415, 'ATTACHMENT_TYPE_REFUSED'],
    ['a page by its name', { name: 'map.html' }, 415, 'ATTACHMENT_TYPE_REFUSED'],
    ['nothing', { body: Buffer.alloc(0) }, 400, 'BODY_INVALID'],
    ['too much', { body: Buffer.alloc(forty + 1) }, 413, 'BODY_TOO_LARGE'],
  ])('is %s', async (_, file, status, code) => {
    const files = createFakeContactCentre();
    const { url } = await startGateway({ files });
    const session = await openSession(url);
    expect(await upload(url, session, file)).toMatchObject({ status, json: { code } });
    expect(files.files.size).toBe(0);
  });

  test('is one of a stranger, of another page, of another thread', async () => {
    const { url } = await startGateway();
    const session = await openSession(url);
    const stranger = await upload(url, { ...session, token: 'x.y.z' });
    expect(stranger).toMatchObject({ status: 401, json: { code: 'TOKEN_INVALID' } });
    const foreign = await upload(url, session, { headers: { origin: otherOrigin } });
    expect(foreign).toMatchObject({ status: 403, json: { code: 'ORIGIN_FORBIDDEN' } });
    const other = await upload(url, { ...session, threadId: 'another' });
    expect(other).toMatchObject({ status: 403, json: { code: 'THREAD_FORBIDDEN' } });
    const own = await upload(url, session, { headers: { origin: listedOrigin } });
    expect(own.headers.get('access-control-allow-origin')).toBe(listedOrigin);
  });

  test('is one more than forty in a minute', async () => {
    const { url } = await startGateway({ clock: () => 1_000_000_000_000 });
    const session = await openSession(url);
    for (let count = 0; count < 40; count += 1) {
      expect((await upload(url, session)).status).toBe(201);
    }
    const answer = await upload(url, session);
    expect(answer).toMatchObject({ status: 429, json: { code: 'RATE_LIMITED' } });
  });

  test('is one for a thread that is closed', async () => {
    const files = createFakeContactCentre();
    const { url, threads } = await startGateway({ files });
    const session = await openSession(url);
    await postMessage(url, session, { id: 'm1', text: 'x' });
    await threads.tellCustomerEnd(refOf(session.threadId));
    await expect
      .poll(async () => (await threads.standing(refOf(session.threadId))).kind)
      .toBe('closed');
    const answer = await upload(url, session);
    expect(answer).toMatchObject({
      status: 409,
      json: { code: 'THREAD_CLOSED', closedBy: 'customer' },
    });
    expect(files.files.size).toBe(0);
  });
});

test('a body that does not say its size is cut off at the limit', async () => {
  const files = createFakeContactCentre();
  let taken = 0;
  const { url } = await startGateway({
    files: {
      ...files,
      async storeAttachment({ content }) {
        for await (const piece of content) taken += piece.length;
        return { url: 'https://files.example/never' };
      },
    },
  });
  const { threadId, token } = await openSession(url);
  const path = `${url}/v1/threads/${threadId}/attachments`;
  expect((await pour(path, token, 100_000_000)).status).toBe(413);
  expect(taken).toBeLessThanOrEqual(forty);
});

test.each([
  ['CONTACT_CENTRE_UNREACHABLE', 503, 'UNAVAILABLE', '2'],
  ['CONTACT_CENTRE_UNAUTHORISED', 503, 'UNAVAILABLE', '2'],
  ['CONTACT_CENTRE_SILENT', 503, 'UNAVAILABLE', '2'],
  ['CONTACT_CENTRE_REJECTED', 422, 'ATTACHMENT_REFUSED', null],
] as const)('after %s the customer is answered %i %s', async (code, status, said, retryAfter) => {
  const files = createFakeContactCentre();
  const { url } = await startGateway({
    files: {
      ...files,
      storeAttachment: () => Promise.reject(new RemoteError(code, 'no')),
    },
  });
  const answer = await upload(url, await openSession(url));
  expect(answer).toMatchObject({ status, json: { code: said } });
  expect(answer.headers.get('retry-after')).toBe(retryAfter);
});

test('a customer who breaks off leaves nothing behind', async () => {
  const files = createFakeContactCentre();
  let aborted: unknown;
  let begun: () => void = () => undefined;
  const hasBegun = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const { url, logLines } = await startGateway({
    files: {
      ...files,
      async storeAttachment({ content }, signal) {
        signal.addEventListener('abort', () => {
          aborted = signal.reason;
        });
        begun();
        await Readable.from(content).toArray();
        return { url: 'https://files.example/never' };
      },
    },
  });
  const { threadId, token } = await openSession(url, {}, anonymousChannel);
  const request = http.request(`${url}/v1/threads/${threadId}/attachments`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'image/png',
      'content-length': '3008',
    },
  });
  request.on('error', () => undefined);
  request.write(png.subarray(0, 2_000));
  await hasBegun;
  request.destroy();
  await expect.poll(() => aborted).toBeInstanceOf(Error);
  await expect.poll(() => logLines.join('')).toContain('upload broken off');
  expect(logLines.filter((line) => line.includes('"level":50'))).toEqual([]);
});
