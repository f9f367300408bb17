/** Conversations of a thread, played step by step for tests of the idle clock. */
import { clockDueAtMs } from '../../src/domain/idle-clock.js';
import type { ContactCentreOutcome } from '../../src/domain/thread-state.js';
import {
  agentMessage,
  customerMessage,
  type DrivenThread,
  driveThread,
  gatewayA,
  gatewayB,
  startMs,
} from './domain-builders.js';

export const idleAfterMs = 120_000;
const sent: ContactCentreOutcome = { kind: 'done' };

/** A conversation: each step is what happens at a second of it. */
type Step = (thread: DrivenThread) => DrivenThread;

let messages = 0;
export const says: Step = (thread) => {
  messages += 1;
  const said = thread.feed({ type: 'inbound', message: customerMessage(`m-${messages}`) });
  return said.settle(sent);
};
export const agentSays: Step = (thread) => {
  messages += 1;
  return thread.feed({ type: 'agentReply', message: agentMessage(`r-${messages}`) });
};
export const opens =
  (gateway = gatewayA): Step =>
  (thread) =>
    thread.feed({ type: 'presence', gateway, change: 'opened' });
export const goes =
  (gateway = gatewayA, change: 'gone' | 'left' = 'gone'): Step =>
  (thread) =>
    thread.feed({ type: 'presence', gateway, change });
export const isHere: Step = (thread) => thread.feed({ type: 'stillHere' });
export const sees: Step = (thread) => {
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
export function play(conversation: string): DrivenThread {
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
export function passUntil(thread: DrivenThread, untilMs: number): void {
  thread.nowMs = untilMs;
  sees(thread.feed({ type: 'tick' }));
}

/** Gives the second at which the clock is due; null while it does not run. */
export function secondsUntilDue(thread: DrivenThread): number | null {
  const dueAtMs = clockDueAtMs(thread.state);
  return dueAtMs === undefined ? null : (dueAtMs - startMs) / 1_000;
}
