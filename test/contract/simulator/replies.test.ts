import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Simulator } from '../../../src/simulators/cxone/simulator.js';
import {
  agentReply,
  type Dfo,
  newMessage,
  startTestCentre,
  type TestBox,
  type TestCentre,
} from './simulator-harness.js';

let centre: TestCentre;
let box: TestBox;
let simulator: Simulator;
let dfo: Dfo;

beforeEach(async () => {
  centre = await startTestCentre();
  ({ box, simulator, dfo } = centre);
  await dfo.post('c', newMessage({ idOnExternalPlatform: 'in-1' }));
});

afterEach(() => centre.close());

const reply = (overrides: object = {}) => agentReply(simulator, overrides);

const answerTo = (idOnExternalPlatform: string, overrides: object = {}) =>
  dfo.post('c', newMessage({ replyToMessage: { idOnExternalPlatform }, ...overrides }));

const messageIn = (externalId: string) =>
  simulator.state().messages.find((one) => one.idOnExternalPlatform === externalId);

const otherThread = {
  thread: { idOnExternalPlatform: 'thread-2' },
  authorEndUserIdentity: { idOnExternalPlatform: 'crane', nickname: 'Crane' },
};

describe('a customer’s message that answers another', () => {
  test('is stored and shown with the one that it answers', async () => {
    await reply({ id: 'm-1' });
    const answer = await answerTo('out-m-1', { isReplyToSpecificMessage: true });
    const replyToMessage = { id: 'm-1', idOnExternalPlatform: 'out-m-1' };
    expect(answer).toMatchObject({ status: 201, body: { message: { replyToMessage } } });
    const { id } = simulator.state().messages.at(-1) ?? {};
    expect((await dfo.call('GET', `/messages/${id}`)).body).toMatchObject({ replyToMessage });
    expect((await dfo.call('GET', `/messages/m-1`)).body).toMatchObject({ replyToMessage: null });
  });

  test('is refused by the name of the field when its thread has no such message', async () => {
    await dfo.post('c', newMessage({ idOnExternalPlatform: 'in-2', ...otherThread }));
    for (const unknown of ['nothing', 'in-2']) {
      expect(await answerTo(unknown)).toMatchObject({
        status: 400,
        body: {
          errors: [{ field: 'replyToMessage.idOnExternalPlatform', errorCode: 'notFound' }],
        },
      });
    }
    expect(await answerTo('in-1')).toMatchObject({ status: 201 });
    expect(simulator.state().messages).toHaveLength(3);
  });

  test('that overtakes the box’s answer waits for it', async () => {
    simulator.faults.add({ match: 'boxReply', kind: 'delay', delayMs: 150, times: 1 });
    const sent = reply({ id: 'm-1' });
    await expect.poll(() => simulator.state().messages.length).toBe(2);
    expect(await answerTo('out-m-1')).toMatchObject({ status: 201 });
    await sent;
  });
});

describe('an agent', () => {
  test('answers one message in the v1 form', async () => {
    const [first] = simulator.state().messages;
    await dfo.post('c', newMessage({ idOnExternalPlatform: 'in-2' }));
    await reply({ replyToMessageId: first?.id });
    expect(box.requests.at(-1)?.body).toMatchObject({
      replyToMessageId: first?.id,
      replyToMessageIdOnExternalPlatform: 'in-1',
      isReplyToSpecificMessage: true,
    });
    await reply();
    expect(box.requests.at(-1)?.body).toMatchObject({
      replyToMessageIdOnExternalPlatform: 'in-2',
    });
    expect(box.requests.at(-1)?.body).not.toHaveProperty('isReplyToSpecificMessage');
  });

  test('answers one message in the v2 form', async () => {
    const [first] = simulator.state().messages;
    await reply({ form: 'v2', replyToMessageId: first?.id });
    expect(box.requests.at(-1)?.body).toMatchObject({
      replyToMessage: { id: first?.id, idOnExternalPlatform: 'in-1' },
      isReplyToSpecificMessage: true,
      forward: null,
    });
    await reply({ form: 'v2' });
    expect(box.requests.at(-1)?.body).toMatchObject({
      replyToMessage: null,
      isReplyToSpecificMessage: false,
    });
  });

  test.each(['v1', 'v2'])('forwards a message of another contact in the %s form', async (form) => {
    const attachments = [{ friendlyName: 'map.png', url: 'https://jungle.example/map.png' }];
    const messageContent = { type: 'TEXT', payload: { text: 'No bathing.' }, postback: 'p' };
    await dfo.post(
      'c',
      newMessage({ idOnExternalPlatform: 'in-2', messageContent, attachments, ...otherThread }),
    );
    const id = messageIn('in-2')?.id;
    expect(await reply({ text: undefined, form, forwardMessageId: id })).toMatchObject({
      body: { status: 200 },
    });
    const { body } = box.requests.at(-1) ?? {};
    expect(body).toMatchObject({
      forward: { message: { id } },
      messageContent: { type: 'TEXT', payload: { text: 'No bathing.' } },
      attachments,
    });
    expect(body?.['messageContent']).not.toHaveProperty('postback');
    expect(simulator.state().messages.at(-1)).toMatchObject({
      threadIdOnExternalPlatform: 'thread-1',
      direction: 'outbound',
      text: 'No bathing.',
      forwardOf: id,
    });
  });

  test('cannot refer to what is not there, nor forward and write at once', async () => {
    const elsewhere = newMessage({ idOnExternalPlatform: 'in-2', ...otherThread });
    await dfo.post('c', elsewhere);
    const wrong: [string, object][] = [
      ['replyToMessageId', { replyToMessageId: 'nothing' }],
      ['replyToMessageId', { replyToMessageId: messageIn('in-2')?.id }],
      ['forwardMessageId', { text: undefined, forwardMessageId: 'nothing' }],
      ['text', { forwardMessageId: messageIn('in-1')?.id }],
      ['text', { text: undefined }],
    ];
    for (const [field, order] of wrong) {
      expect(await reply(order)).toMatchObject({ status: 400, body: { errors: [{ field }] } });
    }
    expect(box.requests).toEqual([]);
  });

  test('sends a message again with the same references', async () => {
    const [first] = simulator.state().messages;
    box.answerWith(() => ({ status: 503 }));
    await reply({ id: 'm-1', form: 'v2', replyToMessageId: first?.id });
    box.answerWith(() => undefined);
    await reply({ id: 'm-1', form: 'v2' });
    expect(box.requests.at(-1)?.body).toMatchObject({
      id: 'm-1',
      replyToMessage: { idOnExternalPlatform: 'in-1' },
    });
  });
});
