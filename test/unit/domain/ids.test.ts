import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  fromExternalMessageId,
  fromInboundExternalId,
  fromWorkflowId,
  parseChannelId,
  parseClientMessageId,
  parseContactNumber,
  parseCustomerId,
  parseExternalMessageId,
  parseGatewayQueue,
  parsePlatformMessageId,
  parseThreadId,
  toCustomerWorkflowId,
  toDeliveryId,
  toGatewayQueue,
  toInboundExternalId,
  toOutboundExternalId,
  toOutboundThreadId,
  toWorkflowId,
} from '../../../src/domain/ids.js';
import { channelId, customerId, messageId, threadId } from '../../support/domain-builders.js';

const hostile = [
  '',
  ' ',
  'a b',
  'a/b',
  '../a',
  'a~b',
  'a\n',
  '\na',
  'a\u0000',
  'ä',
  '𝒂',
  'a%2Fb',
  'a?b',
  'a#b',
  'a\\b',
  '<a>',
];
const parsers = {
  parseChannelId,
  parseThreadId,
  parseCustomerId,
  parseClientMessageId,
  parsePlatformMessageId,
  parseGatewayQueue,
};

describe.each(Object.entries(parsers))('%s', (_name, parse) => {
  test.each(hostile)('refuses %j', (raw) => {
    expect(parse(raw)).toBeUndefined();
  });
});

test.each([
  ['a channel id', parseChannelId, 'chat_0c1d.2:3-x', 128],
  ['a thread id', parseThreadId, 'a', 128],
  ['a customer id', parseCustomerId, '+49170@example.org', 128],
  ["a widget's message id", parseClientMessageId, 'A-z_09', 64],
  ["a platform's message id", parsePlatformMessageId, 'wamid:1.2_3-4', 128],
  ['a contact number', parseContactNumber, '1001', 128],
  ['an external message id', parseExternalMessageId, 'w~t~~m', 512],
])('%s is read as it stands, up to its length and no further', (_name, parse, id, length) => {
  expect(parse(id)).toBe(id);
  expect(parse('a'.repeat(length))).toBe('a'.repeat(length));
  expect(parse('a'.repeat(length + 1))).toBeUndefined();
});

test.each([
  [parseClientMessageId, 'a.b'],
  [parseClientMessageId, 'a:b'],
  [parseThreadId, 'a@b'],
  [parseThreadId, 'a+b'],
  [parseContactNumber, '10 01'],
  [parseContactNumber, ''],
  [parseExternalMessageId, 'a b'],
  [parseExternalMessageId, ''],
  [parseGatewayQueue, 'threads'],
  [parseGatewayQueue, 'gateway/'],
  [parseGatewayQueue, 'gateway/a/b'],
])('%o refuses %j', (parse, raw) => {
  expect(parse(raw)).toBeUndefined();
});

test('a gateway queue carries the id of its process, and a malformed one is a defect', () => {
  expect(toGatewayQueue('1f-2')).toBe('gateway/1f-2');
  expect(parseGatewayQueue(toGatewayQueue('1f-2'))).toBe('gateway/1f-2');
  expect(() => toGatewayQueue('a/b')).toThrow(TypeError);
});

const platformIds = fc.stringMatching(/^[A-Za-z0-9_.:-]{1,128}$/);
const refs = fc.record({
  channelId: platformIds.map(channelId),
  threadId: platformIds.map(threadId),
});
const messageIds = platformIds.map(messageId);

test('a workflow id names its thread, and reads back to it', () => {
  fc.assert(
    fc.property(refs, (ref) => {
      expect(fromWorkflowId(toWorkflowId(ref))).toEqual(ref);
    }),
  );
});

test.each([
  'thread',
  'thread/',
  'thread/a',
  'thread//b',
  'thread/a/',
  'thread/a/b/c',
  'Thread/a/b',
  'customer/a/b',
  'xthread/a/b',
  'thread/a b/c',
  'thread/a/b\n',
])('%j is no workflow id of a thread', (raw) => {
  expect(fromWorkflowId(raw)).toBeUndefined();
});

test('external ids name their thread, and read back to it', () => {
  fc.assert(
    fc.property(refs, messageIds, (ref, id) => {
      expect(fromExternalMessageId(toInboundExternalId(ref, id))).toEqual(ref);
      expect(fromExternalMessageId(toOutboundExternalId(ref, id))).toEqual(ref);
    }),
  );
});

test("a customer's message is read back from its external id, in its own thread only", () => {
  fc.assert(
    fc.property(refs, refs, messageIds, (ref, other, id) => {
      expect(fromInboundExternalId(ref, toInboundExternalId(ref, id))).toBe(id);
      expect(fromInboundExternalId(ref, toOutboundExternalId(ref, id))).toBeUndefined();
      fc.pre(JSON.stringify(other) !== JSON.stringify(ref));
      expect(fromInboundExternalId(other, toInboundExternalId(ref, id))).toBeUndefined();
    }),
  );
});

test('two different messages never have the same external id', () => {
  const ids = fc.constantFrom('a', 'b', 'a.b', '-', ':', 'a:b', '_');
  const made = fc.record({
    ref: fc.record({ channelId: ids.map(channelId), threadId: ids.map(threadId) }),
    id: ids.map(messageId),
    make: fc.constantFrom(toInboundExternalId, toOutboundExternalId),
  });
  fc.assert(
    fc.property(made, made, (one, other) => {
      const isSame =
        JSON.stringify([one, one.make.name]) === JSON.stringify([other, other.make.name]);
      expect(one.make(one.ref, one.id) === other.make(other.ref, other.id)).toBe(isSame);
    }),
    { numRuns: 500 },
  );
});

test("an agent's message never has the id of a customer's", () => {
  fc.assert(
    fc.property(refs, messageIds, (ref, id) => {
      expect(toOutboundExternalId(ref, id)).not.toBe(toInboundExternalId(ref, id));
    }),
  );
});

test('a thread that an agent opens has the id that the key of their message makes', () => {
  expect(toOutboundThreadId('k-1')).toBe('o-k-1');
  expect(toOutboundThreadId('k-1')).not.toBe(toOutboundThreadId('k-2'));
  for (const key of ['a b', 'x'.repeat(127)]) expect(() => toOutboundThreadId(key)).toThrow(key);
});

test('the same thread and message id on two channels are two messages', () => {
  const [one, other] = ['whats', 'insta'].map((channel) =>
    toInboundExternalId({ channelId: channelId(channel), threadId: threadId('t') }, messageId('m')),
  );
  expect(one).not.toBe(other);
});

test('the longest ids make an external id that is still one', () => {
  const longest = 'x'.repeat(128);
  const ref = { channelId: channelId(longest), threadId: threadId(longest) };
  expect(fromExternalMessageId(toInboundExternalId(ref, messageId(longest)))).toEqual(ref);
  expect(fromExternalMessageId(toOutboundExternalId(ref, longest))).toEqual(ref);
});

test.each(['', 'a~b', 'a/b', 'x'.repeat(129)])(
  'the key %j of an agent message is a defect',
  (key) => {
    const ref = { channelId: channelId('c'), threadId: threadId('t') };
    expect(() => toOutboundExternalId(ref, key)).toThrow(TypeError);
  },
);

test.each(['', 'a', 'a~b', '~b~c', 'a~~c', 'a b~c~d', 'a~b~c~d~e', 'watering-hole_t-1', 'm-1'])(
  '%j names no thread',
  (raw) => {
    expect(fromExternalMessageId(raw)).toBeUndefined();
  },
);

test("a customer's workflow id is not that of a thread", () => {
  const id = toCustomerWorkflowId(channelId('c'), customerId('+1@a'));
  expect(id).toBe('customer/c/+1@a');
  expect(fromWorkflowId(id)).toBeUndefined();
});

describe('the id under which an event is given to a platform', () => {
  const ref = { channelId: channelId('c'), threadId: threadId('t.1:2') };

  test('is the same for the same event, and holds no full stop', () => {
    expect(toDeliveryId(ref, 36, 7)).toBe('c/t~1:2/10/7');
    expect(toDeliveryId(ref, 36, 7)).toBe(toDeliveryId({ ...ref }, 36, 7));
  });

  test.each([
    ['number', toDeliveryId(ref, 36, 8)],
    ['thread', toDeliveryId({ ...ref, threadId: threadId('t-1:2') }, 36, 7)],
    ['channel', toDeliveryId({ ...ref, channelId: channelId('d') }, 36, 7)],
    ['beginning', toDeliveryId(ref, 37, 7)],
  ])('is another one for another %s', (_what, other) => {
    expect(other).not.toBe(toDeliveryId(ref, 36, 7));
  });
});
