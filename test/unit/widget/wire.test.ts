import { describe, expect, test } from 'vitest';
import { parseSession, parseSnapshot, parseThreadEvent } from '../../../src/widget/wire.js';

describe('an event', () => {
  test('is numbered by its SSE id where its data has no number', () => {
    const data = JSON.stringify({ id: 'm', from: 'agent', text: 'hi', at: 'now' });
    expect(parseThreadEvent('message', data, '4')).toMatchObject({ type: 'message', seq: 4 });
  });

  test.each([
    ['an unknown name', 'party', '{"seq":3}'],
    ['data that is no JSON', 'message', '{'],
    ['a message from nobody', 'message', '{"seq":3,"id":"m","text":"x"}'],
    ['a state that there is not', 'state', '{"seq":3,"state":"dancing"}'],
    ['a status that there is not', 'message-status', '{"seq":3,"id":"m","status":"lost"}'],
  ])('with %s is unknown and still counted', (_, name, data) => {
    expect(parseThreadEvent(name, data, '3')).toEqual({ type: 'unknown', seq: 3 });
  });

  test('keeps no field of the wrong kind', () => {
    const data =
      '{"seq":3,"id":"m","from":"agent","text":7,"author":"x","attachments":[{"url":1},5]}';
    expect(parseThreadEvent('message', data, '3')).toMatchObject({
      message: { text: '', authorName: undefined, attachments: [] },
    });
  });
});

test.each([
  [
    { id: 'm', from: 'customer', text: 'x' },
    { id: 'm', from: 'customer', text: 'x' },
  ],
  [
    { id: 'm', from: 'system' },
    { id: 'm', from: 'system', text: '' },
  ],
  [{ id: 'm', from: 'nobody', text: 'x' }, undefined],
  [{ from: 'agent', text: 'x' }, undefined],
  ['m', undefined],
])('a message answers %j: %j', (replyTo, answered) => {
  const data = JSON.stringify({ seq: 3, id: 'n', from: 'agent', replyTo, forwarded: true });
  const event = parseThreadEvent('message', data, '3');
  expect(event).toMatchObject({ message: { isForwarded: true } });
  expect(event.type === 'message' && event.message.replyTo).toEqual(answered);
});

test('a snapshot carries state, messages and the last number', () => {
  expect(
    parseSnapshot({
      threadId: 't',
      state: 'closed',
      closedBy: 'agent',
      lastSeq: 9,
      messages: [{ seq: 1, id: 'm', from: 'customer', text: 'x', at: 'now', status: 'seen' }],
    }),
  ).toMatchObject({
    lastSeq: 9,
    standing: { state: 'closed', closedBy: 'agent' },
    messages: [{ id: 'm', status: 'sent' }],
  });
});

test.each([undefined, null, 7, [], {}, { token: 't' }, { token: 1, threadId: 't' }])(
  '%j is no session',
  (json) => {
    expect(parseSession(json)).toBeUndefined();
  },
);
