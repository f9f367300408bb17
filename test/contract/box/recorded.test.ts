/** The box against what CXone sends, as it was written down: one file a request. */
import { describe, expect, test } from 'vitest';
import { apiOrigin } from '../../support/fake-channel-admin.js';
import { admin, startAdmin } from '../../unit/gateway/admin-fixture.js';
import { inboundId, outboundId, ref, startBox } from '../../unit/gateway/box-fixture.js';
import { openBox, refOf, startGateway } from '../../unit/gateway/gateway-fixture.js';
import { bodyOf, readWritten, sendWritten, writtenRequests } from './written-request.js';

/** Sends a request to a box where the thread `thread-1` is open. */
async function tell(name: string) {
  const box = await startBox();
  const answer = await sendWritten(box.url, name, { token: await openBox(box.url) });
  return { ...box, answer };
}

const namesFrom = (start: string) => writtenRequests.filter((name) => name.startsWith(start));
const withToken = writtenRequests.filter(
  (name) => readWritten(name).headers['Authorization'] === 'Bearer {token}',
);

const repliesByOutbound = [
  'outbound-whole',
  'outbound-to-agents-message',
  'outbound-channel-and-thread',
  'outbound-like-reply',
  'outbound-unknown-type',
  'outbound-answer',
  'outbound-forward',
];
const firstMessages = ['outbound-first', 'outbound-first-given-thread'];
const contentsAndWords = [
  ['outbound-quick-replies', 'Is it fresh?\n- Yes: I drank it\n- No'],
  ['outbound-list-picker', 'Watering holes\nWhich one?\n- North: deep\n- South'],
  ['outbound-rich-link', 'The way there: https://jungle.example/way'],
  ['outbound-plugin', 'Mud\nWhich kind?\n- Soft'],
  ['outbound-adaptive-card', 'The river is back.\n- See it: https://jungle.example/river'],
  ['outbound-time-picker', 'When shall we feed you?'],
] as const;

test('no request is left out', () => {
  const others = /^(token|reply|validation|sender-action|admin-action)/;
  const known = [
    ...repliesByOutbound,
    ...firstMessages,
    'outbound-files',
    ...contentsAndWords.map(([name]) => name),
  ];
  const left = writtenRequests.filter((name) => !others.test(name) && !known.includes(name));
  expect(left).toEqual([]);
  expect(withToken).toHaveLength(writtenRequests.length - namesFrom('token').length - 2);
});

describe('a token', () => {
  test.each([
    'token-json',
    'token-json-lifetime',
    'token-form',
    'token-basic',
    'token-basic-encoded',
  ])('is given for %s', async (name) => {
    const { url } = await startGateway();
    expect(await sendWritten(url, name)).toMatchObject({
      status: 200,
      json: { access_token: expect.any(String), token_type: 'Bearer', expires_in: 3_600 },
    });
  });

  test.each([
    ['token-wrong-secret', 401, 'invalid_client'],
    ['token-other-grant', 400, 'unsupported_grant_type'],
  ])('is not given for %s', async (name, status, error) => {
    const { url } = await startGateway();
    expect(await sendWritten(url, name)).toMatchObject({ status, json: { error } });
  });

  test.each(withToken)('is asked for by a 401 to %s, of which nothing comes', async (name) => {
    const { url, threads } = await startBox();
    for (const headers of [{ token: '' }, { token: 'eyJhbGciOiJIUzI1NiJ9.e30.c2ln' }]) {
      expect((await sendWritten(url, name, headers)).status).toBe(401);
    }
    expect(threads.replies(ref)).toEqual([]);
    expect(threads.told(ref).typing).toEqual([]);
  });
});

describe('a reply', () => {
  test('names messages as they are named here', () => {
    const [theirs, ours] = [
      bodyOf('reply-to-customers-message'),
      bodyOf('outbound-to-agents-message'),
    ];
    expect(theirs['replyToMessageIdOnExternalPlatform']).toBe(inboundId);
    expect(ours['replyToMessage']).toEqual({ idOnExternalPlatform: outboundId });
  });

  test.each(namesFrom('reply'))('%s is in its thread, and answered with our id', async (name) => {
    const { threads, answer } = await tell(name);
    const [shown] = threads.replies(ref);
    expect(shown).toMatchObject({ text: 'fresh' });
    expect(answer).toMatchObject({ status: 200, json: { idOnExternalPlatform: shown?.id } });
  });

  test.each([
    ['reply-post-and-both-texts', { name: 'Ada' }],
    ['reply-like-outbound', { name: 'Ada' }],
    ['reply-of-a-bot', { name: 'Splash', imageUrl: 'https://jungle.example/splash.png' }],
    ['outbound-whole', { name: 'Ada' }],
  ])('%s says who writes', async (name, author) => {
    const { threads } = await tell(name);
    expect(threads.replies(ref)[0]?.author).toEqual(author);
  });
});

describe('an outbound call', () => {
  test.each(repliesByOutbound)('%s is a reply where its thread is open', async (name) => {
    const { threads, answer } = await tell(name);
    const [shown] = threads.replies(ref);
    expect(shown).toMatchObject({ text: 'fresh' });
    expect(answer).toMatchObject({
      status: 200,
      json: {
        message: { idOnExternalPlatform: shown?.id },
        thread: { idOnExternalPlatform: 'thread-1' },
      },
    });
  });

  test.each(firstMessages)(
    '%s opens a thread for its recipient, answered with every field',
    async (name) => {
      const { threads, answer } = await tell(name);
      const given = name === 'outbound-first' ? /^o-[\w-]{32}$/ : /^given-1$/;
      expect(answer).toMatchObject({
        status: 200,
        json: {
          message: {
            createdAtWithMilliseconds: expect.stringMatching(/T[\d:]{8}\.\d{3}Z$/),
            url: expect.stringMatching(/^https?:/),
          },
          thread: { idOnExternalPlatform: expect.stringMatching(given) },
        },
      });
      const { message, thread, endUserIdentities, recipients } = answer.json as Record<
        string,
        { readonly idOnExternalPlatform?: string }
      >;
      const opened = refOf(thread?.idOnExternalPlatform ?? '');
      expect(threads.startOf(opened).customer).toEqual({ id: 'c1', name: 'Ringo' });
      expect(threads.replies(opened)).toMatchObject([
        { id: message?.idOnExternalPlatform, text: 'fresh' },
      ]);
      const asked = bodyOf(name)['endUserRecipients'] as readonly Record<string, unknown>[];
      expect(recipients).toEqual(
        asked.map((one) => ({ ...one, anonymizedAt: null, anonymizedReason: null })),
      );
      expect(endUserIdentities).toEqual(
        asked.map(({ idOnExternalPlatform, name: called }) => ({
          idOnExternalPlatform,
          firstName: called,
          lastName: '',
          nickname: called,
          image: null,
        })),
      );
    },
  );

  test('outbound-files brings files alone, each with its name', async () => {
    const { threads } = await tell('outbound-files');
    const url = 'https://files.jungle.example';
    expect(threads.replies(ref)).toMatchObject([
      {
        text: '',
        attachments: [
          { name: 'map.png', url: `${url}/7?expires=1772363000&signature=c2ln` },
          { name: 'depth.csv', url: `${url}/8?signature=c2ln`, mimeType: 'text/csv' },
        ],
      },
    ]);
  });

  test.each(contentsAndWords)(
    '%s keeps its content as it came, beside its words',
    async (name, text) => {
      const { threads } = await tell(name);
      const { messageContent } = bodyOf(name) as { messageContent?: Record<string, unknown> };
      const { type, payload } = messageContent ?? {};
      expect(threads.replies(ref)).toMatchObject([{ text }]);
      expect(threads.replies(ref)[0]?.content).toEqual({ type, payload });
    },
  );
});

test.each([
  ['outbound-answer', { replyTo: inboundId }],
  ['outbound-to-agents-message', { replyTo: outboundId }],
  ['outbound-forward', { isForwarded: true }],
  ['reply-to-customers-message', {}],
  ['outbound-whole', {}],
])('%s says what it answers, and whether it is handed on', async (name, expected) => {
  const { threads } = await tell(name);
  const { replyTo, isForwarded } = threads.replies(ref)[0] ?? {};
  expect({ replyTo, isForwarded }).toEqual({
    replyTo: undefined,
    isForwarded: undefined,
    ...expected,
  });
});

describe('a validation', () => {
  test('validation-valid is answered that the recipients are valid', async () => {
    const { answer } = await tell('validation-valid');
    expect(answer).toMatchObject({ status: 200, json: { status: 'valid' } });
  });

  test('validation-invalid is answered 400 with what the agent is shown', async () => {
    const { answer } = await tell('validation-invalid');
    expect(answer).toMatchObject({
      status: 400,
      json: {
        displayErrorMessage: expect.stringContaining('recipient'),
        errorCode: 'outboundValidationFailed',
        errors: [{ path: ['idOnExternalPlatform'], message: expect.any(String) }],
      },
    });
  });
});

test.each([
  ['sender-action-on', { isTyping: true, authorName: 'Ada' }],
  ['sender-action-off', { isTyping: false, authorName: 'Ada' }],
  ['sender-action-encoded', { isTyping: true }],
])('%s is shown, and answered 204 without a body', async (name, typing) => {
  const { threads, answer } = await tell(name);
  expect(answer).toMatchObject({ status: 204, text: '' });
  expect(threads.told(ref).typing).toEqual([typing]);
});

describe('a browser of an admin', () => {
  test('that admin-action sends is let in, and finds its way back', async () => {
    const { browser, channelAdmin } = await startAdmin();
    channelAdmin.unusedTokens.set('one-time-token-0', admin);
    const { path } = readWritten('admin-action', { apiHost: encodeURIComponent(apiOrigin) });
    expect(await browser.get(path)).toMatchObject({ status: 303, location: '/integration/action' });
    const page = await browser.get('/integration/action');
    expect(page.status).toBe(200);
    expect(page.html).toContain('href="https://app-de-na1.example.com/settings"');
    expect(channelAdmin.calledOrigins).toContain(apiOrigin);
  });

  test('that admin-action-without-parameters sends is let in with a session only', async () => {
    const { browser } = await startAdmin();
    const { path } = readWritten('admin-action-without-parameters');
    expect((await browser.get(path)).status).toBe(403);
    await browser.open();
    expect((await browser.get(path)).status).toBe(200);
  });
});
