import { describe, expect, test } from 'vitest';
import { createFakeThreads } from '../../support/fake-threads.js';
import { inboundId, outboundId, placesOfReply, ref, startBox } from './box-fixture.js';
import { anonymousChannel, identifiedChannel, openBox, refOf, send } from './gateway-fixture.js';
import { startOf } from './hub-fixture.js';

describe('a reply finds its thread by', () => {
  test.each<[string, string | undefined, unknown]>([
    [
      'its id on the external platform',
      undefined,
      { thread: { idOnExternalPlatform: 'thread-1' } },
    ],
    ["its post's id", undefined, { post: { idOnExternalPlatform: 'thread-1' } }],
    [
      "its post's id and channel",
      undefined,
      { post: { idOnExternalPlatform: 'thread-1', channelId: anonymousChannel } },
    ],
    [
      "the customer's message that it replies to",
      undefined,
      { replyToMessageIdOnExternalPlatform: inboundId },
    ],
    [
      "the agent's message that it replies to",
      undefined,
      { replyToMessageIdOnExternalPlatform: outboundId },
    ],
    ['the message inside', undefined, { replyToMessage: { idOnExternalPlatform: inboundId } }],
    ['the path', 'thread-1', {}],
    ['the path behind its channel', `${anonymousChannel}_thread-1`, {}],
    [
      'the path, beside places that hold nothing of use',
      'thread-1',
      { thread: null, post: 4, replyToMessage: [], replyToMessageIdOnExternalPlatform: '' },
    ],
    [
      'the next place, when the first names a thread that does not exist',
      undefined,
      { thread: { idOnExternalPlatform: 'gone' }, post: { idOnExternalPlatform: 'thread-1' } },
    ],
    [
      'its id behind its channel',
      undefined,
      { thread: { idOnExternalPlatform: `${anonymousChannel}_thread-1` } },
    ],
  ])('%s', async (_, postId, body) => {
    const { threads, reply } = await startBox();
    for (const id of ['dfo-1', undefined]) {
      const answer = await reply({ id, content: `hello ${id}`, ...(body as object) }, postId);
      expect(answer).toMatchObject({
        status: 200,
        json: { idOnExternalPlatform: expect.stringMatching(/^watering-hole~thread-1~~[\w-]+$/) },
      });
      expect(threads.replies(ref).at(-1)).toMatchObject({
        id: answer.json['idOnExternalPlatform'],
        text: `hello ${id}`,
      });
    }
  });

  test('none of these, and is told where it was looked for', async () => {
    const { reply, threads } = await startBox();
    for (const body of [
      { content: 'x', thread: { idOnExternalPlatform: 'gone' } },
      { content: 'x', title: 'thread-1' },
      { id: 'dfo-1', content: 'x', thread: { id: 'thread-1' } },
      { content: 'x', post: { channelId: identifiedChannel, idOnExternalPlatform: 'thread-1' } },
    ]) {
      expect(await reply(body)).toMatchObject({
        status: 404,
        json: { code: 'THREAD_UNKNOWN', lookedAt: placesOfReply },
      });
    }
    expect(threads.countRepeatKeys()).toBe(0);
  });

  test('the channel that it names, where two channels have a thread of that id', async () => {
    const { threads, reply } = await startBox();
    const other = refOf('thread-1', identifiedChannel);
    threads.begin(startOf(other));
    const post = { channelId: identifiedChannel, idOnExternalPlatform: 'thread-1' };
    expect((await reply({ id: 'dfo-1', content: 'x', post })).status).toBe(200);
    expect(threads.replies(other)).toHaveLength(1);
    expect(threads.replies(ref)).toHaveLength(0);
  });
});

describe('a reply says', () => {
  const thread = { idOnExternalPlatform: 'thread-1' };
  const url = 'https://example.org/files/map.png';

  test.each<[string, object, object]>([
    [
      'the text of its payload',
      { messageContent: { type: 'TEXT', payload: { text: 'a' }, text: 'b' }, content: 'c' },
      { text: 'a' },
    ],
    ['the text of its content', { messageContent: { text: 'b' }, content: 'c' }, { text: 'b' }],
    ['its plain content', { content: 'c' }, { text: 'c' }],
    [
      "its author's nickname",
      { content: 'c', authorUser: { nickname: 'Rhino', firstName: 'Ada' } },
      { author: { name: 'Rhino' } },
    ],
    [
      "its author's first name",
      { content: 'c', author: { nickname: null, firstName: 'Ada' } },
      { author: { name: 'Ada' } },
    ],
    [
      "its author's picture",
      { content: 'c', authorUser: { firstName: 'Ada', imageUrl: url } },
      { author: { name: 'Ada', imageUrl: url } },
    ],
    [
      'no picture that is no web address',
      { content: 'c', authorUser: { firstName: 'Ada', imageUrl: 'javascript:x' } },
      { author: { name: 'Ada' } },
    ],
    [
      'its files',
      {
        content: 'c',
        attachments: [
          { friendlyName: 'map', url, mimeType: 'image/png' },
          { url },
          { url: 'ftp://x/y' },
          4,
          null,
        ],
      },
      {
        attachments: [
          { name: 'map', url, mimeType: 'image/png' },
          { name: 'map.png', url },
        ],
      },
    ],
    ['files alone', { attachments: [{ friendlyName: 'map', url }] }, { text: '' }],
    [
      'rich content, as it came, with a text that is always enough',
      {
        messageContent: {
          type: 'QUICK_REPLIES',
          payload: { text: { content: 'Sure?' }, actions: [{ x: 1 }] },
          fallbackText: 'f',
        },
      },
      {
        text: 'Sure?',
        content: {
          type: 'QUICK_REPLIES',
          payload: { text: { content: 'Sure?' }, actions: [{ x: 1 }] },
        },
      },
    ],
    [
      'rich content without a text of its own, in its words',
      {
        messageContent: {
          type: 'QUICK_REPLIES',
          payload: { text: { content: 'Sure?' }, actions: [{ text: 'Yes' }, { text: 'No' }] },
          fallbackText: 'f',
        },
      },
      { text: 'Sure?\n- Yes\n- No' },
    ],
    [
      'rich content beside a text of its own, which is given what can be chosen',
      {
        messageContent: {
          type: 'QUICK_REPLIES',
          text: 'Really sure?',
          payload: { text: { content: 'Sure?' }, actions: [{ text: 'Yes' }, { text: 'No' }] },
        },
      },
      { text: 'Really sure?\n- Yes\n- No' },
    ],
    [
      'rich content that says nothing, by its fallback',
      { messageContent: { type: 'PLUGIN', payload: { elements: [] }, fallbackText: 'f' } },
      { text: 'f', content: { type: 'PLUGIN', payload: { elements: [] } } },
    ],
    [
      'content that nobody can put into words, by its name',
      { messageContent: { type: 'FORM', payload: { fields: [] } } },
      { text: '[FORM]', content: { type: 'FORM', payload: { fields: [] } } },
    ],
    [
      'content beside a file, without a name for it',
      {
        messageContent: { type: 'FILE', payload: {} },
        attachments: [{ friendlyName: 'map', url }],
      },
      { text: '', content: { type: 'FILE' }, attachments: [{ name: 'map', url }] },
    ],
    [
      'what nobody knows, by its fallback',
      {
        messageContent: { type: 'HOLOGRAM', payload: { beam: 4 }, fallbackText: 'a hologram' },
        extra: { a: [1] },
      },
      { text: 'a hologram', content: { type: 'HOLOGRAM', payload: { beam: 4 } } },
    ],
  ])('%s', async (_, body, expected) => {
    const { threads, reply } = await startBox();
    expect((await reply({ id: 'dfo-1', thread, ...body })).status).toBe(200);
    expect(threads.replies(ref)).toMatchObject([expected]);
  });

  test.each([
    [{}],
    [{ content: '' }],
    [{ content: true, messageContent: { type: 'TEXT' } }],
    [{ messageContent: 'x' }],
    [{ attachments: 'x' }],
  ])('nothing that could be shown: %o', async (body) => {
    const { reply } = await startBox();
    expect(await reply({ id: 'dfo-1', thread, ...body })).toMatchObject({
      status: 400,
      json: {
        code: 'BODY_INVALID',
        detail: expect.stringContaining('messageContent.payload.text'),
      },
    });
  });

  test('up to half a mebibyte', async () => {
    const { reply } = await startBox();
    expect((await reply({ id: '1', thread, content: 'x'.repeat(500_000) })).status).toBe(200);
    expect(await reply({ id: '2', thread, content: 'x'.repeat(530_000) })).toMatchObject({
      status: 413,
      json: { code: 'BODY_TOO_LARGE' },
    });
  });

  test.each([
    '{"thread":',
    '[]',
    'null',
    `{"content":"x","a":${'['.repeat(200)}${']'.repeat(200)}}`,
  ])('nothing in a body that is no object: %#', async (body) => {
    const { url: gatewayUrl } = await startBox();
    const token = await openBox(gatewayUrl);
    const answer = await send(`${gatewayUrl}/integration/box/1.0/posts/thread-1/messages`, {
      token,
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect(answer).toMatchObject({ status: 400, json: { code: 'BODY_INVALID' } });
  });

  test('nothing that changes what objects are', async () => {
    const { reply, threads } = await startBox();
    const body = JSON.parse(
      '{"id":"1","content":"x","__proto__":{"thread":{"idOnExternalPlatform":"thread-1"}}}',
    ) as unknown;
    expect((await reply(body)).status).toBe(404);
    expect(threads.replies(ref)).toHaveLength(0);
  });
});

describe('the same call again', () => {
  const body = (id: unknown) => ({
    id,
    content: 'x',
    thread: { idOnExternalPlatform: 'thread-1' },
  });

  test.each(['dfo-1', 4711])('with the id %j is answered the same and shown once', async (id) => {
    const { threads, reply } = await startBox();
    const answers = await Promise.all([reply(body(id)), reply(body(id)), reply(body(id), 'other')]);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(threads.replies(ref)).toHaveLength(1);
    expect((await reply(body('dfo-2'))).text).not.toBe(answers[0]?.text);
    expect(threads.replies(ref)).toHaveLength(2);
  });

  test('is not one whose id is another number, though both are read as the same', async () => {
    const { threads, reply } = await startBox();
    const numbered = (id: string, content: string) =>
      `{"id":${id},"content":"${content}","thread":{"idOnExternalPlatform":"thread-1"}}`;
    const first = await reply(numbered('9007199254740992', 'x'));
    const second = await reply(numbered('9007199254740993', 'y'));
    expect(second).toMatchObject({ status: 200 });
    expect(second.text).not.toBe(first.text);
    expect(threads.replies(ref)).toMatchObject([{ text: 'x' }, { text: 'y' }]);
  });

  test('that answers a message is the same by its id, whatever it names', async () => {
    const { threads, reply } = await startBox();
    const answering = (id: string) => ({
      ...body('dfo-1'),
      replyToMessage: { idOnExternalPlatform: id },
      isReplyToSpecificMessage: true,
    });
    const first = await reply(answering(inboundId));
    expect(await reply(answering(outboundId))).toMatchObject({ status: 200, text: first.text });
    expect(threads.replies(ref)).toMatchObject([{ replyTo: inboundId }]);
  });

  test('without an id is the same for ten seconds, whatever the order of its keys', async () => {
    let nowMs = Date.now();
    const clock = () => nowMs;
    const { threads, reply } = await startBox({ clock, threads: createFakeThreads(clock) });
    const first = await reply({ content: 'x', thread: { idOnExternalPlatform: 'thread-1' } });
    nowMs += 9_000;
    const second = await reply({ thread: { idOnExternalPlatform: 'thread-1' }, content: 'x' });
    expect(second.text).toBe(first.text);
    nowMs += 1_001;
    const third = await reply({ content: 'x', thread: { idOnExternalPlatform: 'thread-1' } });
    expect(third.text).not.toBe(first.text);
    expect(threads.replies(ref)).toHaveLength(2);
  });

  test('that was taken before the end is answered the same after it', async () => {
    const { threads, reply } = await startBox();
    const first = await reply(body('dfo-1'));
    threads.end(ref, 'customer');
    expect(await reply(body('dfo-1'))).toMatchObject({ status: 200, text: first.text });
    expect(await reply(body('dfo-2'))).toMatchObject({
      status: 409,
      json: { code: 'THREAD_CLOSED', lookedAt: placesOfReply, threadId: 'thread-1' },
    });
  });
});
