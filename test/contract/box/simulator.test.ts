/** The box against the simulator's calls, each with the threads in memory. */
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Simulator } from '../../../src/simulators/cxone/simulator.js';
import { admin, startAdmin } from '../../unit/gateway/admin-fixture.js';
import { inboundId, ref, startBox } from '../../unit/gateway/box-fixture.js';
import { anonymousChannel, boxClient, refOf } from '../../unit/gateway/gateway-fixture.js';
import {
  newMessage,
  openDfo,
  request,
  startTestSimulator,
} from '../simulator/simulator-harness.js';

const threadIdOnExternalPlatform = 'thread-1';
const channelId = anonymousChannel;

/** Starts a box and a simulator that calls it; both have the thread `thread-1`. */
async function startBoth(clientSecret = boxClient.client_secret) {
  const box = await startBox();
  const simulator = await startTestSimulator({
    boxUrl: `${box.url}/integration/box`,
    box: { clientId: boxClient.client_id, clientSecret },
  });
  onTestFinished(() => simulator.close());
  const thread = { idOnExternalPlatform: threadIdOnExternalPlatform };
  await (await openDfo(simulator)).post(channelId, newMessage({ thread }));
  const { desk } = simulator;
  const reply = (more: object = {}) =>
    desk.reply({ channelId, threadIdOnExternalPlatform, text: 'Knee-deep.', ...more });
  return { box, simulator, desk, reply };
}

/** What a call of the simulator's was answered, by status. */
const answersTo = ({ simulator }: { readonly simulator: Simulator }, operation: string) =>
  simulator.state().requests[operation]?.answers;

describe.each(['v1', 'v2'] as const)('a reply in the form %s', (form) => {
  const operation = form === 'v1' ? 'boxReply' : 'boxOutbound';

  test('calls without a token, gets one on 401, keeps it, and is in its thread once', async () => {
    const both = await startBoth();
    const first = await both.reply({ form });
    const second = await both.reply({ form, text: 'And cold.' });
    expect([first, second]).toMatchObject([
      { status: 200, failure: null },
      { status: 200, failure: null },
    ]);
    expect(answersTo(both, operation)).toEqual({ 401: 1, 200: 2 });
    expect(answersTo(both, 'boxToken')).toEqual({ 200: 1 });
    expect(both.box.threads.replies(ref)).toMatchObject([
      { id: first.idOnExternalPlatform, text: 'Knee-deep.', author: { name: 'Ranger' } },
      { id: second.idOnExternalPlatform, text: 'And cold.' },
    ]);
  });

  test('calls again with another token when its own is refused', async () => {
    const both = await startBoth();
    await both.reply({ form });
    both.simulator.faults.add({ match: operation, kind: 'expired-token', times: 1 });
    expect(await both.reply({ form, text: 'And cold.' })).toMatchObject({ status: 200 });
    expect(answersTo(both, operation)).toEqual({ 401: 2, 200: 2 });
    expect(answersTo(both, 'boxToken')).toEqual({ 200: 2 });
  });

  test.each(['concurrent', 'sequence'] as const)(
    'that is called twice, %s, gets one id and is shown once',
    async (mode) => {
      const { box, simulator, reply } = await startBoth();
      simulator.faults.add({ match: operation, kind: 'duplicate-call', mode, times: 1 });
      const { answers } = await reply({ form });
      expect(answers).toMatchObject([{ status: 200 }, { status: 200 }]);
      expect(simulator.state().violations).toEqual([]);
      expect(box.threads.replies(ref)).toHaveLength(1);
    },
  );

  test('brings files, content and who writes', async () => {
    const { box, reply } = await startBoth();
    const messageContent = {
      type: 'QUICK_REPLIES',
      payload: {
        text: { content: 'Is it fresh?' },
        actions: [{ type: 'REPLY_BUTTON', text: 'Yes', postback: 'fresh-yes' }],
      },
    };
    const attachments = [{ friendlyName: 'map.png', url: 'https://jungle.example/map.png' }];
    const author = { nickname: 'Splash', isBotUser: true };
    await reply({ form, text: 'Is it fresh?', messageContent, attachments, author });
    expect(box.threads.replies(ref)).toMatchObject([
      {
        content: messageContent,
        attachments: [{ name: 'map.png', url: 'https://jungle.example/map.png' }],
        author: { name: 'Splash', imageUrl: 'https://jungle.example/ranger.png' },
      },
    ]);
  });

  test('says which message it answers, and that it hands one on', async () => {
    const { box, simulator, reply } = await startBoth();
    const thread = { idOnExternalPlatform: threadIdOnExternalPlatform };
    const asked = newMessage({ thread, idOnExternalPlatform: inboundId });
    await (await openDfo(simulator)).post(channelId, asked);
    const id = simulator.state().messages.at(-1)?.id;
    await reply({ form, replyToMessageId: id });
    await reply({ form, text: '', forwardMessageId: id });
    await reply({ form });
    const shown = box.threads.replies(ref);
    expect(shown.map(({ replyTo, isForwarded }) => [replyTo, isForwarded])).toEqual([
      [inboundId, undefined],
      [undefined, true],
      [undefined, undefined],
    ]);
  });

  test('to a thread that has ended is refused, and the agent learns why', async () => {
    const { box, reply } = await startBoth();
    box.threads.end(ref, 'customer');
    expect(await reply({ form })).toMatchObject({
      failure: { status: 409, reason: 'THREAD_CLOSED' },
    });
  });
});

test('a reply to a thread that nobody knows goes where the message is that it answers', async () => {
  const { box, simulator, reply } = await startBoth();
  const thread = { idOnExternalPlatform: 'elsewhere' };
  const answered = newMessage({ thread, idOnExternalPlatform: inboundId });
  await (await openDfo(simulator)).post(channelId, answered);
  const elsewhere = { form: 'v1', threadIdOnExternalPlatform: 'elsewhere' };
  expect(await reply(elsewhere)).toMatchObject({ status: 200 });
  expect(box.threads.replies(ref)).toMatchObject([{ text: 'Knee-deep.' }]);
});

test('a contact centre with another secret gets no token, and nothing through', async () => {
  const both = await startBoth('another');
  expect(await both.reply()).toMatchObject({ failure: { status: 401 } });
  expect(answersTo(both, 'boxToken')).toEqual({ 401: 1 });
  expect(both.box.threads.replies(ref)).toEqual([]);
});

describe('an agent who writes first', () => {
  const recipient = { id: 'zebra', name: 'Zebra' };

  test('has the recipient validated, and opens the thread in which later replies come', async () => {
    const { box, simulator, desk } = await startBoth();
    const first = await desk.writeFirst({ channelId, recipient, text: 'The river is back.' });
    expect(first).toMatchObject({ validation: { status: 200 }, sent: { status: 200 } });
    const thread = simulator.state().threads.at(-1);
    const opened = refOf(thread?.idOnExternalPlatform ?? '');
    expect(box.threads.startOf(opened).customer).toEqual({ id: 'zebra', name: 'Zebra' });
    await desk.reply({
      channelId,
      threadIdOnExternalPlatform: opened.threadId,
      text: 'Come and drink.',
    });
    expect(box.threads.replies(opened)).toMatchObject([
      { id: first.sent?.idOnExternalPlatform, text: 'The river is back.' },
      { text: 'Come and drink.' },
    ]);
    expect(simulator.state().violations).toEqual([]);
  });

  test('into a thread of their own naming, finds it', async () => {
    const { box, desk } = await startBoth();
    const given = { threadIdOnExternalPlatform: 'given-1', recipient, text: 'The river is back.' };
    const { sent } = await desk.writeFirst({ channelId, ...given });
    expect(sent?.body).toMatchObject({
      thread: { idOnExternalPlatform: 'given-1' },
      recipients: [{ idOnExternalPlatform: 'zebra', name: 'Zebra', isPrimary: true }],
    });
    expect(box.threads.replies(refOf('given-1'))).toHaveLength(1);
  });

  test('to somebody who cannot be written to, is told why before anything is sent', async () => {
    const both = await startBoth();
    const order = { channelId, recipient: { id: 'no one' }, text: 'The river is back.' };
    expect(await both.desk.writeFirst(order)).toMatchObject({
      validation: {
        status: 400,
        body: {
          displayErrorMessage: expect.stringContaining('128'),
          errorCode: 'outboundValidationFailed',
          errors: [{ path: ['idOnExternalPlatform'] }],
        },
      },
      sent: null,
    });
    expect(answersTo(both, 'boxOutbound')).toBeUndefined();
  });
});

test('an agent who types is shown to do so, and not any more', async () => {
  const { box, desk } = await startBoth();
  for (const isTyping of [true, false]) {
    expect(await desk.typing({ channelId, threadIdOnExternalPlatform, isTyping })).toEqual({
      status: 204,
      body: null,
    });
  }
  expect(box.threads.told(ref).typing).toEqual([
    { isTyping: true, authorName: 'Ranger' },
    { isTyping: false, authorName: 'Ranger' },
  ]);
});

test('an admin whom the console sends is let in, and finds the way back to it', async () => {
  const { url, browser, channelAdmin } = await startAdmin();
  const simulator = await startTestSimulator({ actionUrl: `${url}/integration/action` });
  onTestFinished(() => simulator.close());
  channelAdmin.home = { apiOrigin: simulator.url, pageOrigins: [simulator.url], pageDomains: [] };
  const sent = await request(`${simulator.url}/simulator/integration/action`);
  const { pathname, search, searchParams } = new URL(sent.headers.get('location') ?? '');
  channelAdmin.unusedTokens.set(searchParams.get('token') ?? '', admin);
  expect(await browser.get(pathname + search)).toMatchObject({ status: 303 });
  expect(new Set(channelAdmin.calledOrigins)).toEqual(new Set([simulator.url]));
  const page = await browser.get(pathname);
  expect(page.html).toContain(`href="${simulator.url}/console/"`);
});
