import { describe, expect, test } from 'vitest';
import { clockDueAtMs } from '../../../src/domain/idle-clock.js';
import { isFinished, isQuiet, nextWakeAtMs, transition } from '../../../src/domain/thread.js';
import type { ThreadEvent } from '../../../src/domain/thread-state.js';
import {
  agentMessage,
  contactNumber,
  customerMessage,
  type DrivenThread,
  deepFreeze,
  driveThread,
  externalId,
  freshThread,
  gatewayA,
  nameOf,
  startMs,
} from '../../support/domain-builders.js';

const done = { kind: 'done', contact: contactNumber('1001') } as const;

function send(thread: DrivenThread, id: string): DrivenThread {
  return thread.feed({ type: 'inbound', message: customerMessage(id) });
}

function reply(thread: DrivenThread, id: string): DrivenThread {
  return thread.feed({ type: 'agentReply', message: agentMessage(id) });
}

function seen(thread: DrivenThread, upToSeq: number, kind: 'delivered' | 'seen' = 'seen') {
  return thread.feed({ type: 'receipt', receipt: { kind, upToSeq, atMs: startMs + 5 } });
}

/** Every call that the lane still makes, each of them going well. */
function restOf(thread: DrivenThread): string[] {
  const calls: string[] = [];
  for (let tasks = thread.tasks(); tasks.length > 0; tasks = thread.settle(done).tasks()) {
    calls.push(...tasks.map(nameOf));
  }
  return calls;
}

/** The log in a word or two each. */
function told(thread: DrivenThread): string[] {
  return thread.state.log.map((event) => {
    if (event.type === 'message') return `${event.from} ${event.id}`;
    if (event.type === 'state') return [event.state, event.closedBy].filter(Boolean).join(' ');
    return `${event.id} ${event.status}`;
  });
}

const warned = () => driveThread({ phase: 'warned', deadlineAtMs: startMs + 20_000 });

describe("a customer's message", () => {
  test('is logged as it came, then posted', () => {
    const attachments = [{ name: 'a.png', url: 'https://example.org/a.png' }];
    const message = customerMessage('m-1', {
      text: '  hi\n',
      attachments,
      postback: 'yes',
      acceptedAtMs: startMs - 7,
    });
    const thread = driveThread().feed({ type: 'inbound', message });
    expect(thread.state.log).toEqual([
      {
        seq: 1,
        type: 'message',
        id: 'm-1',
        from: 'customer',
        text: '  hi\n',
        attachments,
        atMs: startMs - 7,
      },
    ]);
    expect(thread.tasks()).toEqual([{ kind: 'post', message, stage: 'post' }]);
    expect(thread.state.lastActivityAtMs).toBe(startMs);
  });

  test('that comes again, at any stage and with any text, changes nothing', () => {
    const thread = send(driveThread(), 'm-1');
    const again = () => {
      const before = thread.state;
      const message = customerMessage('m-1', { text: 'another text', acceptedAtMs: startMs + 9 });
      expect(thread.feed({ type: 'inbound', message }).state).toEqual(before);
      expect(thread.effects).toEqual([]);
    };
    again();
    thread.settle({ kind: 'inDoubt' });
    again();
    thread.wait(1_000).settle(done);
    again();
    thread.feed({ type: 'end', by: 'operator' });
    again();
  });

  test.each(['__proto__', 'constructor', 'toString', '0'])('may have the id %s', (id) => {
    const thread = send(driveThread(), id);
    thread.state = JSON.parse(JSON.stringify(thread.state));
    expect(told(send(thread, id))).toEqual([`customer ${id}`]);
    expect(told(thread.settle(done))).toEqual([`customer ${id}`, `${id} sent`]);
    expect(told(send(thread, id))).toHaveLength(2);
  });

  test('is refused after the end, once, without being shown or posted', () => {
    const thread = driveThread().feed({ type: 'end', by: 'customer' });
    expect(told(send(send(thread, 'm-1'), 'm-1'))).toEqual(['closed customer', 'm-1 refused']);
    expect(thread.state.log.at(-1)).toMatchObject({ reason: 'THREAD_CLOSED' });
    expect(thread.tasks()).toEqual([]);
    expect(thread.state.lastActivityAtMs).toBe(startMs);
  });
});

describe("an agent's message", () => {
  test('is logged as it came, without what only the engine needs', () => {
    const content = { type: 'LIST_PICKER', payload: { deep: [1, null] } };
    const thread = driveThread().feed({
      type: 'agentReply',
      message: agentMessage('r-1', { content, acceptedAtMs: startMs - 3 }),
    });
    expect(thread.state.log).toEqual([
      {
        seq: 1,
        type: 'message',
        id: 'r-1',
        from: 'agent',
        text: 'text of r-1',
        author: { name: 'Gina' },
        content,
        atMs: startMs - 3,
      },
    ]);
    expect(thread.tasks()).toEqual([]);
  });

  test('that comes again changes nothing', () => {
    const thread = reply(driveThread(), 'r-1');
    const before = thread.state;
    expect(reply(thread, 'r-1').state).toEqual(before);
  });

  test.each(['agent', 'idle', 'customer', 'operator'] as const)(
    'that comes after the end by %s is reported as failed, once, and never shown',
    (by) => {
      const thread = driveThread().feed({ type: 'end', by });
      const before = thread.state.log;
      reply(thread, 'r-1');
      expect(thread.tasks()).toMatchObject([
        { kind: 'report', messageId: 'r-1', status: 'failed', reason: 'the chat has ended' },
      ]);
      expect(thread.state.log).toEqual(before);
      reply(thread, 'r-1').settle(done);
      expect(isFinished(thread.state)).toBe(true);
      expect(restOf(seen(thread, 99))).toEqual([]);
    },
  );
});

describe('a countdown', () => {
  test.each<[string, (thread: DrivenThread) => DrivenThread]>([
    ["a customer's message", (thread) => send(thread, 'm-1')],
    ["an agent's message", (thread) => reply(thread, 'r-1')],
    ['still here', (thread) => thread.feed({ type: 'stillHere' })],
  ])('ends with %s, before anything else is told', (_name, act) => {
    const { state } = act(warned());
    expect(state).toMatchObject({ phase: 'open', deadlineAtMs: null });
    expect(state.log[0]).toEqual({ seq: 1, type: 'state', state: 'open' });
  });

  test.each<[string, (thread: DrivenThread) => DrivenThread]>([
    ['a page', (thread) => thread.feed({ type: 'presence', gateway: gatewayA, change: 'opened' })],
    ['a receipt', (thread) => seen(thread, 9)],
    ['time alone', (thread) => thread.wait(1)],
  ])('does not end with %s', (_name, act) => {
    expect(act(warned()).state).toMatchObject({ phase: 'warned', deadlineAtMs: startMs + 20_000 });
  });

  test('that nobody began does not end', () => {
    expect(told(driveThread().feed({ type: 'stillHere' }))).toEqual([]);
  });

  test('gives way to the end', () => {
    const { state } = warned().feed({ type: 'end', by: 'idle' });
    expect(state).toMatchObject({ phase: 'closed', deadlineAtMs: null });
  });
});

describe('a receipt', () => {
  test('of a closed thread is ignored', () => {
    const thread = reply(send(driveThread(), 'm-1').settle(done), 'r-1');
    const closed = thread.feed({ type: 'end', by: 'operator' });
    expect(seen(closed, 9).state.contactCentreLane.waiting.map(nameOf)).toEqual(['shutThread']);
  });

  const talked = () =>
    reply(reply(reply(driveThread({ contact: done.contact }), 'r-1'), 'r-2'), 'r-3');

  test('covers what came up to its number, in order, once for each message and kind', () => {
    const thread = seen(talked(), 2, 'delivered');
    expect(restOf(thread)).toEqual(['report delivered r-1', 'report delivered r-2']);
    expect(restOf(seen(thread, 2, 'delivered'))).toEqual([]);
    expect(restOf(seen(thread, 99))).toEqual([
      'report seen r-1',
      'report seen r-2',
      'report seen r-3',
    ]);
    expect(restOf(seen(thread, 99, 'delivered'))).toEqual([]);
    expect(restOf(seen(thread, 99))).toEqual([]);
  });

  test('names the moment at which the page said so', () => {
    expect(seen(talked(), 1).tasks()).toMatchObject([{ atMs: startMs + 5 }]);
  });

  test("covers no customer's message, and nothing at 0", () => {
    expect(restOf(seen(driveThread(), 5))).toEqual([]);
    expect(restOf(seen(talked(), 0))).toEqual([]);
  });

  test('waits for the messages before it', () => {
    const thread = seen(send(reply(driveThread(), 'r-1'), 'm-1'), 1);
    expect(thread.settle(done).tasks().map(nameOf)).toEqual(['report seen r-1']);
    expect(thread.state.ledger.outbound[externalId('r-1')]).toEqual({ seq: 1, status: 'seen' });
  });
});

describe('the end', () => {
  /** A thread that the contact centre knows, with m-2 on its way and m-3 behind it. */
  const busy = () => {
    const thread = send(driveThread(), 'm-1').settle(done);
    return send(send(thread, 'm-2'), 'm-3');
  };
  const before = ['customer m-1', 'm-1 sent', 'customer m-2', 'customer m-3'];

  test.each([
    ['agent', ['system closed-agent'], ['shutThread', 'readBack']],
    ['idle', ['system closed-idle'], ['endContact closed', 'shutThread', 'readBack']],
    ['operator', [], ['endContact closed', 'shutThread', 'readBack']],
  ] as const)(
    'by %s refuses what waits, tells at once, and closes after what is on its way',
    (by, text, calls) => {
      const thread = busy().feed({ type: 'end', by });
      expect(told(thread)).toEqual([...before, 'm-3 refused', ...text, `closed ${by}`]);
      expect(thread.state.closed).toMatchObject({ by, atMs: startMs, missing: [] });
      expect(thread.tasks()).toEqual([]);
      expect(restOf(thread.settle(done))).toEqual(calls);
      expect(told(thread).at(-1)).toBe('m-2 sent');
      expect(isFinished(thread.state)).toBe(true);
    },
  );

  test('by the customer tells at once, and delivers first', () => {
    const thread = busy().feed({ type: 'end', by: 'customer' });
    expect(told(thread)).toEqual([...before, 'closed customer']);
    expect(restOf(thread.settle(done))).toEqual([
      'post m-3',
      'endContact closed',
      'shutThread',
      'readBack',
    ]);
    expect(told(thread).slice(-2)).toEqual(['m-2 sent', 'm-3 sent']);
    expect(isFinished(thread.state)).toBe(true);
  });

  test("by the agent after the customer's own lets nothing more through", () => {
    const thread = busy().feed({ type: 'end', by: 'customer' });
    thread.nowMs += 10;
    thread.feed({ type: 'end', by: 'agent' });
    expect(told(thread).slice(-2)).toEqual(['closed customer', 'm-3 refused']);
    expect(thread.state.closed).toMatchObject({ by: 'customer', atMs: startMs });
    expect(restOf(thread.settle({ kind: 'inDoubt' }).wait(1_000))[0]).toBe('look m-2');
    expect(isFinished(thread.state)).toBe(true);
  });

  test.each(['agent', 'idle', 'customer', 'operator'] as const)('by %s comes once', (by) => {
    const thread = driveThread().feed({ type: 'end', by });
    const { log, closed } = thread.state;
    for (const again of ['agent', 'idle', 'customer', 'operator'] as const) {
      thread.feed({ type: 'end', by: again });
    }
    expect(thread.state.log).toEqual(log);
    expect(thread.state.closed).toMatchObject(closed ?? {});
  });

  test('refuses a message that waits for its next try', () => {
    const thread = send(driveThread(), 'm-1');
    thread.settle({ kind: 'deferred', code: 'CONTACT_CENTRE_FORBIDDEN' });
    expect(told(thread.feed({ type: 'end', by: 'agent' }))).toContain('m-1 refused');
  });

  test('looks for a message in doubt before it says what became of it', () => {
    const thread = send(driveThread(), 'm-1').settle({ kind: 'inDoubt' });
    thread.feed({ type: 'end', by: 'idle' });
    expect(told(thread)).not.toContain('m-1 refused');
    expect(restOf(thread.wait(1_000))).toEqual([
      'look m-1',
      'endContact closed',
      'shutThread',
      'readBack',
    ]);
    expect(told(thread).at(-1)).toBe('m-1 sent');
  });

  test('of a thread that the contact centre never heard of calls nobody', () => {
    const thread = driveThread().feed({ type: 'end', by: 'idle' });
    expect(thread.effects).toEqual([]);
    expect(isFinished(thread.state)).toBe(true);
  });

  test('shuts a thread whose contact was never named', () => {
    const thread = send(driveThread(), 'm-1').settle({ kind: 'done' });
    expect(restOf(thread.feed({ type: 'end', by: 'idle' }))).toEqual(['shutThread', 'readBack']);
  });

  test("sets the policy's status", () => {
    const policy = { ...freshThread().policy, onIdle: 'abandon', onEnd: 'resolved' } as const;
    const endedBy = (by: 'idle' | 'operator' | 'customer') =>
      restOf(send(driveThread({ policy }), 'm-1').settle(done).feed({ type: 'end', by }))[0];
    expect(endedBy('idle')).toBe('endContact abandon');
    expect(endedBy('operator')).toBe('endContact resolved');
    expect(endedBy('customer')).toBe('endContact resolved');
  });
});

describe('a hold', () => {
  const held = () => driveThread().feed({ type: 'hold', untilMs: startMs + 2_000 });

  test('starts nothing until it is over, and loses nothing', () => {
    const thread = send(held(), 'm-1');
    expect(thread.effects).toEqual([]);
    expect(isQuiet(thread.state)).toBe(true);
    expect(nextWakeAtMs(thread.state)).toBe(startMs + 2_000);
    expect(thread.wait(1_999).effects).toEqual([]);
    expect(thread.wait(1).tasks().map(nameOf)).toEqual(['post m-1']);
  });

  test('lets what is on its way end', () => {
    const thread = send(driveThread(), 'm-1').feed({ type: 'hold', untilMs: startMs + 2_000 });
    expect(isQuiet(thread.state)).toBe(false);
    expect(isQuiet(thread.settle(done).state)).toBe(true);
  });

  test('keeps no customer from being warned in time', () => {
    const thread = send(driveThread(), 'm-1').settle(done);
    const dueAtMs = clockDueAtMs(thread.state) ?? Number.NaN;
    thread.nowMs = dueAtMs - 300;
    thread.feed({ type: 'hold', untilMs: thread.nowMs + 2_000 });
    expect(nextWakeAtMs(thread.state)).toBe(dueAtMs);
    expect(thread.wait(300).state.phase).toBe('warned');
    expect(nextWakeAtMs(thread.state)).toBe(dueAtMs + 1_700);
  });

  test('that is over wakes nobody', () => {
    expect(nextWakeAtMs(held().wait(2_000).state)).toBeUndefined();
    const inFlight = send(held(), 'm-1').wait(2_000);
    expect(nextWakeAtMs(inFlight.state)).toBe(clockDueAtMs(inFlight.state));
  });
});

test('a thread with nothing to wait for sets no alarm', () => {
  expect(nextWakeAtMs(driveThread().state)).toBeUndefined();
  const ended = send(driveThread(), 'm-1').feed({ type: 'end', by: 'operator' });
  expect(nextWakeAtMs(ended.state)).toBeUndefined();
});

test('a rule changes nothing of what it is given', () => {
  const message = customerMessage('m-1');
  const event: ThreadEvent = deepFreeze({ type: 'inbound', message, atMs: startMs });
  const before = deepFreeze(freshThread());
  expect(transition(before, event)).toEqual(transition(before, event));
  expect(before).toEqual(freshThread());
});

describe('a moment or a wait that cannot be meant', () => {
  test.each([1e17, Number.POSITIVE_INFINITY, Number.NaN, -5])(
    'does not park a thread for ever: Retry-After %s',
    (retryAfterMs) => {
      const code = 'CONTACT_CENTRE_RATE_LIMITED';
      const { state } = send(driveThread(), 'm-1').settle({ kind: 'deferred', code, retryAfterMs });
      const waitMs = (nextWakeAtMs(state) ?? Number.NaN) - startMs;
      expect(waitMs).toBeGreaterThan(0);
      expect(waitMs).toBeLessThanOrEqual(24 * 60 * 60 * 1_000);
    },
  );

  test('a gateway whose clock is ahead is shown what becomes of its messages', () => {
    const message = { ...customerMessage('m-1'), via: gatewayA, acceptedAtMs: startMs + 15_000 };
    const { state } = driveThread().feed({ type: 'inbound', message });
    expect(state.pages[gatewayA]).toBeDefined();
    expect(state.log.filter((event) => event.shownBy !== undefined)).toEqual([]);
    const punctual = { ...message, acceptedAtMs: startMs };
    const followed = driveThread().feed({ type: 'inbound', message: punctual });
    expect(followed.state.log.map((event) => event.shownBy)).toEqual([gatewayA]);
  });
});
