import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { archiveLog } from '../../../src/domain/customer-log.js';
import { toInboundExternalId, toOutboundExternalId } from '../../../src/domain/ids.js';
import type { AgentMessage, InboundMessage } from '../../../src/domain/messages.js';
import {
  agentMessage,
  channelId,
  contactNumber,
  customerMessage,
  type DrivenThread,
  driveThread,
  externalId,
  messageId,
  nameOf,
  testRef,
  threadId,
} from '../../support/domain-builders.js';

const done = { kind: 'done', contact: contactNumber('1001') } as const;
const rejected = { kind: 'rejected', code: 'CONTACT_CENTRE_REJECTED' } as const;
const agentId = toOutboundExternalId(testRef, 'key-1');

type Customers = Partial<Omit<InboundMessage, 'id'>>;

function write(thread: DrivenThread, id: string, more: Customers = {}): DrivenThread {
  return thread.feed({ type: 'inbound', message: customerMessage(id, more) });
}

function answer(thread: DrivenThread, id: string, more: Partial<AgentMessage> = {}): DrivenThread {
  return thread.feed({ type: 'agentReply', message: agentMessage(id, more) });
}

/** What the last message that was shown quotes. */
function quotedBy(thread: DrivenThread) {
  const shown = thread.state.log.findLast((event) => event.type === 'message');
  return shown?.type === 'message' ? shown.replyTo : undefined;
}

/** The posts that the last event started, each with what it answers. */
function postsOf(thread: DrivenThread): string[] {
  return thread.effects.flatMap((effect) =>
    effect.lane === 'contactCentre' ? [`${nameOf(effect.task)} to ${effect.replyTo ?? '-'}`] : [],
  );
}

/** A customer who wrote `m-1`, which is there, and an agent who answered. */
const begun = (text?: string) =>
  answer(write(driveThread(), 'm-1', text === undefined ? {} : { text }).settle(done), agentId);

describe('an agent’s message quotes', () => {
  test('the customer’s message of that id', () => {
    const thread = answer(begun(), 'r-2', {
      replyTo: toInboundExternalId(testRef, messageId('m-1')),
    });
    expect(quotedBy(thread)).toEqual({ id: 'm-1', from: 'customer', text: 'text of m-1' });
  });

  test('an agent’s message of that id', () => {
    const thread = answer(begun(), 'r-2', { replyTo: agentId });
    expect(quotedBy(thread)).toEqual({ id: agentId, from: 'agent', text: `text of ${agentId}` });
  });

  test.each([
    ['an id that nobody knows', 'dfo-7'],
    ['a customer’s id without its thread', 'm-1'],
    [
      'another thread’s message',
      toInboundExternalId({ ...testRef, threadId: threadId('t-2') }, messageId('m-1')),
    ],
    [
      'another channel’s message',
      toInboundExternalId({ ...testRef, channelId: channelId('x') }, messageId('m-1')),
    ],
    ['its own', 'r-2'],
  ])('nothing by %s, and is shown all the same', (_what, replyTo) => {
    const thread = answer(begun(), 'r-2', { replyTo: externalId(replyTo) });
    expect(thread.state.log.at(-1)).toMatchObject({ id: 'r-2', text: 'text of r-2' });
    expect(thread.state.log.at(-1)).not.toHaveProperty('replyTo');
  });
});

describe('a customer’s message quotes', () => {
  test('an agent’s, and is posted as an answer to it', () => {
    const thread = write(begun(), 'm-2', { replyTo: agentId });
    expect(quotedBy(thread)).toEqual({ id: agentId, from: 'agent', text: `text of ${agentId}` });
    expect(postsOf(thread)).toEqual([`post m-2 to ${agentId}`]);
  });

  test('their own, and is posted as an answer to it', () => {
    const thread = write(begun(), 'm-2', { replyTo: 'm-1' });
    expect(quotedBy(thread)).toEqual({ id: 'm-1', from: 'customer', text: 'text of m-1' });
    expect(postsOf(thread)).toEqual(['post m-2 to watering-hole~t-1~m-1']);
  });

  test('one that is on its way, which is there once it is its turn', () => {
    const thread = write(write(driveThread(), 'm-1'), 'm-2', { replyTo: 'm-1' });
    expect(quotedBy(thread)).toMatchObject({ id: 'm-1' });
    expect(postsOf(thread.settle(done))).toEqual(['post m-2 to watering-hole~t-1~m-1']);
  });

  test('one that turns out not to be there, and answers nothing in the contact centre', () => {
    const thread = write(write(driveThread(), 'm-1'), 'm-2', { replyTo: 'm-1' });
    expect(postsOf(thread.settle(rejected))).toEqual(['post m-2 to -']);
    expect(quotedBy(thread)).toMatchObject({ id: 'm-1' });
  });

  test.each([
    ['an id that nobody knows', 'm-7'],
    ['the contact centre’s id of their own', 'watering-hole~t-1~m-1'],
    ['its own', 'm-2'],
    ['a name that every object has', 'constructor'],
    ['nothing', ''],
  ])('nothing by %s, and is posted all the same', (_what, replyTo) => {
    const thread = write(begun(), 'm-2', { replyTo });
    expect(thread.state.log.at(-1)).toMatchObject({ id: 'm-2', text: 'text of m-2' });
    expect(thread.state.log.at(-1)).not.toHaveProperty('replyTo');
    expect(postsOf(thread)).toEqual(['post m-2 to -']);
    expect(thread.tasks()).toEqual([
      { kind: 'post', stage: 'post', message: customerMessage('m-2') },
    ]);
  });

  test('none that was not delivered', () => {
    const thread = write(write(driveThread(), 'm-1').settle(rejected), 'm-2', { replyTo: 'm-1' });
    expect(quotedBy(thread)).toBeUndefined();
    expect(postsOf(thread)).toEqual(['post m-2 to -']);
  });

  test('none of the service’s own', () => {
    const from = 'system' as const;
    const log = [{ seq: 1, type: 'message' as const, id: 'warned', from, text: 'Hello?', atMs: 1 }];
    const thread = write(driveThread({ log, lastSeq: 1 }), 'm-2', { replyTo: 'warned' });
    expect(quotedBy(thread)).toBeUndefined();
  });

  test('none whose event stayed in an earlier run', () => {
    const thread = begun();
    thread.state = archiveLog(thread.state, 'run-1', 0);
    expect(quotedBy(write(thread, 'm-2', { replyTo: 'm-1' }))).toBeUndefined();
    expect(postsOf(thread)).toEqual(['post m-2 to -']);
  });
});

describe('a message that answers another', () => {
  test('answers the same on each try, also in a run that has no log of it', () => {
    const thread = write(begun(), 'm-2', { replyTo: 'm-1' });
    thread.settle({ kind: 'deferred', code: 'CONTACT_CENTRE_FORBIDDEN' });
    thread.state = archiveLog(JSON.parse(JSON.stringify(thread.state)), 'run-1', 0);
    expect(postsOf(thread.wait(500))).toEqual(['post m-2 to watering-hole~t-1~m-1']);
    expect(postsOf(thread.settle({ kind: 'inDoubt' }).wait(1_000))).toEqual(['look m-2 to -']);
    thread.settle({ kind: 'absent' }).wait(1_000);
    expect(postsOf(thread.settle({ kind: 'absent' }))).toEqual([
      'post m-2 to watering-hole~t-1~m-1',
    ]);
  });

  test('goes without that when it is refused, and fails when it is refused again', () => {
    const thread = write(begun(), 'm-2', { replyTo: agentId });
    expect(postsOf(thread.settle(rejected))).toEqual(['post m-2 to -']);
    expect(thread.state.ledger.inbound[messageId('m-2')]).toBe('sending');
    expect(postsOf(thread.settle(rejected))).toEqual([]);
    expect(thread.state.log.at(-1)).toMatchObject({ id: 'm-2', status: 'failed' });
  });

  test('is not tried again when the thread has ended meanwhile', () => {
    const thread = write(begun(), 'm-2', { replyTo: agentId }).feed({ type: 'end', by: 'agent' });
    thread.settle(rejected);
    expect(thread.tasks().map(nameOf)).toEqual(['shutThread']);
    expect(thread.state.log.at(-1)).toMatchObject({ id: 'm-2', status: 'failed' });
  });

  test('that comes again with another one changes nothing', () => {
    const thread = write(begun(), 'm-2', { replyTo: agentId });
    const before = thread.state;
    expect(write(thread, 'm-2', { replyTo: 'm-1' }).state).toEqual(before);
  });
});

describe('what is quoted of a text', () => {
  const quotationOf = (text: string) =>
    quotedBy(write(begun(text), 'm-2', { replyTo: 'm-1' }))?.text;

  test.each([
    ['all of a short one, with its lines', 'one\n  two', 'one\n  two'],
    ['no space at its ends', '  one \n', 'one'],
    ['all of 200 code points', '🦏'.repeat(200), '🦏'.repeat(200)],
    ['199 of 201 code points, and a mark', '🦏'.repeat(201), `${'🦏'.repeat(199)}…`],
    ['whole words', `${'word '.repeat(39)}elephants drink`, `${'word '.repeat(38)}word…`],
    ['the last word that fits', `${'x'.repeat(199)} more`, `${'x'.repeat(199)}…`],
    ['a part of a word that is very long', `see ${'x'.repeat(300)}`, `see ${'x'.repeat(195)}…`],
  ])('is %s', (_what, text, quotation) => {
    expect(quotationOf(text)).toBe(quotation);
  });

  test('is never more than 200 code points, nor anything but its beginning', () => {
    const texts = fc.string({ unit: fc.constantFrom('a', ' ', '\n', '🦏', 'é'), maxLength: 450 });
    fc.assert(
      fc.property(texts, (text) => {
        const quotation = quotationOf(text) ?? '';
        expect(Array.from(quotation).length).toBeLessThanOrEqual(200);
        expect(text.trim().startsWith(quotation.replace(/…$/, ''))).toBe(true);
        expect(quotation).not.toMatch(/\p{Surrogate}/u);
      }),
    );
  });

  test('is the name of its file where it has no text', () => {
    const attachments = [{ name: 'stripes.png', url: 'https://example.org/stripes.png' }];
    const thread = write(driveThread(), 'm-1', { text: ' ', attachments }).settle(done);
    expect(quotedBy(write(thread, 'm-2', { replyTo: 'm-1' }))?.text).toBe('stripes.png');
  });
});

test('a message that is handed on says so', () => {
  const thread = answer(driveThread(), 'r-1', { isForwarded: true });
  expect(thread.state.log).toMatchObject([{ id: 'r-1', isForwarded: true }]);
});
