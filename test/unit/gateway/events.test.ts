import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isSignedWith } from '../../../src/gateway/events/event-signature.js';
import {
  anonymousChannel,
  refOf,
  send,
  startGateway,
  type TestGateway,
} from './gateway-fixture.js';
import { inboundMessage, startOf } from './hub-fixture.js';

const eventsSecret = 'thisIsSecretKey';
const ref = refOf('thread-1');
const atIso = '2026-03-01T10:00:00.000Z';

/** A contact's change of status as DFO tells of it (cxone.md 4.4). */
const contact = {
  id: 1001,
  status: 'closed',
  statusUpdatedAt: atIso,
  threadIdOnExternalPlatform: 'thread-1',
};
const channel = { id: anonymousChannel };

function statusChanged(data: unknown, more: object = {}): string {
  return JSON.stringify({
    eventId: 'e-1',
    eventObject: 'Case',
    eventType: 'CaseStatusChanged',
    createdAt: atIso,
    data,
    ...more,
  });
}

function sign(body: string): string {
  return createHmac('sha256', eventsSecret).update(body).digest('base64');
}

async function tell(gateway: TestGateway, body: string, signature: string | null = sign(body)) {
  return await send(`${gateway.url}/integration/events`, {
    body,
    headers: {
      'content-type': 'application/json',
      ...(signature === null ? {} : { 'x-request-signature': signature }),
    },
  });
}

/** Starts a gateway with a thread whose contact is 1001. */
async function startWithThread(): Promise<TestGateway> {
  const gateway = await startGateway({ eventsSecret });
  await gateway.threads.acceptInbound(startOf(ref), inboundMessage('m1'));
  await expect.poll(() => gateway.threads.stateOf(ref).contact).toBe('1001');
  return gateway;
}

const closedBy = ({ threads }: TestGateway) => threads.stateOf(ref).closed?.by;

test('the published example is signed', () => {
  const body = Buffer.from('{"foo":"bar"}');
  const signature = 'mY/ehO6FCpo8xKIzCS05s2gTicm/ZjDmCm3YgrREVSg=';
  expect(isSignedWith('thisIsSecretKey', body, signature)).toBe(true);
  expect(isSignedWith('thisIsSecretKey', Buffer.from('{"foo": "bar"}'), signature)).toBe(false);
  expect(isSignedWith('anotherSecretKey', body, signature)).toBe(false);
});

test('without a secret there is no such path', async () => {
  const gateway = await startGateway();
  const answer = await tell(gateway, statusChanged({ case: contact, channel }));
  expect(answer).toMatchObject({ status: 404, json: { code: 'NOT_FOUND' } });
});

describe('a signed event ends its thread', () => {
  test.each([
    ['with a case', { case: contact, channel }],
    ['with a contact', { contact, channel }],
    ['with its id as text', { case: { ...contact, id: '1001' }, channel }],
    ['with the channel beside the contact', { case: { ...contact, channelId: anonymousChannel } }],
    ['with no channel', { case: contact }],
    ['with no moment', { case: { ...contact, statusUpdatedAt: undefined }, channel }],
    ['with more than is known of it', { case: { ...contact, novel: [1] }, channel, brand: {} }],
  ])('%s', async (_title, data) => {
    const gateway = await startWithThread();
    expect(await tell(gateway, statusChanged(data))).toMatchObject({ status: 204, text: '' });
    expect(closedBy(gateway)).toBe('agent');
  });

  test('once, however often it comes', async () => {
    const gateway = await startWithThread();
    const body = statusChanged({ case: contact, channel });
    await tell(gateway, body);
    const { lastSeq } = gateway.threads.stateOf(ref);
    expect((await tell(gateway, body)).status).toBe(204);
    expect(gateway.threads.stateOf(ref).lastSeq).toBe(lastSeq);
  });
});

/** What the log says of an event that ends nothing. */
const useless = 'event ignored';
const homeless = 'event for no running thread';
const taken = 'event taken';

describe('a signed event is answered 204 and ends nothing, and the log says so', () => {
  const changed = (change: object) => statusChanged({ case: { ...contact, ...change }, channel });
  test.each([
    [
      'of another type',
      statusChanged({ case: contact, channel }, { eventType: 'CaseCreated' }),
      useless,
    ],
    ['of no type', statusChanged({ case: contact, channel }, { eventType: undefined }), useless],
    ['of another contact', changed({ id: 4711 }), taken],
    ['of a status that is no end', changed({ status: 'open' }), taken],
    ['of an unknown status', changed({ status: 'gone' }), useless],
    ['of a status in capitals', changed({ status: 'CLOSED' }), useless],
    ['of several statuses', changed({ status: ['closed'] }), useless],
    ['of no status', changed({ status: null }), useless],
    ['of a contact with no id', changed({ id: null }), useless],
    ['of a contact whose id is no id', changed({ id: { number: 1001 } }), useless],
    ['of a contact whose id has a space', changed({ id: '1001 ' }), useless],
    ['of a foreign channel', statusChanged({ case: contact, channel: { id: 'sms_1' } }), homeless],
    ['of an unknown thread', changed({ threadIdOnExternalPlatform: 'thread-2' }), homeless],
    [
      'of a thread whose id is no id',
      changed({ threadIdOnExternalPlatform: '../thread-1' }),
      homeless,
    ],
    ['that names several threads', changed({ threadIdOnExternalPlatform: ['thread-1'] }), useless],
    [
      'that names no thread',
      statusChanged({ case: { id: 1001, status: 'closed' }, channel }),
      useless,
    ],
    ['whose contact is a text', statusChanged({ case: '1001 closed', channel }), useless],
    ['with nothing in it', statusChanged(null), useless],
    ['that is a list', '[]', useless],
    ['that is no JSON', 'hello', useless],
    ['that is empty', '', useless],
  ])('%s', async (_title, body, line) => {
    const gateway = await startWithThread();
    const { lastSeq } = gateway.threads.stateOf(ref);
    expect(await tell(gateway, body)).toMatchObject({ status: 204, text: '' });
    expect(closedBy(gateway)).toBeUndefined();
    expect(gateway.threads.stateOf(ref).lastSeq).toBe(lastSeq);
    expect(gateway.logLines.filter((one) => /event (ignored|for|taken)/.test(one))).toMatchObject([
      expect.stringContaining(line),
    ]);
  });

  test('older than what the thread knows', async () => {
    const gateway = await startWithThread();
    const newer = { ...contact, status: 'open', statusUpdatedAt: '2026-03-01T10:00:01.000Z' };
    await tell(gateway, statusChanged({ case: newer, channel }));
    await tell(gateway, statusChanged({ case: contact, channel }));
    expect(closedBy(gateway)).toBeUndefined();
  });
});

describe('events that come out of order leave a thread that has ended as it is', () => {
  test.each([
    ['older news', { status: 'open', statusUpdatedAt: '2026-03-01T09:59:00.000Z' }],
    ['newer news', { status: 'open', statusUpdatedAt: '2026-03-01T10:01:00.000Z' }],
    ['another end', { status: 'trashed', statusUpdatedAt: '2026-03-01T10:01:00.000Z' }],
  ])('%s', async (_title, change) => {
    const gateway = await startWithThread();
    await tell(gateway, statusChanged({ case: contact, channel }));
    const before = gateway.threads.stateOf(ref);
    const body = statusChanged({ case: { ...contact, ...change }, channel });
    expect((await tell(gateway, body)).status).toBe(204);
    const { lastSeq, closed } = gateway.threads.stateOf(ref);
    expect({ lastSeq, closed }).toEqual({ lastSeq: before.lastSeq, closed: before.closed });
  });
});

test.each(['case', 'contact'])('a %s that another agent takes goes on', async (place) => {
  const gateway = await startWithThread();
  const assigned = { ...contact, status: 'open', inboxAssignee: 11_003 };
  const news = { [place]: assigned, channel, routingQueue: null, inboxAssignee: { id: 11_003 } };
  const body = statusChanged(news, { eventType: 'CaseInboxAssigneeChanged' });
  expect((await tell(gateway, body)).status).toBe(204);
  expect(gateway.threads.stateOf(ref)).toMatchObject({ closed: null, contact: '1001' });
  expect(gateway.logLines.join()).not.toContain(taken);
});

describe('an event is refused', () => {
  const body = statusChanged({ case: contact, channel });
  test.each([
    ['without a signature', null],
    ['with an empty one', ''],
    ['with that of another body', sign(`${body} `)],
    ['with one of another length', `${sign(body)}=`],
    ['in hexadecimal', createHmac('sha256', eventsSecret).update(body).digest('hex')],
    ['with another secret', createHmac('sha256', 'another').update(body).digest('base64')],
  ])('%s', async (_title, signature) => {
    const gateway = await startWithThread();
    expect(await tell(gateway, body, signature)).toMatchObject({
      status: 401,
      json: { code: 'EVENT_SIGNATURE_INVALID' },
    });
    expect(closedBy(gateway)).toBeUndefined();
  });
});

test('an event that is too long is refused before it is read', async () => {
  const gateway = await startWithThread();
  const body = statusChanged({ case: { ...contact, note: 'x'.repeat(1024 * 1024) }, channel });
  expect(await tell(gateway, body)).toMatchObject({
    status: 413,
    json: { code: 'BODY_TOO_LARGE' },
  });
  expect(closedBy(gateway)).toBeUndefined();
});

test('an event is asked for again while the threads cannot be told', async () => {
  const gateway = await startWithThread();
  gateway.threads.isDown = true;
  const answer = await tell(gateway, statusChanged({ case: contact, channel }));
  expect(answer).toMatchObject({ status: 503, json: { code: 'UNAVAILABLE' } });
});

test('no line of the log holds what an event says of people', async () => {
  const gateway = await startWithThread();
  await tell(gateway, statusChanged({ case: { ...contact, endUser: 'Zed Zebra' }, channel }));
  expect(gateway.logLines.join()).not.toContain('Zed Zebra');
});
