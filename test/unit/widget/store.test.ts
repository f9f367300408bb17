import { describe, expect, test } from 'vitest';
import { conversation } from '../../../src/widget/conversation.js';
import type { OutboxEntry } from '../../../src/widget/outbox.js';
import {
  type ChatState,
  canEnd,
  canWrite,
  initialState,
  newestAgentSeq,
  reduce,
  runningCountdown,
  unreadCount,
} from '../../../src/widget/store.js';
import type { ThreadEvent, ThreadMessage } from '../../../src/widget/wire.js';

function message(seq: number, from: ThreadMessage['from'], id = `m${seq}`): ThreadMessage {
  return { seq, id, from, text: `text ${seq}`, attachments: [], at: '2026-01-01T00:00:00.000Z' };
}

function said(seq: number, from: ThreadMessage['from'], id?: string): ThreadEvent {
  return { type: 'message', seq, message: message(seq, from, id) };
}

function entry(id: string, more: Partial<OutboxEntry> = {}): OutboxEntry {
  return { id, text: `text of ${id}`, at: '', afterSeq: 0, status: 'waiting', ...more };
}

const opened = reduce(initialState, { type: 'thread', threadId: 't', readUpTo: 0 });

function after(...events: ThreadEvent[]): ChatState {
  return events.reduce((state, event) => reduce(state, { type: 'event', event }), opened);
}

const idsOf = (state: ChatState) => conversation(state).map(({ id }) => id);

describe('events', () => {
  test('that come again are not shown again', () => {
    const state = after(
      said(1, 'customer'),
      said(2, 'agent'),
      said(1, 'customer'),
      said(2, 'agent'),
    );
    expect(idsOf(state)).toEqual(['m1', 'm2']);
    expect(state.lastSeq).toBe(2);
  });

  test('of an unknown kind are counted', () => {
    expect(after({ type: 'unknown', seq: 1 }, said(2, 'agent')).lastSeq).toBe(2);
  });

  test('join a snapshot without a message twice', () => {
    const snapshot = {
      threadId: 't',
      standing: { state: 'open' },
      messages: [message(1, 'customer'), message(2, 'agent')],
      lastSeq: 2,
    } as const;
    const state = reduce(after(said(1, 'customer')), { type: 'snapshot', snapshot });
    expect(idsOf(state)).toEqual(['m1', 'm2']);
    expect(state.isLoaded).toBe(true);
  });

  test('that are newer than a late snapshot win', () => {
    const closed = after(said(1, 'agent'), {
      type: 'state',
      seq: 2,
      standing: { state: 'closed', closedBy: 'agent' },
    });
    const late = { threadId: 't', standing: { state: 'open' }, messages: [], lastSeq: 1 } as const;
    const state = reduce(closed, { type: 'snapshot', snapshot: late });
    expect(state.standing.state).toBe('closed');
    expect(state.lastSeq).toBe(2);
  });

  test('of another thread are left behind', () => {
    const state = reduce(after(said(1, 'agent')), { type: 'thread', threadId: 'u', readUpTo: 0 });
    expect(idsOf(state)).toEqual([]);
    expect(state.lastSeq).toBe(0);
  });
});

describe('an own message', () => {
  const withEntries = (state: ChatState, ...entries: OutboxEntry[]) =>
    reduce(state, { type: 'outbox', entries });

  test('is waiting, accepted, and then what its verdict says', () => {
    const marks = [
      withEntries(opened, entry('m1')),
      withEntries(opened, entry('m1', { status: 'accepted' })),
      after(said(1, 'customer')),
      after(said(1, 'customer'), { type: 'message-status', seq: 2, id: 'm1', status: 'sent' }),
      after(said(1, 'customer'), { type: 'message-status', seq: 2, id: 'm1', status: 'refused' }),
    ].map((state) => conversation(state)[0]?.mark);
    expect(marks).toEqual(['waiting', 'accepted', 'accepted', 'sent', 'refused']);
  });

  test("stands once, in the thread's order, while the outbox still has it", () => {
    const state = withEntries(
      after(said(1, 'customer', 'a'), said(2, 'agent', 'b')),
      entry('a', { status: 'accepted' }),
      entry('c'),
    );
    expect(idsOf(state)).toEqual(['a', 'b', 'c']);
  });

  test('that failed stays where it was written', () => {
    const state = withEntries(
      after(said(1, 'agent', 'a'), said(2, 'agent', 'b')),
      entry('x', { status: 'failed', afterSeq: 1, threadId: 't' }),
      entry('y'),
    );
    expect(idsOf(state)).toEqual(['a', 'x', 'b', 'y']);
  });

  test("is not taken for an agent's message of the same id", () => {
    const state = after(said(1, 'customer', 'same'), said(2, 'agent', 'same'));
    expect(conversation(state).map(({ key }) => key)).toEqual(['customer:same', 'agent:same']);
  });
});

describe('a message that answers another', () => {
  const replyTo = { id: 'm1', from: 'agent', text: 'text 1' } as const;
  const asked = after({
    type: 'message',
    seq: 1,
    message: { ...message(1, 'agent'), authorName: 'Rafiki' },
  });
  const answered = (state: ChatState) => conversation(state).at(-1)?.replyTo;
  const waiting = (threadId: string) =>
    reduce(asked, {
      type: 'outbox',
      entries: [entry('x', { replyTo: { ...replyTo, threadId } })],
    });

  test('quotes it with its author, before the thread has it and afterwards', () => {
    const shown = { ...message(2, 'customer', 'x'), replyTo };
    const sent = reduce(waiting('t'), {
      type: 'event',
      event: { type: 'message', seq: 2, message: shown },
    });
    const quotation = { ...replyTo, authorName: 'Rafiki' };
    expect([answered(waiting('t')), answered(sent)]).toEqual([quotation, quotation]);
  });

  test('quotes nothing in another thread than that in which it was written', () => {
    expect(answered(waiting('before'))).toBeUndefined();
  });

  test('is begun no more when the thread has closed, nor carried into another one', () => {
    const begun = reduce(asked, { type: 'reply-to', message: replyTo });
    expect(begun.replyTo).toEqual(replyTo);
    const standing = { state: 'closed', closedBy: 'agent' } as const;
    expect(reduce(begun, { type: 'standing', standing }).replyTo).toBeUndefined();
    const next = { type: 'thread', threadId: 'u', readUpTo: 0 } as const;
    expect(reduce(begun, next).replyTo).toBeUndefined();
  });
});

describe('unread', () => {
  test("are the agent's messages after the last one read", () => {
    const state = after(said(1, 'agent'), said(2, 'system'), said(3, 'agent'), said(4, 'customer'));
    expect(unreadCount(state)).toBe(2);
    expect(newestAgentSeq(state)).toBe(3);
    expect(unreadCount(reduce(state, { type: 'read', upTo: 1 }))).toBe(1);
    expect(unreadCount(reduce(state, { type: 'read', upTo: 3 }))).toBe(0);
  });

  test('never grow by an older reading', () => {
    const state = reduce(reduce(opened, { type: 'read', upTo: 5 }), { type: 'read', upTo: 2 });
    expect(state.readUpTo).toBe(5);
  });
});

describe("the agent's typing", () => {
  const typing: ThreadEvent = { type: 'typing', typing: true, authorName: 'Rafiki' };

  test("ends with the agent's message", () => {
    expect(after(typing).isAgentTyping).toBe(true);
    expect(after(typing, said(1, 'agent')).isAgentTyping).toBe(false);
    expect(after(typing, said(1, 'customer')).isAgentTyping).toBe(true);
  });

  test('ends when the line breaks', () => {
    const state = reduce(after(typing), { type: 'connection', connection: 'offline' });
    expect(state.isAgentTyping).toBe(false);
  });
});

describe('a countdown', () => {
  const deadlineAt = '2026-01-01T00:00:20.000Z';
  const deadlineMs = Date.parse(deadlineAt);
  const warned = (seq: number, at = deadlineAt): ThreadEvent => ({
    type: 'state',
    seq,
    standing: { state: 'warned', deadlineAt: at },
  });

  test("runs to the thread's deadline, since the warning's own text", () => {
    const sinceMs = deadlineMs - 20_000;
    expect(runningCountdown(after(said(1, 'system'), warned(2)))).toEqual({
      deadlineMs,
      sinceMs,
      isAnswering: false,
    });
    expect(runningCountdown(after(said(1, 'agent'), warned(2)))?.sinceMs).toBeUndefined();
  });

  test('does not run without a deadline that can be read', () => {
    expect(runningCountdown(after(warned(1, 'soon')))).toBeUndefined();
    expect(runningCountdown(opened)).toBeUndefined();
  });

  test("is over when the thread is open again, and the customer's answer with it", () => {
    const answering = reduce(after(warned(1)), { type: 'answering', isAnswering: true });
    expect(runningCountdown(answering)?.isAnswering).toBe(true);
    const open = reduce(answering, {
      type: 'event',
      event: { type: 'state', seq: 2, standing: { state: 'open' } },
    });
    expect(runningCountdown(open)).toBeUndefined();
    const again = reduce(open, { type: 'event', event: warned(3) });
    expect(runningCountdown(again)?.isAnswering).toBe(false);
  });
});

describe('a thread that the customer ends', () => {
  const ending = reduce(after(said(1, 'agent')), { type: 'ending', isEnding: true });

  test('takes no more text and cannot be ended twice', () => {
    expect([canWrite(ending), canEnd(ending)]).toEqual([false, false]);
    const undone = reduce(ending, { type: 'ending', isEnding: false });
    expect([canWrite(undone), canEnd(undone)]).toEqual([true, true]);
  });

  test('is not there before anybody wrote', () => {
    expect(canEnd(opened)).toBe(false);
    expect(canWrite(opened)).toBe(true);
  });

  test('leaves nothing to the thread after it', () => {
    const next = reduce(ending, { type: 'thread', threadId: 'u', readUpTo: 0 });
    expect(canWrite(next)).toBe(true);
  });
});
