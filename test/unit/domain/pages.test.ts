import { describe, expect, test } from 'vitest';
import { archiveLog } from '../../../src/domain/customer-log.js';
import type { GatewayQueue } from '../../../src/domain/ids.js';
import { followedForMs } from '../../../src/domain/pages.js';
import { isFinished, isQuiet } from '../../../src/domain/thread.js';
import type { ShowOutcome } from '../../../src/domain/thread-state.js';
import {
  agentMessage,
  customerMessage,
  type DrivenThread,
  driveThread,
  gatewayA,
  gatewayB,
  startMs,
} from '../../support/domain-builders.js';

function reply(thread: DrivenThread, id = `r-${thread.state.lastSeq + 1}`): DrivenThread {
  return thread.feed({ type: 'agentReply', message: agentMessage(id) });
}

function presence(
  thread: DrivenThread,
  change: 'opened' | 'gone' | 'left',
  gateway: GatewayQueue = gatewayA,
): DrivenThread {
  return thread.feed({ type: 'presence', gateway, change });
}

function settle(
  thread: DrivenThread,
  outcome: ShowOutcome,
  gateway: GatewayQueue = gatewayA,
): DrivenThread {
  return thread.feed({ type: 'showSettled', gateway, outcome });
}

/** The shows that the last event started: by gateway, the numbers that they carry. */
function shows(thread: DrivenThread): Record<string, number[]> {
  return Object.fromEntries(
    thread.effects.flatMap((effect) =>
      effect.lane === 'customer' ? [[effect.gateway, effect.events.map(({ seq }) => seq)]] : [],
    ),
  );
}

const outcomes: readonly ShowOutcome[] = ['shown', 'noPage', 'unanswered'];

const withPage = () => presence(driveThread(), 'opened');

test('an open page is shown what comes, one show at a time', () => {
  const thread = reply(withPage());
  expect(shows(thread)).toEqual({ [gatewayA]: [1] });
  expect(isQuiet(thread.state)).toBe(false);
  expect(shows(reply(thread))).toEqual({});
  expect(shows(reply(thread))).toEqual({});
  expect(shows(settle(thread, 'shown'))).toEqual({ [gatewayA]: [2, 3] });
  expect(shows(settle(thread, 'shown'))).toEqual({});
  expect(isQuiet(thread.state)).toBe(true);
});

test('a page that opens fetches by itself what is there already', () => {
  const thread = presence(reply(driveThread()), 'opened');
  expect(shows(thread)).toEqual({});
  expect(shows(reply(thread))).toEqual({ [gatewayA]: [2] });
});

test('a page that opens twice is one page', () => {
  const thread = presence(withPage(), 'opened');
  expect(shows(reply(thread))).toEqual({ [gatewayA]: [1] });
});

test.each(['gone', 'left'] as const)('a page that is %s is shown nothing more', (change) => {
  const thread = presence(withPage(), change);
  expect(thread.state.pages).toEqual({});
  expect(shows(reply(thread))).toEqual({});
  expect(isQuiet(thread.state)).toBe(true);
});

test('a page that nobody knows can go', () => {
  expect(presence(driveThread(), 'gone').state.pages).toEqual({});
});

test('two gateways are shown the same, neither waiting for the other', () => {
  const thread = reply(presence(withPage(), 'opened', gatewayB));
  expect(shows(thread)).toEqual({ [gatewayA]: [1], [gatewayB]: [1] });
  reply(thread);
  expect(shows(settle(thread, 'shown', gatewayB))).toEqual({ [gatewayB]: [2] });
  expect(shows(settle(thread, 'shown', gatewayA))).toEqual({ [gatewayA]: [2] });
});

test('a gateway that has no page counts as gone, and the other goes on', () => {
  const thread = reply(presence(withPage(), 'opened', gatewayB));
  settle(thread, 'noPage', gatewayA);
  expect(Object.keys(thread.state.pages)).toEqual([gatewayB]);
  expect(shows(settle(thread, 'shown', gatewayB))).toEqual({});
  expect(shows(reply(thread))).toEqual({ [gatewayB]: [2] });
});

describe('a gateway that does not answer', () => {
  test('is shown the same again, and counts as gone when it does not answer again', () => {
    const thread = reply(reply(withPage()));
    expect(shows(settle(thread, 'unanswered'))).toEqual({ [gatewayA]: [1, 2] });
    expect(settle(thread, 'unanswered').state.pages).toEqual({});
    expect(shows(reply(thread))).toEqual({});
  });

  test('is relied on as before once it has answered', () => {
    const thread = settle(settle(reply(withPage()), 'unanswered'), 'shown');
    expect(shows(thread)).toEqual({});
    expect(shows(settle(reply(thread), 'unanswered'))).toEqual({ [gatewayA]: [2] });
  });

  test('is relied on as before once a page has opened there', () => {
    const thread = presence(settle(reply(withPage()), 'unanswered'), 'opened');
    expect(shows(settle(thread, 'unanswered'))).toEqual({ [gatewayA]: [1] });
    expect(shows(settle(thread, 'unanswered'))).toEqual({ [gatewayA]: [1] });
    expect(settle(thread, 'unanswered').state.pages).toEqual({});
  });

  test('holds up the end of a closed thread for two shows and no longer', () => {
    const thread = withPage().feed({ type: 'end', by: 'operator' });
    expect(settle(thread, 'unanswered').state.pages).not.toEqual({});
    expect(isFinished(settle(thread, 'unanswered').state)).toBe(true);
  });
});

test('the end of a show that nobody waits for changes nothing', () => {
  const thread = withPage();
  const before = thread.state;
  expect(settle(thread, 'noPage').state).toEqual(before);
  expect(settle(thread, 'shown', gatewayB).state).toEqual(before);
});

describe('a page that goes while a show is on its way', () => {
  const leaving = () => presence(reply(withPage()), 'gone');

  test.each(outcomes)('is gone once the show has ended: %s', (outcome) => {
    const thread = settle(leaving(), outcome);
    expect(thread.state.pages).toEqual({});
    expect(shows(reply(thread))).toEqual({});
  });

  test.each(outcomes)('and comes back is shown what follows: %s', (outcome) => {
    const thread = reply(presence(leaving(), 'opened'));
    expect(shows(thread)).toEqual({});
    settle(thread, outcome);
    expect(shows(thread)[gatewayA]).toContain(2);
    expect(shows(settle(thread, 'shown'))).toEqual({});
    expect(shows(reply(thread))).toEqual({ [gatewayA]: [3] });
  });
});

test('a page that opens too late for a show that failed is shown it again', () => {
  const thread = presence(reply(withPage()), 'opened');
  expect(shows(settle(thread, 'noPage'))).toEqual({ [gatewayA]: [1] });
  expect(settle(thread, 'noPage').state.pages).toEqual({});
});

describe("the gateway that accepted a customer's message", () => {
  const send = (thread: DrivenThread, via: GatewayQueue, acceptedAtMs = startMs) =>
    thread.feed({ type: 'inbound', message: customerMessage('m-1', { via, acceptedAtMs }) });
  const done = { kind: 'done' } as const;

  test('shows it and its verdict to its own pages unasked', () => {
    const thread = send(driveThread(), gatewayA);
    expect(shows(thread)).toEqual({});
    expect(shows(thread.settle(done))).toEqual({});
    expect(thread.state.lastSeq).toBe(2);
    expect(isQuiet(thread.state)).toBe(true);
    expect(shows(reply(thread))).toEqual({ [gatewayA]: [3] });
  });

  test('is the only one that does', () => {
    const thread = send(presence(driveThread(), 'opened', gatewayB), gatewayA);
    expect(shows(thread)).toEqual({ [gatewayB]: [1] });
    thread.settle(done);
    expect(shows(settle(thread, 'shown', gatewayB))).toEqual({ [gatewayB]: [2] });
  });

  test('is shown everything in between as soon as something is not its own', () => {
    const thread = reply(withPage());
    send(thread, gatewayA);
    expect(shows(reply(thread))).toEqual({});
    expect(shows(settle(thread, 'shown'))).toEqual({ [gatewayA]: [2, 3] });
  });

  test.each([
    [followedForMs - 1, {}],
    [followedForMs, { [gatewayA]: [2] }],
  ])('follows the verdict for a while: after %i ms it shows %j', (ms, shown) => {
    const thread = send(driveThread(), gatewayA).wait(ms);
    expect(shows(thread.settle(done))).toEqual(shown);
  });

  test.each([
    [followedForMs - 1, {}],
    [followedForMs, { [gatewayA]: [1] }],
  ])('follows a message that waited %i ms for the thread: it is shown %j', (ms, shown) => {
    const thread = presence(driveThread(), 'opened');
    expect(shows(send(thread, gatewayA, startMs - ms))).toEqual(shown);
  });

  test('has a page from then on', () => {
    const thread = send(driveThread(), gatewayA);
    expect(Object.keys(thread.state.pages)).toEqual([gatewayA]);
  });
});

test('a show carries no more than fits, and the rest follows', () => {
  const thread = reply(withPage());
  for (let count = 0; count < 150; count += 1) reply(thread);
  settle(thread, 'shown');
  expect(shows(thread)[gatewayA]).toHaveLength(100);
  expect(shows(settle(thread, 'shown'))[gatewayA]).toHaveLength(50);
  expect(shows(settle(thread, 'shown'))).toEqual({});
});

test('a page that lacks archived events learns of it by the next show', () => {
  const held = withPage().feed({ type: 'hold', untilMs: startMs + 2_000 });
  reply(reply(held));
  held.feed({ type: 'inbound', message: customerMessage('m-1', { via: gatewayA }) });
  expect(shows(held)).toEqual({});
  const { state } = held;
  held.state = { ...archiveLog(state, 'run-1', 0), heldUntilMs: 0 };
  expect(held.state.log).toHaveLength(1);
  expect(shows(held.feed({ type: 'tick' }))).toEqual({ [gatewayA]: [3] });
});

test('a closed thread is finished only when its pages have been shown the end', () => {
  const thread = withPage().feed({ type: 'end', by: 'operator' });
  expect(shows(thread)).toEqual({ [gatewayA]: [1] });
  expect(isFinished(thread.state)).toBe(false);
  expect(isFinished(settle(thread, 'shown').state)).toBe(true);
});
