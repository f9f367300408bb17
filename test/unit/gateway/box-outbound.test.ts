import { describe, expect, test } from 'vitest';
import { placesOfReply, ref, startBox } from './box-fixture.js';
import {
  anonymousChannel,
  identifiedChannel,
  identityToken,
  openSession,
  postMessage,
  refOf,
  webhookChannel,
} from './gateway-fixture.js';

const recipient = (id: unknown = 'c1', name = 'Ringo') => ({
  endUserRecipients: [{ idOnExternalPlatform: id, name, isPrimary: true, isPrivate: false }],
});
const say = (text: string) => ({ messageContent: { type: 'TEXT', payload: { text } } });
const placesOfOutbound = [...placesOfReply.slice(0, 4), 'endUserRecipients.0.idOnExternalPlatform'];

function threadOf(answer: { readonly json: Record<string, unknown> }, channel = anonymousChannel) {
  const { thread } = answer.json as { thread?: { idOnExternalPlatform?: string } };
  return refOf(thread?.idOnExternalPlatform ?? '', channel);
}

describe('an outbound call for a thread that exists', () => {
  test('is a reply, answered with every field', async () => {
    const { threads, outbound } = await startBox();
    const answer = await outbound({
      thread: { idOnExternalPlatform: 'thread-1' },
      ...say('hello'),
      ...recipient(),
      authorUser: { firstName: 'Ada' },
    });
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      message: {
        idOnExternalPlatform: threads.replies(ref)[0]?.id,
        createdAtWithMilliseconds: expect.stringMatching(/\.\d{3}Z$/),
        url: expect.stringMatching(/^http/),
      },
      thread: { idOnExternalPlatform: 'thread-1' },
      endUserIdentities: [
        {
          idOnExternalPlatform: 'c1',
          firstName: 'Ringo',
          lastName: '',
          nickname: 'Ringo',
          image: null,
        },
      ],
      recipients: [
        {
          ...recipient().endUserRecipients[0],
          anonymizedAt: null,
          anonymizedReason: null,
        },
      ],
    });
  });

  test('and is closed, is refused', async () => {
    const { threads, outbound } = await startBox();
    threads.end(ref, 'idle');
    const thread = { idOnExternalPlatform: 'thread-1' };
    expect(await outbound({ thread, ...say('x'), ...recipient() })).toMatchObject({
      status: 409,
      json: { code: 'THREAD_CLOSED', lookedAt: placesOfReply.slice(0, 4) },
    });
  });
});

describe('an outbound call that names no thread', () => {
  test('opens one for its recipient, and answers with it', async () => {
    const { threads, outbound } = await startBox();
    const answer = await outbound({ id: 'dfo-1', ...say('hello'), ...recipient() });
    expect(answer.status).toBe(200);
    const opened = threadOf(answer);
    expect(opened.threadId).toMatch(/^o-[\w-]{32}$/);
    expect(threads.startOf(opened)).toMatchObject({
      customer: { id: 'c1', name: 'Ringo' },
      mayHaveEnded: false,
    });
    expect(threads.replies(opened)).toMatchObject([{ text: 'hello' }]);
    expect(answer.json['message']).toMatchObject({
      idOnExternalPlatform: threads.replies(opened)[0]?.id,
    });
  });

  test.each([
    ['with its id', { id: 'dfo-1' }],
    ['without one', {}],
  ])('three times at once, %s, opens one thread with one message', async (_, id) => {
    const { threads, outbound } = await startBox();
    const body = { ...id, ...say('hello'), ...recipient() };
    const answers = await Promise.all([outbound(body), outbound(body), outbound(body)]);
    const ids = answers.map(({ json }) => json['message']);
    expect(
      new Set(
        ids.map((message) => (message as { idOnExternalPlatform: string }).idOnExternalPlatform),
      ).size,
    ).toBe(1);
    const opened = answers.map((answer) => threadOf(answer));
    expect(new Set(opened.map(({ threadId }) => threadId)).size).toBe(1);
    expect(threads.replies(opened[0] ?? ref)).toHaveLength(1);
  });

  test('is the same thread for another message to the same recipient', async () => {
    const { threads, outbound } = await startBox();
    const answers = await Promise.all(
      ['dfo-1', 'dfo-2'].map((id) => outbound({ id, ...say(id), ...recipient() })),
    );
    const [one = ref, other] = answers.map((answer) => threadOf(answer));
    expect(one).toEqual(other);
    expect(threads.replies(one)).toHaveLength(2);
    const elsewhere = await outbound({ id: 'dfo-3', ...say('x'), ...recipient('c2') });
    expect(threadOf(elsewhere)).not.toEqual(one);
  });

  test("goes into the recipient's open thread, whoever began it", async () => {
    const { url, threads, outbound } = await startBox();
    const session = await openSession(url);
    await postMessage(url, session, { id: 'm1', text: 'hello' });
    const answer = await outbound({ ...say('x'), ...recipient(session.customer.id) });
    expect(threadOf(answer).threadId).toBe(session.threadId);
    expect(threads.replies(refOf(session.threadId))).toHaveLength(1);
  });

  test('opens the next thread when the one before is closed, and finds a repeat in that', async () => {
    const { threads, outbound } = await startBox();
    const first = { id: 'dfo-1', ...say('x'), ...recipient() };
    const opened = threadOf(await outbound(first));
    const other = { id: 'dfo-2', ...say('y'), ...recipient() };
    const answer = await outbound(other);
    threads.end(opened, 'agent');
    const next = threadOf(await outbound({ id: 'dfo-3', ...say('z'), ...recipient() }));
    expect(next).not.toEqual(opened);
    expect((await outbound(other)).json['message']).toMatchObject({
      idOnExternalPlatform: (answer.json['message'] as Record<string, unknown>)[
        'idOnExternalPlatform'
      ],
    });
    expect(threadOf(await outbound(first))).toEqual(opened);
    expect([threads.replies(opened).length, threads.replies(next).length]).toEqual([2, 1]);
  });

  test('works on a channel with a platform too', async () => {
    const { threads, outbound } = await startBox();
    const answer = await outbound({ id: 'dfo-1', ...say('x'), ...recipient() }, webhookChannel);
    expect(threads.replies(threadOf(answer, webhookChannel))).toHaveLength(1);
  });
});

describe('an outbound call that gives a thread which does not exist', () => {
  const thread = { idOnExternalPlatform: 'given-1' };
  const given = refOf('given-1');

  test('opens one of that id, which may have ended long ago', async () => {
    const { threads, outbound } = await startBox();
    const answers = await Promise.all(
      [1, 2, 3].map(() => outbound({ id: 'dfo-1', thread, ...say('x'), ...recipient() })),
    );
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 200, json: { thread } });
    }
    expect(threads.startOf(given)).toMatchObject({ customer: { id: 'c1' }, mayHaveEnded: true });
    expect(threads.replies(given)).toHaveLength(1);
  });

  test('and no recipient, is told where it was looked for', async () => {
    const { threads, outbound, logLines } = await startBox();
    expect(await outbound({ thread, ...say('a secret') })).toMatchObject({
      status: 404,
      json: { code: 'THREAD_UNKNOWN', lookedAt: placesOfOutbound },
    });
    expect(threads.countRepeatKeys()).toBe(0);
    const line = logLines.find((one) => one.includes('no thread found for a call'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({
      lookedAt: placesOfOutbound,
      found: ['thread.idOnExternalPlatform', 'messageContent.type', 'messageContent.payload.text'],
    });
    expect(logLines.join('\n')).not.toContain('a secret');
  });

  test('and cannot exist, is refused', async () => {
    const { outbound } = await startBox();
    const bad = { idOnExternalPlatform: 'a b' };
    expect(await outbound({ thread: bad, ...say('x'), ...recipient() })).toMatchObject({
      status: 400,
      json: { errors: [{ path: ['thread', 'idOnExternalPlatform'] }] },
    });
  });
});

describe('a customer to whom an agent wrote first', () => {
  test('finds the thread at the next session, on any device', async () => {
    const { url, outbound } = await startBox();
    for (const thread of [undefined, { idOnExternalPlatform: 'given-1' }]) {
      const id = thread ? 'ringo' : 'zed';
      const answer = await outbound(
        { id: 'dfo-1', thread, ...say('x'), ...recipient(id) },
        identifiedChannel,
      );
      const body = { identityToken: await identityToken({ sub: id }) };
      const sessions = await Promise.all(
        [1, 2].map(() => openSession(url, body, identifiedChannel)),
      );
      for (const session of sessions) {
        expect(session.threadId).toBe(threadOf(answer, identifiedChannel).threadId);
      }
    }
  });

  test('and who resumes an earlier session, goes on there while it is open', async () => {
    const { url, outbound, threads } = await startBox();
    const earlier = await openSession(url, { customer: { name: 'Ringo' } });
    await postMessage(url, earlier, { id: 'm1', text: 'hello' });
    threads.end(refOf(earlier.threadId), 'agent');
    const answer = await outbound({ ...say('x'), ...recipient(earlier.customer.id) });
    const opened = threadOf(answer);
    const resumed = await openSession(url, { resume: earlier.token });
    expect(resumed).toMatchObject({ threadId: opened.threadId, customer: earlier.customer });
    expect((await postMessage(url, resumed, { id: 'm2', text: 'here' })).status).toBe(202);
    expect(threads.inbound(opened)).toMatchObject([{ id: 'm2' }]);
    threads.end(opened, 'agent');
    const after = await openSession(url, { resume: earlier.token });
    expect(after.threadId).toBe(earlier.threadId);
  });

  test('is known with the name and fields of their own session when they answer', async () => {
    const { url, outbound, threads } = await startBox();
    const answer = await outbound(
      { ...say('x'), ...recipient('ringo', 'Customer 17') },
      identifiedChannel,
    );
    const body = { identityToken: await identityToken({ sub: 'ringo', name: 'Ringo' }) };
    const session = await openSession(url, body, identifiedChannel);
    await postMessage(url, session, { id: 'm1', text: 'hello' });
    const opened = threadOf(answer, identifiedChannel);
    expect(threads.stateOf(opened).customer).toEqual({ id: 'ringo', name: 'Ringo' });
  });
});

describe('an outbound call is refused in the words of its contact centre', () => {
  const outboundValidationFailed = (path: string[]) => ({
    status: 400,
    json: {
      code: 'BODY_INVALID',
      errorCode: 'outboundValidationFailed',
      displayErrorMessage: expect.stringMatching(/^[A-Z]/),
      errors: [{ path, message: expect.any(String) }],
    },
  });

  test.each<[string, object, string[]]>([
    ['no thread and no recipient', { ...say('x') }, ['endUserRecipients']],
    ['no recipient in the list', { ...say('x'), endUserRecipients: [] }, ['endUserRecipients']],
    ['a recipient without an id', { ...say('x'), ...recipient(null) }, ['idOnExternalPlatform']],
    ['a recipient who can be none', { ...say('x'), ...recipient('a b') }, ['idOnExternalPlatform']],
    ['nothing to show', { ...recipient() }, []],
  ])('for %s', async (_, body, path) => {
    const { outbound, threads } = await startBox();
    expect(await outbound({ id: 'dfo-1', ...body })).toMatchObject(outboundValidationFailed(path));
    expect(threads.countRepeatKeys()).toBe(0);
  });

  test('for a body that is no object', async () => {
    const { outbound } = await startBox();
    expect(await outbound([])).toMatchObject(outboundValidationFailed([]));
  });

  test('but not for a channel that does not exist', async () => {
    const { outbound } = await startBox();
    const answer = await outbound({ ...say('x'), ...recipient() }, 'nowhere');
    expect(answer).toMatchObject({ status: 404, json: { code: 'CHANNEL_UNKNOWN' } });
  });
});

describe('the validation of recipients', () => {
  test.each(['c1', 'ringo+1@example.org', '+15550100', 'x'.repeat(128), 4711])(
    'takes %s',
    async (id) => {
      const { validate } = await startBox();
      for (const channel of [anonymousChannel, identifiedChannel, webhookChannel]) {
        expect(await validate(recipient(id), channel)).toMatchObject({
          status: 200,
          json: { status: 'valid' },
        });
      }
    },
  );

  test.each(['', 'a b', 'a/b', 'x'.repeat(129), 'é', null, {}])('refuses %j', async (id) => {
    const { validate } = await startBox();
    const body = {
      endUserRecipients: [...recipient().endUserRecipients, ...recipient(id).endUserRecipients],
    };
    expect(await validate(body)).toMatchObject({
      status: 400,
      json: {
        errorCode: 'outboundValidationFailed',
        displayErrorMessage: expect.any(String),
        errors: [{ path: ['idOnExternalPlatform'], message: expect.any(String) }],
      },
    });
  });

  test.each([{}, { endUserRecipients: [] }, { endUserRecipients: 'c1' }])(
    'refuses no recipients: %j',
    async (body) => {
      const { validate } = await startBox();
      expect(await validate(body)).toMatchObject({
        status: 400,
        json: { errors: [{ path: ['endUserRecipients'] }] },
      });
    },
  );

  test('knows its channel', async () => {
    const { validate } = await startBox();
    expect((await validate(recipient(), 'nowhere')).json['code']).toBe('CHANNEL_UNKNOWN');
  });
});

test('an agent who writes while a session begins, is in the thread of that session', async () => {
  const { url, outbound } = await startBox();
  const body = { identityToken: await identityToken({ sub: 'ringo' }) };
  const [session, answer] = await Promise.all([
    openSession(url, body, identifiedChannel),
    outbound({ ...say('x'), ...recipient('ringo') }, identifiedChannel),
  ]);
  expect(threadOf(answer, identifiedChannel).threadId).toBe(session.threadId);
});
