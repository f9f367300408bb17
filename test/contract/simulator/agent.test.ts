import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Simulator } from '../../../src/simulators/cxone/simulator.js';
import {
  agentReply,
  type Dfo,
  newMessage,
  openDfo,
  request,
  startTestBox,
  startTestCentre,
  startTestSimulator,
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

const outbound = () =>
  simulator.state().messages.filter(({ direction }) => direction === 'outbound');

/** Starts a simulator that signs events, and who takes them with these answers, one after another. */
async function startSigning(...answers: number[]) {
  const received: { headers: NodeJS.Dict<string | string[]>; body: string }[] = [];
  const server = createServer((req, res) => {
    let body = '';
    req.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    req.on('end', () => {
      res.writeHead(answers[received.length] ?? 500).end();
      received.push({ headers: req.headers, body });
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const signing = await startTestSimulator({
    eventsUrl: `http://127.0.0.1:${port}/events`,
    eventsSecret: 'thisIsSecretKey',
  });
  return {
    signing,
    received,
    close: async () => {
      await signing.close();
      server.close();
    },
  };
}

describe('a reply', () => {
  test('calls without a token first, fetches one on 401, and keeps it', async () => {
    const answer = await reply({ id: 'm-1' });
    expect(answer.body).toMatchObject({ status: 200, idOnExternalPlatform: 'out-m-1' });
    await reply({ id: 'm-2' });
    expect(
      box.requests.map(({ path, authorization }) => [path.split('/').at(-1), authorization]),
    ).toEqual([
      ['messages', undefined],
      ['token', undefined],
      ['messages', 'Bearer token-1'],
      ['messages', 'Bearer token-1'],
    ]);
    box.revokeTokens();
    expect((await reply()).body).toMatchObject({ status: 200 });
    expect(box.requests.at(-1)?.authorization).toBe('Bearer token-2');
  });

  test('many at once on a cold start share one token and all arrive', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, index) => reply({ id: `m-${index}` })));
    expect(box.requests.filter(({ path }) => path.endsWith('/token'))).toHaveLength(1);
    expect(outbound().filter(({ sending }) => sending === 'sent')).toHaveLength(20);
  });

  test('in the v1 form names the thread, the message it answers, and both places of the text', async () => {
    await reply({ id: 'm-1', form: 'v1' });
    expect(box.requests.at(-1)).toMatchObject({
      path: '/box/1.0/posts/c_thread-1/messages',
      body: {
        id: 'm-1',
        post: { channelId: 'c', idOnExternalPlatform: 'thread-1' },
        content: 'Knee-deep.',
        messageContent: { type: 'TEXT', text: 'Knee-deep.', payload: { text: 'Knee-deep.' } },
        replyToMessageIdOnExternalPlatform: 'in-1',
        author: { firstName: 'Ranger' },
      },
    });
  });

  test('in the v2 form names the thread and the recipient', async () => {
    box.answerWith(({ path }) =>
      path.endsWith('/outbound')
        ? {
            status: 200,
            body: {
              message: { idOnExternalPlatform: 'out-9' },
              thread: { idOnExternalPlatform: 'thread-1' },
            },
          }
        : undefined,
    );
    await reply({ form: 'v2', author: { nickname: 'Crane', isBotUser: true } });
    expect(box.requests.at(-1)).toMatchObject({
      path: '/box/2.0/channel/c/outbound',
      body: {
        thread: { idOnExternalPlatform: 'thread-1' },
        messageContent: { type: 'TEXT', payload: { text: 'Knee-deep.' } },
        endUserRecipients: [{ idOnExternalPlatform: 'hippo', name: 'Hippo', isPrimary: true }],
        authorUser: { nickname: 'Crane', isBotUser: true },
      },
    });
    expect(outbound()).toMatchObject([{ idOnExternalPlatform: 'out-9', sending: 'sent' }]);
    expect(simulator.state().contacts).toMatchObject([{ status: 'open', outboundCount: 1 }]);
  });

  test('without a thread opens one under the id that the box answers', async () => {
    const answer = await reply({
      form: 'v2',
      threadIdOnExternalPlatform: undefined,
      recipient: { id: 'zebra', name: 'Zebra' },
    });
    expect(answer.body).toMatchObject({ status: 200, failure: null });
    const thread = simulator.state().threads.at(-1);
    expect(thread).toMatchObject({ idOnExternalPlatform: 'thread-of-the-agent' });
    expect(outbound()).toMatchObject([{ contactNumber: thread?.contactNumber, sending: 'sent' }]);
  });

  test('that the box refuses is failed with the status and the code', async () => {
    box.answerWith(() => ({ status: 409, body: { code: 'THREAD_CLOSED' } }));
    const answer = await reply();
    expect(answer.body).toMatchObject({
      status: 409,
      body: { code: 'THREAD_CLOSED' },
      failure: { status: 409, reason: 'THREAD_CLOSED' },
    });
    expect(outbound()).toMatchObject([{ sending: 'failed', failure: { status: 409 } }]);
  });

  test('to a box that is not there is failed, and the same id may be sent again', async () => {
    const { url } = box;
    const gone = await startTestBox();
    await gone.close();
    simulator.setBoxUrl(gone.url);
    expect((await reply({ id: 'm-1' })).body).toMatchObject({
      status: null,
      failure: { reason: 'ECONNREFUSED' },
    });
    simulator.setBoxUrl(url);
    expect((await reply({ id: 'm-1' })).body).toMatchObject({ status: 200, failure: null });
    expect(outbound()).toMatchObject([{ id: 'm-1', sending: 'sent' }]);
    expect(outbound()[0]).not.toHaveProperty('failure');
  });

  test('answered 2xx without an id is failed and is a violation', async () => {
    box.answerWith(() => ({ status: 200, body: { ok: true } }));
    await reply();
    expect(outbound()).toMatchObject([{ sending: 'failed' }]);
    expect(simulator.state().violations).toMatchObject([{ kind: 'box-answer-unreadable' }]);
  });

  test.each(['concurrent', 'sequence'] as const)('can be called twice, %s', async (mode) => {
    simulator.faults.add({ match: 'boxReply', kind: 'duplicate-call', mode, times: 1 });
    expect((await reply({ id: 'm-1' })).body).toMatchObject({
      answers: [{ status: 200 }, { status: 200 }],
    });
    expect(outbound()).toHaveLength(1);
    expect(simulator.state().violations).toEqual([]);

    let answered = 0;
    box.answerWith(() => ({
      status: 200,
      body: { idOnExternalPlatform: `other-${(answered += 1)}` },
    }));
    simulator.faults.add({ match: 'boxReply', kind: 'duplicate-call', mode, times: 1 });
    await reply({ id: 'm-2' });
    expect(simulator.state().violations).toMatchObject([{ kind: 'box-answers-differ' }]);
  });

  test('can be sent with a token that has run out', async () => {
    await reply();
    simulator.faults.add({ match: 'boxReply', kind: 'expired-token', times: 1 });
    expect((await reply()).body).toMatchObject({ status: 200 });
    expect(box.requests.slice(-3).map(({ path }) => path.split('/').at(-1))).toEqual([
      'messages',
      'token',
      'messages',
    ]);
  });
});

describe('receipts', () => {
  test('become the status of the agent’s message', async () => {
    await reply({ id: 'm-1' });
    const path = '/channels/c/messages/out-m-1/status';
    const updatedAt = '2026-03-01T10:00:05.000Z';
    expect((await dfo.call('PUT', path, { status: 'delivered', updatedAt })).status).toBe(204);
    expect((await dfo.call('PUT', path, { status: 'seen', updatedAt })).status).toBe(204);
    expect(outbound()).toMatchObject([{ receipts: [{ status: 'delivered' }, { status: 'seen' }] }]);
    expect((await dfo.call('GET', '/messages/m-1')).body).toMatchObject({
      delivered: [{ isSuccess: true }],
      customerStatistics: { seenAt: updatedAt },
    });
    expect((await dfo.call('PUT', path, { status: 'read', updatedAt })).status).toBe(400);
    const unknown = '/channels/c/messages/nobody/status';
    expect((await dfo.call('PUT', unknown, { status: 'seen', updatedAt })).status).toBe(404);
  });

  test('that overtake the box’s answer wait for it', async () => {
    const updatedAt = '2026-03-01T10:00:05.000Z';
    simulator.faults.add({ match: 'boxReply', kind: 'delay', delayMs: 150, times: 1 });
    const sent = reply({ id: 'm-1' });
    await expect.poll(() => outbound().length).toBe(1);
    const path = '/channels/c/messages/out-m-1/status';
    expect((await dfo.call('PUT', path, { status: 'delivered', updatedAt })).status).toBe(204);
    await sent;
    expect(outbound()).toMatchObject([{ sending: 'sent', receipts: [{ status: 'delivered' }] }]);
  });
});

describe('the agent', () => {
  const typing = (isTyping: boolean) =>
    request(`${simulator.url}/simulator/agent/typing`, {
      method: 'POST',
      body: { channelId: 'c', threadIdOnExternalPlatform: 'thread-1', typing: isTyping },
    });
  const assign = (number: string | undefined, body: object, { url } = simulator) =>
    request(`${url}/simulator/agent/contacts/${number}/assignee`, { method: 'POST', body });

  test('types', async () => {
    const answer = await typing(true);
    expect(answer.body).toMatchObject({ status: 204 });
    expect(box.requests.at(-1)).toMatchObject({
      path: '/box/1.0/channel/c/thread/thread-1/sender-action',
      body: { senderAction: { action: 'isTypingOn' }, authorUser: { firstName: 'Ranger' } },
    });
  });

  test('who is given a contact has it, speaks in it, and leaves it open', async () => {
    await reply();
    const contact = simulator.state().contacts[0];
    const answer = await assign(contact?.number, { agentId: 11_003 });
    expect(answer.body).toMatchObject({ status: 'open', agentId: 11_003, event: null });
    await reply();
    expect(outbound().map(({ authorUser }) => authorUser?.firstName)).toEqual(['Ranger', 'Warden']);
    await typing(true);
    expect(box.requests.at(-1)?.body).toMatchObject({ authorUser: { firstName: 'Warden' } });
    expect((await dfo.call('GET', `/contacts/${contact?.number}`)).body).toMatchObject({
      status: 'open',
      statusUpdatedAt: contact?.statusUpdatedAt,
      inboxAssignee: 11_003,
      inboxAssigneeUser: { firstName: 'Warden' },
    });
    expect((await dfo.post('c', newMessage())).body).toMatchObject({
      consumerContact: { id: contact?.number },
    });
    expect(simulator.state().violations).toEqual([]);
  });

  test('cannot give a contact to nobody', async () => {
    const answer = await assign(simulator.state().contacts[0]?.number, { agentId: 7 });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ errors: [{ field: 'agentId' }] });
  });

  test('tells of a contact that is given away by a signed event that says it is open', async () => {
    const { signing, received, close } = await startSigning(204);
    await (await openDfo(signing)).post('c', newMessage());
    const number = signing.state().contacts[0]?.number;
    const body = { agentId: 11_003, event: true };
    const answer = await assign(number, body, signing);
    expect(answer.body).toMatchObject({ event: { status: 204, attempts: 1 } });
    expect(received.map(({ body: text }) => JSON.parse(text) as unknown)).toMatchObject([
      {
        eventType: 'CaseInboxAssigneeChanged',
        data: {
          case: { id: number, status: 'new', inboxAssignee: 11_003 },
          channel: { id: 'c' },
          routingQueue: null,
          inboxAssignee: { id: 11_003 },
        },
      },
    ]);
    await close();
  });

  test('closes a contact, and the event is signed over its very bytes', async () => {
    // The first delivery fails: the event is sent again.
    const { signing, received, close } = await startSigning(503, 204);
    await (await openDfo(signing)).post('c', newMessage());
    const number = signing.state().contacts[0]?.number;
    const answer = await request(`${signing.url}/simulator/agent/contacts/${number}/status`, {
      method: 'POST',
      body: { status: 'closed', event: true },
    });
    expect(answer.body).toMatchObject({ status: 'closed', event: { status: 204, attempts: 2 } });
    const [first, second] = received;
    expect(second?.body).toBe(first?.body);
    expect(JSON.parse(second?.body ?? '')).toMatchObject({
      eventType: 'CaseStatusChanged',
      data: { case: { id: number, status: 'closed', threadIdOnExternalPlatform: 'thread-1' } },
    });
    expect(second?.headers).toMatchObject({
      'x-signature-algorithm': 'sha256',
      'x-request-signature': createHmac('sha256', 'thisIsSecretKey')
        .update(second?.body ?? '')
        .digest('base64'),
    });
    await close();
  });

  test('closes a contact without an event', async () => {
    const number = simulator.state().contacts[0]?.number;
    const url = `${simulator.url}/simulator/agent/contacts/${number}/status`;
    expect((await request(url, { method: 'POST', body: { status: 'closed' } })).body).toMatchObject(
      {
        event: null,
      },
    );
    expect(simulator.state().contacts).toMatchObject([
      { status: 'closed', statusHistory: [{ by: 'system' }, { status: 'closed', by: 'agent' }] },
    ]);
  });
});
