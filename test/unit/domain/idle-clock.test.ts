import { describe, expect, test } from 'vitest';
import { clockDueAtMs } from '../../../src/domain/idle-clock.js';
import { nextProbeAtMs } from '../../../src/domain/pages.js';
import type { ContactCentreOutcome, Effect } from '../../../src/domain/thread-state.js';
import {
  agentMessage,
  customerMessage,
  type DrivenThread,
  driveThread,
  gatewayA,
  gatewayB,
  nameOf,
  startMs,
} from '../../support/domain-builders.js';

const idleAfterMs = 120_000;
const countdownMs = 20_000;
const sent: ContactCentreOutcome = { kind: 'done' };

/** A conversation: each step is what happens at a second of it. */
type Step = (thread: DrivenThread) => DrivenThread;

let messages = 0;
const says: Step = (thread) => {
  messages += 1;
  const said = thread.feed({ type: 'inbound', message: customerMessage(`m-${messages}`) });
  return said.settle(sent);
};
const agentSays: Step = (thread) => {
  messages += 1;
  return thread.feed({ type: 'agentReply', message: agentMessage(`r-${messages}`) });
};
const opens =
  (gateway = gatewayA): Step =>
  (thread) =>
    thread.feed({ type: 'presence', gateway, change: 'opened' });
const goes =
  (gateway = gatewayA, change: 'gone' | 'left' = 'gone'): Step =>
  (thread) =>
    thread.feed({ type: 'presence', gateway, change });
const isHere: Step = (thread) => thread.feed({ type: 'stillHere' });
const sees: Step = (thread) => {
  for (const gateway of [gatewayA, gatewayB]) {
    while ((thread.state.pages[gateway]?.showingUpTo ?? null) !== null) {
      thread.feed({ type: 'showSettled', gateway, outcome: 'shown' });
    }
  }
  return thread;
};

const steps: Readonly<Record<string, Step>> = {
  says,
  'agent says': agentSays,
  'is here': isHere,
  opens: opens(),
  'opens elsewhere': opens(gatewayB),
  goes: goes(),
  leaves: goes(gatewayA, 'left'),
  'goes elsewhere': goes(gatewayB),
  'repeats itself': (thread) => {
    const message = customerMessage(`m-${messages}`);
    return thread.feed({ type: 'inbound', message });
  },
};

/** Plays a conversation such as `0 opens, 1 says`: each step at its second, shows seen at once. */
function play(conversation: string): DrivenThread {
  const thread = driveThread();
  for (const one of conversation.split(', ').filter((text) => text !== '')) {
    const [, atSecond, name = ''] = /^(\d+) (.+)$/.exec(one) ?? [];
    const step = steps[name];
    if (step === undefined) throw new TypeError(`there is no step ${one}`);
    passUntil(thread, startMs + Number(atSecond) * 1_000);
    sees(step(thread));
  }
  return thread;
}

/** Lets time pass as the workflow does: it ticks when the clock is due, and answers every probe. */
function passUntil(thread: DrivenThread, untilMs: number): void {
  thread.nowMs = untilMs;
  sees(thread.feed({ type: 'tick' }));
}

function secondsUntilDue(thread: DrivenThread): number | null {
  const dueAtMs = clockDueAtMs(thread.state);
  return dueAtMs === undefined ? null : (dueAtMs - startMs) / 1_000;
}

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

describe('a page whose gateway may have died', () => {
  const waiting = () => play('0 opens, 10 says');
  const probes = (effects: readonly Effect[]) =>
    effects.filter((effect) => effect.lane === 'customer' && effect.events.length === 0);
  /** Lets the next question find no answer; gives when it was asked, in milliseconds. */
  const missesNextProbe = (thread: DrivenThread): number => {
    // A question that is due already when the one before finds no answer is asked with it.
    if (probes(thread.effects).length === 0) {
      thread.nowMs = nextProbeAtMs(thread.state) ?? Number.NaN;
      thread.feed({ type: 'tick' });
    }
    expect(probes(thread.effects)).toHaveLength(1);
    const askedAtMs = thread.nowMs - startMs;
    thread.nowMs += 5_000;
    thread.feed({ type: 'showSettled', gateway: gatewayA, outcome: 'unanswered' });
    return askedAtMs;
  };

  test('is asked for with an empty show while its customer waits', () => {
    const thread = waiting();
    const shownAtMs = thread.nowMs;
    thread.nowMs = shownAtMs + idleAfterMs / 4 - 1;
    expect(probes(thread.feed({ type: 'tick' }).effects)).toEqual([]);
    thread.nowMs += 1;
    expect(probes(thread.feed({ type: 'tick' }).effects)).toHaveLength(1);
  });

  test('is asked for again after each answer, and the thread is never warned', () => {
    const thread = waiting();
    for (let second = 10; second < 1_000; second += 5) passUntil(thread, startMs + second * 1_000);
    expect(thread.state.phase).toBe('open');
  });

  test('that is gone starts the clock at the last proof of it', () => {
    const thread = waiting();
    passUntil(thread, startMs + 40_000);
    passUntil(thread, startMs + 55_000);
    thread.nowMs = startMs + 70_000;
    expect(probes(thread.feed({ type: 'tick' }).effects)).toHaveLength(1);
    thread.nowMs += 5_000;
    thread.feed({ type: 'showSettled', gateway: gatewayA, outcome: 'noPage' });
    expect(secondsUntilDue(thread)).toBe(40 + idleAfterMs / 1_000);
  });

  test('is asked for a second time when there was no answer, and has not gone meanwhile', () => {
    const thread = waiting();
    passUntil(thread, startMs + 40_000);
    expect(missesNextProbe(thread)).toBe(70_000);
    expect(secondsUntilDue(thread)).toBeNull();
    expect(nextProbeAtMs(thread.state)).toBe(startMs + 75_000 + idleAfterMs / 4);
    thread.nowMs = startMs + 105_000;
    expect(probes(thread.feed({ type: 'tick' }).effects)).toHaveLength(1);
    thread.feed({ type: 'showSettled', gateway: gatewayA, outcome: 'shown' });
    expect(missesNextProbe(thread)).toBe(135_000);
    expect(secondsUntilDue(thread)).toBeNull();
  });

  test('that opens after it gave no answer may miss another question', () => {
    const thread = waiting();
    missesNextProbe(thread);
    opens()(thread);
    missesNextProbe(thread);
    expect(secondsUntilDue(thread)).toBeNull();
    missesNextProbe(thread);
    expect(thread.state.pages).toEqual({});
  });

  test('that twice gave no answer is gone, and the clock starts at the last proof of it', () => {
    const thread = waiting();
    passUntil(thread, startMs + 40_000);
    missesNextProbe(thread);
    missesNextProbe(thread);
    expect(thread.state.pages).toEqual({});
    expect(secondsUntilDue(thread)).toBe(40 + idleAfterMs / 1_000);
  });

  test('is not asked for while the customer owes an answer', () => {
    const thread = owesAnswer();
    thread.nowMs += idleAfterMs / 2;
    expect(probes(thread.feed({ type: 'tick' }).effects)).toEqual([]);
  });

  test('is warned no later than five seconds after the moment, when it answers nothing', () => {
    for (const shortIdleMs of [400, 5_000, 6_000, 10_000, 12_000, 15_000, 20_000, 120_000]) {
      const policy = { ...driveThread().state.policy, idleAfterMs: shortIdleMs };
      const thread = driveThread({ policy });
      sees(opens()(thread));
      sees(says(thread));
      const diedAtMs = thread.nowMs;
      while (gatewayA in thread.state.pages) missesNextProbe(thread);
      const dueAtMs = Math.max(clockDueAtMs(thread.state) ?? Number.NaN, thread.nowMs);
      expect(dueAtMs - diedAtMs).toBeLessThanOrEqual(shortIdleMs + 5_000);
    }
  });
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
