import { describe, expect, it } from 'vitest';
import {
  toContactEnd,
  toCreateMessage,
  toFindMessage,
  toSenderAction,
  toStatusUpdate,
  toThreadUpdate,
} from '../../../src/cxone/requests.js';
import { parseContactNumber } from '../../../src/domain/ids.js';
import { externalId, post, threadRef } from '../../contract/cxone/adapter.js';

const thread = threadRef('t:1.a', 'channel_1');

describe('a customer’s message', () => {
  const bodyOf = (...args: Parameters<typeof post>) => toCreateMessage(post(...args)).body;

  it('has what CXone requires, and nothing that nobody gave', () => {
    const { customer } = post();
    const { id } = customer;
    expect(toCreateMessage(post('m-1', { customer: { id }, attachments: [] }))).toEqual({
      operation: 'create message watering-hole~t-1~m-1',
      budget: 'posts',
      method: 'POST',
      path: '/channels/watering-hole/messages',
      body: {
        idOnExternalPlatform: 'watering-hole~t-1~m-1',
        direction: 'inbound',
        createdAtWithMilliseconds: '2026-03-01T10:00:00.123Z',
        thread: { idOnExternalPlatform: 't-1' },
        messageContent: { type: 'TEXT', payload: { text: 'Is there water?' } },
        authorEndUserIdentity: { idOnExternalPlatform: 'c-1' },
      },
    });
  });

  it('is the same on each try', () => {
    expect(toCreateMessage(post())).toEqual(toCreateMessage(post()));
  });

  it.each([
    ['Zuri', { firstName: 'Zuri', nickname: 'Zuri' }],
    ['Zuri Zebra', { firstName: 'Zuri', lastName: 'Zebra', nickname: 'Zuri Zebra' }],
    [' Zuri  van der  Zebra ', { firstName: 'Zuri', lastName: 'van der Zebra' }],
    [' ', { idOnExternalPlatform: 'c-1' }],
  ])('of "%s" names its author', (name, expected) => {
    const body = bodyOf('m-1', { customer: { ...post().customer, name } });
    expect(body).toMatchObject({ authorEndUserIdentity: expected });
  });

  it('names the message that it answers, and says that it answers that one', () => {
    expect(bodyOf('m-2', { replyTo: externalId('m-1') })).toMatchObject({
      replyToMessage: { idOnExternalPlatform: 'watering-hole~t-1~m-1' },
      isReplyToSpecificMessage: true,
    });
  });

  it('may be empty beside an attachment', () => {
    const attachments = [{ name: 'map.png', url: 'https://a.example/map.png' }];
    expect(bodyOf('m-1', { text: '', attachments })).toMatchObject({
      messageContent: { payload: { text: '' } },
      attachments: [{ friendlyName: 'map.png', url: 'https://a.example/map.png' }],
    });
  });
});

describe('ids in an address', () => {
  const id = externalId('m-1', thread);
  const contact = parseContactNumber('10/4?2');
  if (contact === undefined) throw new TypeError('malformed');

  it.each([
    [toFindMessage(id).path, '/messages?idOnExternalPlatform%5B%5D=channel_1~t%3A1.a~m-1'],
    [
      toStatusUpdate({ thread, messageId: id, status: 'seen', atMs: 0 }).path,
      '/channels/channel_1/messages/channel_1~t%3A1.a~m-1/status',
    ],
    [toSenderAction(thread, true).path, '/channels/channel_1/threads/t%3A1.a/sender-actions'],
    [toThreadUpdate(thread, false).path, '/channels/channel_1/threads/t%3A1.a'],
    [toContactEnd(contact, 'closed').path, '/contacts/10%2F4%3F2/status'],
    [toContactEnd(contact, 'abandon').path, '/contacts/10%2F4%3F2/abandon'],
  ])('are encoded: %s', (path, expected) => {
    expect(path).toBe(expected);
  });
});

it('a receipt says when and, where there is one, why', () => {
  const report = { thread, messageId: externalId('m-1'), atMs: 1_000 } as const;
  expect(toStatusUpdate({ ...report, status: 'delivered' }).body).toEqual({
    status: 'delivered',
    updatedAt: '1970-01-01T00:00:01.000Z',
  });
  expect(toStatusUpdate({ ...report, status: 'failed', reason: 'ended' }).body).toEqual({
    status: 'failed',
    updatedAt: '1970-01-01T00:00:01.000Z',
    reason: 'ended',
  });
});
