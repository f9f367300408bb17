import { Webhook } from 'standardwebhooks';
import { request } from 'undici';
import { describe, expect, test, vi } from 'vitest';
import { parseCustomerId } from '../../../src/domain/ids.js';
import { createFakeThreads } from '../../support/fake-threads.js';
import { refOf, send } from './gateway-fixture.js';
import { agentMessage } from './hub-fixture.js';
import {
  messageEvent,
  otherPlatform,
  otherSecret,
  platformChannel,
  startPlatformGateway,
  telegraph,
  telegraphSecret,
  threadRef,
  zebra,
} from './platform-fixture.js';

const unsigned = { status: 401, json: { code: 'EVENT_SIGNATURE_INVALID' } };
const invalid = { status: 400, json: { code: 'BODY_INVALID' } };

describe("a platform's signature", () => {
  test.each<[string, Record<string, string>]>([
    [
      'another signature',
      { 'webhook-signature': 'v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=' },
    ],
    ['no signature', { 'webhook-signature': '' }],
    ['no id', { 'webhook-id': '' }],
    ['another id', { 'webhook-id': 'msg_other' }],
    ['no moment', { 'webhook-timestamp': '' }],
    ['another moment', { 'webhook-timestamp': String(Math.floor(Date.now() / 1_000) - 7) }],
  ])('is refused with %s', async (_what, headers) => {
    const { tell, threads } = await startPlatformGateway();
    expect(await tell(messageEvent('m-1'), { headers })).toMatchObject(unsigned);
    expect(threads.has(threadRef)).toBe(false);
  });

  test('of another channel opens no other', async () => {
    const { tell, threads } = await startPlatformGateway();
    expect(await tell(messageEvent('m-1'), { secret: otherSecret })).toMatchObject(unsigned);
    const elsewhere = { channel: otherPlatform, secret: telegraphSecret };
    expect(await tell(messageEvent('m-1'), elsewhere)).toMatchObject(unsigned);
    expect(threads.has(threadRef)).toBe(false);
  });

  test('is refused when it is replayed five minutes later, and when it is of the future', async () => {
    const { tell, threads } = await startPlatformGateway();
    for (const offMs of [-302_000, 302_000]) {
      const answer = await tell(messageEvent('m-1'), { atMs: Date.now() + offMs });
      expect(answer).toMatchObject(unsigned);
    }
    expect(threads.has(threadRef)).toBe(false);
    const { status } = await tell(messageEvent('m-1'), { atMs: Date.now() - 295_000 });
    expect(status).toBe(202);
  });

  test.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])(
    'is refused with two of %s, which say the same',
    async (name) => {
      const { url, threads } = await startPlatformGateway();
      const body = JSON.stringify(messageEvent('m-1'));
      const now = new Date();
      const signed = {
        'content-type': 'application/json',
        'webhook-id': 'msg_1',
        'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
        'webhook-signature': new Webhook(telegraphSecret).sign('msg_1', now, body),
      };
      const told = (headers: Record<string, string | string[]>) =>
        request(`${url}/v1/channels/${telegraph}/events`, { method: 'POST', headers, body });
      const value = new Map(Object.entries(signed)).get(name) ?? '';
      const twice = await told({ ...signed, [name]: [value, value] });
      expect(twice.statusCode).toBe(401);
      expect(threads.has(threadRef)).toBe(false);
      expect((await told(signed)).statusCode).toBe(202);
    },
  );

  test('is judged before what it signs is read', async () => {
    const { tell } = await startPlatformGateway();
    expect(await tell('{ no json', { secret: otherSecret })).toMatchObject(unsigned);
    expect(await tell('{ no json')).toMatchObject(invalid);
    expect(await tell({ type: 'unheard-of' }, { secret: otherSecret })).toMatchObject(unsigned);
  });

  test('follows the channels of the moment', async () => {
    const { tell, channels } = await startPlatformGateway();
    expect((await tell(messageEvent('m-1'))).status).toBe(202);
    channels.set(telegraph, platformChannel(telegraph, otherSecret));
    expect(await tell(messageEvent('m-2'))).toMatchObject(unsigned);
    expect((await tell(messageEvent('m-2'), { secret: otherSecret })).status).toBe(202);
  });
});

describe('a message of a platform', () => {
  test('is answered when its thread has it, and starts the thread of a platform', async () => {
    const { tell, threads } = await startPlatformGateway();
    const customer = { ...zebra, imageUrl: 'https://example.org/zebra.png' };
    const answer = await tell({ ...messageEvent('m.1:a'), customer });
    expect(answer).toMatchObject({ status: 202, json: { id: 'm.1:a', status: 'accepted' } });
    expect(threads.startOf(threadRef)).toMatchObject({
      customer,
      delivery: 'platform',
      mayHaveEnded: true,
    });
    expect(threads.inbound(threadRef)).toMatchObject([{ id: 'm.1:a', text: 'text of m.1:a' }]);
    await vi.waitFor(() =>
      expect(threads.delivered(threadRef)).toMatchObject([{ type: 'message-status', seq: 2 }]),
    );
  });

  test('carries its attachments, its postback, what it answers, and when it was written', async () => {
    const nowMs = Date.parse('2026-03-01T12:00:00Z');
    const { tell, threads } = await startPlatformGateway({ clock: () => nowMs });
    const attachments = [{ name: 'map.png', url: 'https://example.org/map.png' }];
    const at = '2026-03-01T12:59:00+01:00';
    await tell(messageEvent('m-1', { text: '', attachments, postback: 'yes', replyTo: 'r-1', at }));
    await tell(messageEvent('m-2', { at: '2027-03-01T12:00:00Z' }));
    await tell(messageEvent('m-3'));
    const acceptedAtMs = nowMs;
    expect(threads.inbound(threadRef)).toEqual([
      {
        id: 'm-1',
        text: '',
        attachments,
        postback: 'yes',
        replyTo: 'r-1',
        acceptedAtMs,
        writtenAtMs: nowMs - 60_000,
      },
      { id: 'm-2', text: 'text of m-2', acceptedAtMs, writtenAtMs: nowMs },
      { id: 'm-3', text: 'text of m-3', acceptedAtMs },
    ]);
  });

  test('that comes again is answered again and taken once, by whatever webhook-id', async () => {
    const { tell, threads } = await startPlatformGateway();
    const event = messageEvent('m-1');
    for (const id of ['msg_1', 'msg_1', 'msg_2']) {
      expect(await tell(event, { id })).toMatchObject({ status: 202, json: { id: 'm-1' } });
    }
    // Another message in a request of the same id is another message.
    expect((await tell(messageEvent('m-2'), { id: 'msg_1' })).status).toBe(202);
    expect(threads.inbound(threadRef).map(({ id }) => id)).toEqual(['m-1', 'm-2']);
  });

  test.each<[string, unknown]>([
    ['an unknown type', { ...messageEvent('m-1'), type: 'telepathy' }],
    ['no type', { threadId: 't-1' }],
    ['an unknown key', { ...messageEvent('m-1'), colour: 'striped' }],
    ['an unknown key in its message', messageEvent('m-1', { colour: 'striped' })],
    ['no thread', { ...messageEvent('m-1'), threadId: undefined }],
    ['a thread id of other letters', { ...messageEvent('m-1'), threadId: 'a b' }],
    ['a thread id that is too long', { ...messageEvent('m-1'), threadId: 'x'.repeat(129) }],
    ['an empty message id', messageEvent('')],
    ['a message id with a slash', messageEvent('a/b')],
    ['a message id that is no text', messageEvent('m-1', { id: 7 })],
    ['no customer', { ...messageEvent('m-1'), customer: undefined }],
    ['a customer id of other letters', { ...messageEvent('m-1'), customer: { id: 'a@b' } }],
    [
      'a picture that is no web address',
      { ...messageEvent('m-1'), customer: { ...zebra, imageUrl: 'javascript:1' } },
    ],
    ['nothing to say', messageEvent('m-1', { text: '  ' })],
    ['a text that is too long', messageEvent('m-1', { text: 'x'.repeat(10_001) })],
    ['a moment that is none', messageEvent('m-1', { at: 'yesterday' })],
    [
      'an attachment that is no web address',
      messageEvent('m-1', { attachments: [{ name: 'x', url: 'file:///x' }] }),
    ],
    ['an empty id of what it answers', messageEvent('m-1', { replyTo: '' })],
    ['a list', [messageEvent('m-1')]],
    ['a prototype', '{"__proto__": {}, "type": "message"}'],
  ])('is refused with %s', async (_what, event) => {
    const { tell, threads } = await startPlatformGateway();
    const answer = await tell(event);
    expect(answer).toMatchObject(invalid);
    expect(answer.text).not.toContain('striped');
    expect(threads.has(threadRef)).toBe(false);
  });

  test('takes ids of every letter that they may have, up to their longest', async () => {
    const { tell, threads } = await startPlatformGateway();
    const longest = `A-z_0.9:${'x'.repeat(120)}`;
    const event = { ...messageEvent(longest), threadId: longest, customer: { id: longest } };
    expect((await tell(event)).status).toBe(202);
    expect(threads.inbound(refOf(longest, telegraph))).toHaveLength(1);
  });

  test('is refused when it is too large, or no JSON by its type', async () => {
    const { tell } = await startPlatformGateway();
    const large = await tell(messageEvent('m-1', { text: 'x'.repeat(70_000) }));
    expect(large).toMatchObject({ status: 413, json: { code: 'BODY_TOO_LARGE' } });
    const headers = { 'content-type': 'text/plain' };
    expect(await tell(messageEvent('m-1'), { headers })).toMatchObject(invalid);
  });

  test('on a closed thread is refused with who closed it, a repeat is answered as before', async () => {
    const { tell, threads } = await startPlatformGateway();
    await tell(messageEvent('m-1'));
    threads.end(threadRef, 'agent');
    expect(await tell(messageEvent('m-2'))).toMatchObject({
      status: 409,
      json: { code: 'THREAD_CLOSED', closedBy: 'agent' },
    });
    expect((await tell(messageEvent('m-1'))).status).toBe(202);
  });

  test('is refused beyond what its channel allows a thread in a minute', async () => {
    const limits = { messagesPerMinute: 2 };
    const channels = [platformChannel(telegraph, telegraphSecret, { limits })];
    const { tell } = await startPlatformGateway({ channels });
    await tell(messageEvent('m-1'));
    await tell(messageEvent('m-2'));
    const answer = await tell(messageEvent('m-3'));
    expect(answer).toMatchObject({ status: 429, json: { code: 'RATE_LIMITED' } });
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    const elsewhere = { ...messageEvent('m-3'), threadId: 't-2' };
    expect((await tell(elsewhere)).status).toBe(202);
  });

  test('of a blocked customer begins no thread, and goes on in one that runs', async () => {
    const policy = { blockAfterAgentEndMs: 60_000 };
    const channels = [platformChannel(telegraph, telegraphSecret, { policy })];
    const { tell, threads } = await startPlatformGateway({ channels });
    await tell(messageEvent('m-1'));
    const customerId = parseCustomerId(zebra.id);
    if (!customerId) throw new TypeError(zebra.id);
    await threads.blockCustomer(telegraph, customerId, Date.now() + 60_000);
    const answer = await tell({ ...messageEvent('m-1'), threadId: 't-2' });
    expect(answer).toMatchObject({ status: 403, json: { code: 'CUSTOMER_BLOCKED' } });
    expect(answer.json['until']).toMatch(/Z$/);
    expect(threads.has(refOf('t-2', telegraph))).toBe(false);
    expect((await tell(messageEvent('m-2'))).status).toBe(202);
  });

  test('is not accepted while threads cannot be reached', async () => {
    const { tell, threads } = await startPlatformGateway();
    threads.isDown = true;
    const answer = await tell(messageEvent('m-1'));
    expect(answer).toMatchObject({ status: 503, json: { code: 'UNAVAILABLE' } });
    expect(answer.headers.get('retry-after')).toBeTruthy();
  });

  test('is nowhere in the log', async () => {
    const { tell, logLines } = await startPlatformGateway();
    await tell(messageEvent('m-1', { text: 'a secret of stripes' }));
    expect(logLines.join('')).toContain('"messageId":"m-1"');
    expect(logLines.join('')).not.toContain('stripes');
  });
});

describe('what a platform tells besides messages', () => {
  async function begun(options: Parameters<typeof startPlatformGateway>[0] = {}) {
    const gateway = await startPlatformGateway(options);
    await gateway.tell(messageEvent('m-1'));
    return gateway;
  }
  const event = (type: string, more: Record<string, unknown> = {}) => ({
    type,
    threadId: 't-1',
    ...more,
  });
  const accepted = { status: 202, json: { status: 'accepted' } };

  test('is that the customer has left, or returned', async () => {
    const { tell, threads } = await begun();
    expect(await tell(event('left'))).toMatchObject(accepted);
    expect(threads.stateOf(threadRef).platform?.isAway).toBe(true);
    expect(await tell(event('returned', { customer: zebra }))).toMatchObject(accepted);
    expect(threads.stateOf(threadRef).platform?.isAway).toBe(false);
    const { whereabouts } = threads.told(threadRef);
    expect(whereabouts.map(({ change }) => change)).toEqual(['left', 'returned']);
  });

  test('is that the customer ends the chat', async () => {
    const { tell, threads } = await begun();
    expect(await tell(event('end'))).toMatchObject(accepted);
    expect(threads.stateOf(threadRef).closed?.by).toBe('customer');
    expect(await tell(event('end'))).toMatchObject(accepted);
  });

  test('is a receipt, for one message or for all up to a number', async () => {
    const { tell, threads } = await begun();
    const { id } = agentMessage(threadRef, 'one');
    threads.say(threadRef, agentMessage(threadRef, 'one'));
    expect(await tell(event('receipt', { receipt: { id, kind: 'delivered' } }))).toMatchObject(
      accepted,
    );
    expect(threads.stateOf(threadRef).ledger.outbound[id]?.status).toBe('delivered');
    expect(await tell(event('receipt', { receipt: { upTo: 9, kind: 'seen' } }))).toMatchObject(
      accepted,
    );
    expect(threads.stateOf(threadRef).ledger.outbound[id]?.status).toBe('seen');
  });

  test('is that the customer is typing', async () => {
    const { tell, customerTyping } = await begun();
    expect(await tell(event('typing', { typing: true }))).toMatchObject(accepted);
    await vi.waitFor(() => expect(customerTyping).toEqual([{ threadId: 't-1', isTyping: true }]));
  });

  test.each<[string, Record<string, unknown>]>([
    ['typing', {}],
    ['typing', { typing: 'yes' }],
    ['receipt', {}],
    ['receipt', { receipt: { kind: 'seen' } }],
    ['receipt', { receipt: { id: 'r-1', upTo: 3, kind: 'seen' } }],
    ['receipt', { receipt: { upTo: -1, kind: 'seen' } }],
    ['receipt', { receipt: { upTo: 3, kind: 'eaten' } }],
    ['left', { typing: true }],
    ['end', { customer: { name: 'Zed' } }],
  ])('is refused as %s with %j', async (type, more) => {
    const { tell } = await begun();
    expect(await tell(event(type, more))).toMatchObject(invalid);
  });

  test.each([
    event('left'),
    event('returned'),
    event('end'),
    event('typing', { typing: true }),
    event('receipt', { receipt: { upTo: 3, kind: 'seen' } }),
  ])('does nothing to a thread that does not exist: $type', async (told) => {
    const { tell, threads, customerTyping } = await startPlatformGateway();
    expect(await tell(told)).toMatchObject(accepted);
    expect(threads.has(threadRef)).toBe(false);
    expect(customerTyping).toEqual([]);
  });

  test('is taken once when the same request comes again', async () => {
    const { tell, threads } = await begun();
    await tell(event('left'), { id: 'msg_left' });
    await tell(messageEvent('m-2'));
    expect(await tell(event('left'), { id: 'msg_left' })).toMatchObject(accepted);
    expect(threads.stateOf(threadRef).platform?.isAway).toBe(false);
    await tell(event('left'), { id: 'msg_left_again' });
    expect(threads.stateOf(threadRef).platform?.isAway).toBe(true);
  });

  test('is taken by its repeat when the first could not be', async () => {
    const { tell, threads } = await begun();
    threads.isDown = true;
    expect((await tell(event('left'), { id: 'msg_left' })).status).toBe(503);
    threads.isDown = false;
    expect(await tell(event('left'), { id: 'msg_left' })).toMatchObject(accepted);
    expect(threads.stateOf(threadRef).platform?.isAway).toBe(true);
  });

  test('is remembered for as long as its signature is good', async () => {
    let nowMs = Date.now();
    const clock = () => nowMs;
    const { tell, threads } = await begun({ clock, threads: createFakeThreads(clock) });
    await tell(event('left'), { id: 'msg_left' });
    nowMs += 601_000;
    await tell(event('left'), { id: 'msg_left' });
    expect(threads.told(threadRef).whereabouts).toHaveLength(2);
  });
});

test.each(['nowhere', 'watering-hole', 'a%20b'])('channel %s has no platform', async (channel) => {
  const { tell } = await startPlatformGateway();
  expect(await tell(messageEvent('m-1'), { channel })).toMatchObject({
    status: 404,
    json: { code: 'CHANNEL_UNKNOWN' },
  });
});

test('the path of events takes no other method', async () => {
  const { url } = await startPlatformGateway();
  const answer = await send(`${url}/v1/channels/${telegraph}/events`);
  expect(answer).toMatchObject({ status: 405, json: { code: 'METHOD_NOT_ALLOWED' } });
});
