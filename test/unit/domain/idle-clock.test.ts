import { describe, expect, test } from 'vitest';
import { clockDueAtMs } from '../../../src/domain/idle-clock.js';
import {
  type DrivenThread,
  gatewayA,
  gatewayB,
  nameOf,
  startMs,
} from '../../support/domain-builders.js';
import {
  agentSays,
  goes,
  idleAfterMs,
  isHere,
  opens,
  passUntil,
  play,
  says,
  secondsUntilDue,
} from '../../support/domain-conversation.js';

const countdownMs = 20_000;

const cases: readonly (readonly [string, string, number | null])[] = [
  ['nothing has happened', '', null],
  ['an agent opened the thread and nobody read it', '0 agent says', null],
  ['an agent opened it and the page came', '0 agent says, 5 opens', null],
  ['an agent opened it and the page came and went', '0 agent says, 5 opens, 6 goes', null],
  ['an agent opened it and the customer is there', '0 agent says, 5 is here', null],
  ['the customer answers what an agent opened', '0 agent says, 7 says', 127],
  ['the customer never had a page', '3 says', 123],
  ['the customer waits with a page open', '0 opens, 1 says', null],
  ['the customer opens the page after the message', '1 says, 2 opens', null],
  ['the agent spoke last and the page is open', '0 opens, 1 says, 9 agent says', 129],
  ['the agent spoke last and there is no page', '1 says, 9 agent says', 129],
  ['the agent spoke twice', '1 says, 9 agent says, 20 agent says', 140],
  ['the customer answered the agent', '0 opens, 1 says, 9 agent says, 20 says', null],
  ['the page went while the customer waits', '0 opens, 1 says, 50 goes', 170],
  ['the page was left while the customer waits', '0 opens, 1 says, 50 leaves', 170],
  ['the page went before the message', '0 opens, 5 goes, 8 says', 128],
  ['one of two pages went', '0 opens, 0 opens elsewhere, 1 says, 50 goes', null],
  ['both went', '0 opens, 0 opens elsewhere, 1 says, 50 goes, 60 goes elsewhere', 180],
  ['the page goes while the clock runs', '0 opens, 1 says, 9 agent says, 60 goes', 129],
  ['the page goes while an agent types an answer', '0 opens, 1 says, 30 goes', 150],
  ['the page comes back while waiting', '0 opens, 1 says, 50 goes, 60 opens', null],
  ['it comes back at another gateway', '0 opens, 1 says, 50 goes, 60 opens elsewhere', null],
  ['it comes back and goes again', '0 opens, 1 says, 50 goes, 60 opens, 70 goes', 190],
  ['it comes back to an answer', '0 opens, 1 says, 9 agent says, 20 goes, 30 opens', 129],
  ['the agent answers a customer who is away', '0 opens, 1 says, 20 goes, 50 agent says', 170],
  ['the customer who owes an answer is there', '1 says, 9 agent says, 100 is here', 220],
  ['the customer who is away is there all the same', '1 says, 100 is here', 220],
  ['the customer who waits is there', '0 opens, 1 says, 100 is here', null],
  ['the last message is repeated', '1 says, 9 repeats itself', 121],
];

test.each(cases)('the clock, when %s', (_title, conversation, dueAtSecond) => {
  expect(secondsUntilDue(play(conversation))).toBe(dueAtSecond);
});

/** A thread whose agent spoke last, at second 10, with the page open. */
const owesAnswer = () => play('0 opens, 1 says, 10 agent says');
/** The same, in its countdown since second 130. */
const warned = () => {
  const thread = owesAnswer();
  passUntil(thread, startMs + 10_000 + idleAfterMs);
  return thread;
};

function lastTold(thread: DrivenThread, count: number): unknown[] {
  return thread.state.log.slice(-count).map((event) => {
    const { seq: _seq, ...told } = event;
    return told;
  });
}

test('a page that was not there when asked and is told to have gone later counts from then', () => {
  const thread = play('0 opens, 1 says');
  thread.nowMs = startMs + 31_500;
  thread.feed({ type: 'tick' });
  expect(thread.effects).toMatchObject([{ lane: 'customer', events: [] }]);
  thread.feed({ type: 'showSettled', gateway: gatewayA, outcome: 'noPage' });
  expect(secondsUntilDue(thread)).toBe(121);
  const changedAtMs = startMs + 30_900;
  thread.feed({ type: 'presence', gateway: gatewayA, change: 'gone', changedAtMs });
  expect(secondsUntilDue(thread)).toBe(150.9);
});

describe('after idleAfter', () => {
  test('nothing happens a millisecond before', () => {
    const thread = owesAnswer();
    passUntil(thread, startMs + 10_000 + idleAfterMs - 1);
    expect(thread.state.phase).toBe('open');
  });

  test('the customer is warned, with the moment at which the thread ends', () => {
    const thread = warned();
    expect(thread.state.phase).toBe('warned');
    const deadlineAtMs = thread.nowMs + countdownMs;
    expect(lastTold(thread, 2)).toMatchObject([
      { type: 'message', from: 'system', text: thread.state.policy.texts.idleWarning },
      { type: 'state', state: 'warned', deadlineAtMs },
    ]);
    expect(clockDueAtMs(thread.state)).toBe(deadlineAtMs);
  });

  test('a worker that comes back late warns first, and gives the whole countdown', () => {
    const thread = owesAnswer();
    passUntil(thread, startMs + 10 * idleAfterMs);
    expect(thread.state).toMatchObject({
      phase: 'warned',
      deadlineAtMs: startMs + 10 * idleAfterMs + countdownMs,
    });
  });

  test('a message that came together with the timer wins', () => {
    const thread = owesAnswer();
    thread.nowMs = startMs + 10_000 + idleAfterMs;
    says(thread);
    expect(thread.feed({ type: 'tick' }).state.phase).toBe('open');
  });
});

describe('a countdown', () => {
  test('does not end a millisecond before its deadline', () => {
    const thread = warned();
    passUntil(thread, thread.nowMs + countdownMs - 1);
    expect(thread.state.phase).toBe('warned');
  });

  test('ends the thread at its deadline', () => {
    const thread = warned();
    thread.nowMs += countdownMs;
    thread.feed({ type: 'tick' });
    expect(thread.state.closed).toMatchObject({ by: 'idle', atMs: thread.nowMs });
    expect(lastTold(thread, 2)).toMatchObject([
      { type: 'message', from: 'system', text: thread.state.policy.texts.idleClosed },
      { type: 'state', state: 'closed', closedBy: 'idle', closedAtMs: thread.nowMs },
    ]);
    expect(thread.tasks().map(nameOf)).toEqual(['endContact closed']);
    expect(clockDueAtMs(thread.state)).toBeUndefined();
  });

  test.each([
    ["the customer's message", says, null],
    ["an agent's message", agentSays, 260],
    ['still-here', isHere, 260],
  ] as const)('is stopped by %s, and the clock starts anew', (_title, step, dueAtSecond) => {
    const thread = warned();
    passUntil(thread, startMs + 140_000);
    step(thread);
    expect(thread.state).toMatchObject({ phase: 'open', deadlineAtMs: null });
    const opened = thread.state.log.findLast((event) => event.type === 'state');
    expect(opened).not.toHaveProperty('deadlineAtMs');
    expect(opened).toMatchObject({ state: 'open' });
    expect(secondsUntilDue(thread)).toBe(dueAtSecond);
  });

  test.each([
    ['another page', opens(gatewayB)],
    ['the page that goes', goes()],
    ['the page that is left', goes(gatewayA, 'left')],
  ])('is not stopped by %s', (_title, step) => {
    const thread = warned();
    const { deadlineAtMs } = thread.state;
    expect(step(thread).state).toMatchObject({ phase: 'warned', deadlineAtMs });
  });

  test('is not stopped by a page that comes back to a customer who had gone', () => {
    const thread = play('0 opens, 1 says, 10 goes');
    passUntil(thread, startMs + 10_000 + idleAfterMs);
    expect(opens()(thread).state.phase).toBe('warned');
  });

  test.each([
    ['says', says],
    ['still-here', isHere],
  ] as const)('loses against %s in the same moment', (_title, step) => {
    const thread = warned();
    thread.nowMs += countdownMs;
    expect(step(thread).feed({ type: 'tick' }).state.phase).toBe('open');
  });

  test('comes again when nobody writes after it was stopped', () => {
    const thread = isHere(warned());
    passUntil(thread, thread.nowMs + idleAfterMs - 1);
    expect(thread.state.phase).toBe('open');
    passUntil(thread, thread.nowMs + 1);
    expect(thread.state.phase).toBe('warned');
    expect(idsOfWarnings(thread)).toHaveLength(2);
    expect(new Set(idsOfWarnings(thread)).size).toBe(2);
  });

  function idsOfWarnings(thread: DrivenThread): string[] {
    return thread.state.log.flatMap((event) =>
      event.type === 'message' && event.from === 'system' ? [event.id] : [],
    );
  }
});

test.each(['gone', 'left'] as const)(
  'a page that is %s counts from the moment that its gateway saw',
  (change) => {
    const thread = play('0 opens, 1 says');
    passUntil(thread, startMs + 52_000);
    const changedAtMs = startMs + 50_000;
    thread.feed({ type: 'presence', gateway: gatewayA, change, changedAtMs });
    expect(secondsUntilDue(thread)).toBe(170);
  },
);

test('a gateway whose clock is ahead does not put the moment into the future', () => {
  const thread = play('0 opens, 1 says');
  const changedAtMs = thread.nowMs + 60_000;
  thread.feed({ type: 'presence', gateway: gatewayA, change: 'gone', changedAtMs });
  expect(secondsUntilDue(thread)).toBe(121);
});

describe.each(['agent', 'customer', 'operator'] as const)('a thread that its %s ended', (by) => {
  test.each([
    ['still-here', isHere],
    ['a page', opens(gatewayB)],
    ['a page that goes', goes()],
    ['time', (thread: DrivenThread) => thread.wait(10 * idleAfterMs)],
  ] as const)('has no clock any more: %s', (_title, step) => {
    const ended = warned().feed({ type: 'end', by });
    const { lastSeq } = ended.state;
    step(ended);
    expect(ended.state).toMatchObject({ phase: 'closed', deadlineAtMs: null, lastSeq });
    expect(clockDueAtMs(ended.state)).toBeUndefined();
  });
});
