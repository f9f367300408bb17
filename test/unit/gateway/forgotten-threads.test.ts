import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { RemoteError } from '../../../src/domain/errors.js';
import {
  type OpenedSession,
  openSession,
  postMessage,
  refOf,
  send,
  sessionTokenKey,
  startGateway,
} from './gateway-fixture.js';

const hourMs = 3_600_000;
const unreachable = new RemoteError('CONTACT_CENTRE_UNREACHABLE', 'refused');
const threadOf = ({ threadId }: OpenedSession) => `/v1/threads/${threadId}`;

type Seen = { readonly isOpen?: boolean } | Error;

/** A gateway whose clock a test turns, on a contact centre that says this of any thread. */
async function startAt(seen?: Seen) {
  const clock = { nowMs: Date.now() };
  const asked: string[] = [];
  const gateway = await startGateway({
    clock: () => clock.nowMs,
    readThread: async ({ threadId }) => {
      asked.push(threadId);
      if (seen instanceof Error) throw seen;
      return seen;
    },
  });
  /** Opens a session whose thread is as old as this. */
  const openOld = async (ageMs: number): Promise<OpenedSession> => {
    const first = await openSession(gateway.url);
    clock.nowMs += ageMs;
    return await openSession(gateway.url, { resume: first.token });
  };
  return { ...gateway, clock, asked, openOld };
}

describe('a thread that nobody here knows', () => {
  test('and that was begun lately, is shown as untouched and asked of nobody', async () => {
    const { url, asked, openOld } = await startAt({ isOpen: false });
    const session = await openOld(11 * hourMs);
    expect(await send(`${url}${threadOf(session)}`, { token: session.token })).toMatchObject({
      status: 200,
      json: { state: 'open', messages: [], lastSeq: 0 },
    });
    expect(asked).toEqual([]);
  });

  test.each<[string, Seen | undefined, number, object]>([
    ['does not know it', undefined, 200, { state: 'open' }],
    ['says that it takes messages', { isOpen: true }, 200, { state: 'open' }],
    ['does not say', {}, 200, { state: 'open' }],
    ['says that it was ended', { isOpen: false }, 404, { code: 'NOT_FOUND' }],
    ['cannot be asked', unreachable, 503, { code: 'UNAVAILABLE' }],
  ])(
    'and is old, while the contact centre %s: %o is answered %d',
    async (_how, seen, status, json) => {
      const { url, asked, openOld } = await startAt(seen);
      const session = await openOld(13 * hourMs);
      const answer = await send(`${url}${threadOf(session)}`, { token: session.token });
      expect(answer).toMatchObject({ status, json });
      expect(answer.headers.get('Retry-After')).toBe(status === 503 ? '5' : null);
      expect(asked).toEqual([session.threadId]);
    },
  );

  test('is begun with the word that it may have ended, once it is old', async () => {
    const { url, threads, openOld } = await startAt();
    for (const [ageMs, mayHaveEnded] of [
      [0, false],
      [11 * hourMs, false],
      [13 * hourMs, true],
    ] as const) {
      const session = await openOld(ageMs);
      await postMessage(url, session, { id: 'm1', text: 'x' });
      expect(threads.startOf(refOf(session.threadId)).mayHaveEnded, `${ageMs}`).toBe(mayHaveEnded);
    }
  });

  test('keeps its age however often its session is resumed', async () => {
    const { url, threads, clock } = await startAt();
    let session = await openSession(url);
    for (let round = 0; round < 4; round += 1) {
      clock.nowMs += 4 * hourMs;
      session = await openSession(url, { resume: session.token });
    }
    await postMessage(url, session, { id: 'm1', text: 'x' });
    expect(threads.startOf(refOf(session.threadId)).mayHaveEnded).toBe(true);
  });

  test('of a token that does not say since when there is one, may have ended', async () => {
    const { url, threads, clock } = await startAt();
    const { threadId, customer } = await openSession(url);
    const token = await new SignJWT({
      sub: customer.id,
      channel: 'watering-hole',
      thread: threadId,
    })
      .setProtectedHeader({ alg: 'HS256' })
      .setAudience('isthmus:session')
      .setExpirationTime(Math.floor(clock.nowMs / 1_000) + 60)
      .sign(new TextEncoder().encode(sessionTokenKey));
    await postMessage(url, { threadId, token }, { id: 'm1', text: 'x' });
    expect(threads.startOf(refOf(threadId)).mayHaveEnded).toBe(true);
  });
});

test('a thread that is known here is shown whatever its age, and asked of nobody', async () => {
  const { url, clock, asked } = await startAt({ isOpen: false });
  const first = await openSession(url);
  await postMessage(url, first, { id: 'm1', text: 'x' });
  clock.nowMs += 48 * hourMs;
  const session = await openSession(url, { resume: first.token });
  expect(await send(`${url}${threadOf(session)}`, { token: session.token })).toMatchObject({
    status: 200,
    json: { messages: [{ id: 'm1' }] },
  });
  expect(asked).toEqual([]);
});
