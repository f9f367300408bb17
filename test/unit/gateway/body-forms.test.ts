import { expect, test } from 'vitest';
import { inboundId, outboundId, placesOfReply, ref, startBox } from './box-fixture.js';

const payload = { text: 'fresh' };

interface Form {
  readonly path: 'reply' | 'outbound';
  readonly body: object;
}

const inThread = { id: 'dfo-1', thread: { idOnExternalPlatform: 'thread-1' } };
const forwarded = { ...inThread, forward: { message: { id: 'dfo-0' }, id: null } };
const said = { messageContent: { type: 'TEXT', payload } };

/** What a call says besides its text; `undefined` for what it does not say. */
const besides: [string, Form, { replyTo?: string; isForwarded?: boolean; text?: string }][] = [
  [
    'v2 that answers a message of the customer',
    {
      path: 'outbound',
      body: {
        ...inThread,
        ...said,
        replyToMessage: { id: 'dfo-0', idOnExternalPlatform: inboundId },
        isReplyToSpecificMessage: true,
      },
    },
    { replyTo: inboundId },
  ],
  [
    'v2 that answers nothing in particular',
    {
      path: 'outbound',
      body: {
        ...inThread,
        ...said,
        replyToMessage: { idOnExternalPlatform: inboundId },
        isReplyToSpecificMessage: false,
      },
    },
    {},
  ],
  [
    'v2 that answers a message of which it gives no id of ours',
    {
      path: 'outbound',
      body: {
        ...inThread,
        ...said,
        replyToMessage: { id: 'dfo-0' },
        isReplyToSpecificMessage: true,
      },
    },
    {},
  ],
  [
    'v2 that answers what is no id',
    {
      path: 'outbound',
      body: {
        ...inThread,
        ...said,
        replyToMessage: { idOnExternalPlatform: 'not an id' },
        isReplyToSpecificMessage: true,
      },
    },
    {},
  ],
  [
    'v1 that answers a message of an agent',
    {
      path: 'reply',
      body: {
        id: 'dfo-1',
        content: 'fresh',
        replyToMessageIdOnExternalPlatform: outboundId,
        isReplyToSpecificMessage: true,
      },
    },
    { replyTo: outboundId },
  ],
  [
    'v1 that names the last message, as any reply may',
    {
      path: 'reply',
      body: { id: 'dfo-1', content: 'fresh', replyToMessageIdOnExternalPlatform: inboundId },
    },
    {},
  ],
  [
    'v1 with a flag that is no flag',
    {
      path: 'reply',
      body: {
        id: 'dfo-1',
        content: 'fresh',
        replyToMessageIdOnExternalPlatform: inboundId,
        isReplyToSpecificMessage: 'true',
      },
    },
    {},
  ],
  [
    'v2 that hands a message on',
    { path: 'outbound', body: { ...forwarded, ...said } },
    { isForwarded: true },
  ],
  [
    'v1 that hands a message on',
    { path: 'reply', body: { ...forwarded, ...said } },
    { isForwarded: true },
  ],
  [
    'v2 that hands a message on, and nothing of it',
    { path: 'outbound', body: { ...forwarded, messageContent: { type: 'TEXT', payload: {} } } },
    { isForwarded: true, text: '[forwarded message]' },
  ],
  [
    'v2 that hands on a file',
    {
      path: 'outbound',
      body: { ...forwarded, attachments: [{ friendlyName: 'a', url: 'https://a.example/a' }] },
    },
    { isForwarded: true, text: '' },
  ],
  [
    'v2 that hands on nothing',
    { path: 'outbound', body: { ...inThread, ...said, forward: { message: null } } },
    {},
  ],
];

test.each(besides)('what is said besides the text is read in %s', async (_, form, expected) => {
  const { threads, reply, outbound } = await startBox();
  const answer = form.path === 'reply' ? await reply(form.body) : await outbound(form.body);
  expect(answer.status).toBe(200);
  const [taken] = threads.replies(ref);
  const { replyTo, isForwarded, text } = taken ?? {};
  expect({ replyTo, isForwarded, text }).toEqual({
    replyTo: undefined,
    isForwarded: undefined,
    text: 'fresh',
    ...expected,
  });
});

test('a form that nobody knows is answered 404, and body and log say where it was looked', async () => {
  const { reply, logLines } = await startBox();
  const body = {
    id: 'dfo-1',
    conversation: { external: 'thread-1', 'what is this': 'a secret' },
    content: 'another secret',
    people: [{ name: 'Ringo' }, { name: 'Zed' }],
  };
  expect(await reply(body)).toMatchObject({
    status: 404,
    json: { code: 'THREAD_UNKNOWN', lookedAt: placesOfReply, requestId: expect.any(String) },
  });
  const line = logLines.find((one) => one.includes('no thread found for a call')) ?? '{}';
  expect(JSON.parse(line)).toMatchObject({
    level: 40,
    lookedAt: placesOfReply,
    found: ['id', 'conversation.external', 'conversation.?', 'content', 'people.0.name'],
    requestId: expect.any(String),
  });
  for (const secret of ['secret', 'what is this', 'Ringo']) {
    expect(logLines.join('\n')).not.toContain(secret);
  }
});
