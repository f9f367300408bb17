import {
  type ChannelId,
  type ContactNumber,
  type CustomerId,
  type ExternalMessageId,
  type GatewayQueue,
  type MessageId,
  parseChannelId,
  parseContactNumber,
  parseCustomerId,
  parseExternalMessageId,
  parsePlatformMessageId,
  parseThreadId,
  type ThreadId,
  type ThreadRef,
  toGatewayQueue,
} from '../../src/domain/ids.js';
import type { AgentMessage, InboundMessage, ThreadEnder } from '../../src/domain/messages.js';
import { defaultPolicy, type ThreadPolicy } from '../../src/domain/policy.js';
import { newThread, transition } from '../../src/domain/thread.js';
import type {
  ContactCentreOutcome,
  ContactCentreTask,
  Effect,
  ThreadEnd,
  ThreadEvent,
  ThreadState,
} from '../../src/domain/thread-state.js';

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('a test id is malformed');
  return value;
}

/** Ids for tests of the rules; each throws for a string that is no such id. */
export const channelId = (raw: string): ChannelId => must(parseChannelId(raw));
export const threadId = (raw: string): ThreadId => must(parseThreadId(raw));
export const customerId = (raw: string): CustomerId => must(parseCustomerId(raw));
export const messageId = (raw: string): MessageId => must(parsePlatformMessageId(raw));
export const externalId = (raw: string): ExternalMessageId => must(parseExternalMessageId(raw));
export const contactNumber = (raw: string): ContactNumber => must(parseContactNumber(raw));

export const gatewayA: GatewayQueue = toGatewayQueue('a');
export const gatewayB: GatewayQueue = toGatewayQueue('b');
export const testRef: ThreadRef = {
  channelId: channelId('watering-hole'),
  threadId: threadId('t-1'),
};
/** A policy for tests of which the idle clock is no subject: it does not run out. */
export const patientPolicy: ThreadPolicy = { ...defaultPolicy, idleAfterMs: 365 * 86_400_000 };
/** The moment at which threads of these tests begin. */
export const startMs = 1_000_000;

export function customerMessage(
  id: string,
  more: Partial<Omit<InboundMessage, 'id'>> = {},
): InboundMessage {
  return { id: messageId(id), text: `text of ${id}`, acceptedAtMs: startMs, ...more };
}

export function agentMessage(id: string, more: Partial<AgentMessage> = {}): AgentMessage {
  return {
    id: externalId(id),
    text: `text of ${id}`,
    author: { name: 'Gina' },
    acceptedAtMs: startMs,
    ...more,
  };
}

export function freshThread(change: Partial<ThreadState> = {}): ThreadState {
  const customer = { id: customerId('zebra'), name: 'Zed Zebra' };
  const fresh = newThread({ ref: testRef, customer, policy: defaultPolicy, atMs: startMs });
  return { ...fresh, ...change };
}

/** The end of a thread of which nothing is confirmed yet. */
export function endOf(by: ThreadEnder, atMs = startMs): ThreadEnd {
  return { by, atMs, endedContacts: [], refused: [], missing: [] };
}

/** A thread that is fed events one by one, and remembers what it last asked for. */
export interface DrivenThread {
  state: ThreadState;
  effects: readonly Effect[];
  /** The moment of the next event. */
  nowMs: number;
  feed(event: NewThreadEvent): DrivenThread;
  /** Ends the effect in flight at the contact centre. */
  settle(outcome: ContactCentreOutcome): DrivenThread;
  /** Lets time pass, then ticks. */
  wait(ms: number): DrivenThread;
  /** The tasks that the last event started at the contact centre. */
  tasks(): ContactCentreTask[];
}

export type NewThreadEvent = ThreadEvent extends infer Event
  ? Event extends ThreadEvent
    ? Omit<Event, 'atMs'>
    : never
  : never;

export function driveThread(change: Partial<ThreadState> = {}): DrivenThread {
  const driven: DrivenThread = {
    state: freshThread(change),
    effects: [],
    nowMs: startMs,
    feed(event) {
      const { state, effects } = transition(driven.state, { ...event, atMs: driven.nowMs });
      driven.state = state;
      driven.effects = effects;
      return driven;
    },
    settle: (outcome) => driven.feed({ type: 'contactCentreSettled', outcome }),
    wait(ms) {
      driven.nowMs += ms;
      return driven.feed({ type: 'tick' });
    },
    tasks: () =>
      driven.effects.flatMap((effect) => (effect.lane === 'contactCentre' ? [effect.task] : [])),
  };
  return driven;
}

/** Says a task in a word or two: `post m-1`, `look m-1`, `report seen r-1`, `endContact closed`. */
export function nameOf(task: ContactCentreTask): string {
  switch (task.kind) {
    case 'post':
      return `${task.stage} ${task.message.id}`;
    case 'report':
      return `report ${task.status} ${task.messageId}`;
    case 'endContact':
      return ['endContact', task.status, ...(task.contact ? [task.contact] : [])].join(' ');
    case 'shutThread':
    case 'readBack':
    case 'openThread':
    case 'findContact':
      return task.kind;
  }
}

/** Says whether a task takes from the contact's budget of updates. */
export function isUpdate(task: ContactCentreTask): boolean {
  if (task.kind === 'post') return task.stage === 'post';
  return task.kind !== 'readBack' && task.kind !== 'findContact';
}

/** Freezes a JSON value to its depths; parts that are frozen already are taken to be so wholly. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
