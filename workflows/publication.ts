/** @module What a person sees of a thread: search attributes, and details in Markdown. */
import {
  setCurrentDetails,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { countWaitingPosts, frontOf, measureBacklog } from '../src/domain/contact-centre-lane.js';
import { isFinished } from '../src/domain/thread.js';
import type { ContactCentreTask, ThreadState } from '../src/domain/thread-state.js';
import { activityPublishMs } from './deadlines.js';
import {
  threadChannelKey,
  threadClosedByKey,
  threadContactKey,
  threadCustomerKey,
  threadLastActivityAtKey,
  threadMissingLegKey,
  threadStateKey,
} from './search-attributes.js';

/** What an operator finds threads by: a closed one is `closing` until its end holds everywhere. */
type Standing = ThreadState['phase'] | 'closing';

interface Published extends Pick<ThreadState, 'contact' | 'closed' | 'lastActivityAtMs'> {
  readonly standing: Standing;
}

/**
 * Messages without a verdict, and their characters, at which a thread takes no more, and at which it
 * takes some again. What waits must always be small enough for a new run to be started with.
 */
const full = {
  from: { messages: 500, size: 150_000 },
  until: { messages: 450, size: 100_000 },
};

/** What a gateway reads of a thread without asking it. */
export interface ThreadMemo {
  readonly closedAtMs?: number;
  /** Of a thread that is closed for good: the last event that its customer was shown. */
  readonly lastSeq?: number;
  readonly isFull?: boolean;
}

/** Publishes a thread's state where it changed. */
export interface Publication {
  publish(state: ThreadState): void;
}

function toStanding(state: ThreadState): Standing {
  return state.phase === 'closed' && !isFinished(state) ? 'closing' : state.phase;
}

function toSearchAttributes(state: ThreadState) {
  const { ref, customer, contact, closed, lastActivityAtMs } = state;
  const missing = closed?.missing ?? [];
  return [
    { key: threadStateKey, value: toStanding(state) },
    { key: threadChannelKey, value: ref.channelId },
    { key: threadCustomerKey, value: customer.id },
    ...(contact === null ? [] : [{ key: threadContactKey, value: contact }]),
    ...(closed === null ? [] : [{ key: threadClosedByKey, value: closed.by }]),
    ...(missing.length === 0 ? [] : [{ key: threadMissingLegKey, value: missing.join('+') }]),
    { key: threadLastActivityAtKey, value: new Date(lastActivityAtMs) },
  ];
}

/**
 * Makes the publication of a run that begins with `initial`, which its search attributes say
 * already. An upsert is an event of the history, so the moment of the last activity goes along with
 * another change, or once a minute.
 */
export function createPublication(initial: ThreadState): Publication {
  let published: Published = { ...initial, standing: toStanding(initial) };
  let isFull = workflowInfo().memo?.['isFull'] === true;
  return {
    publish(state) {
      setCurrentDetails(toDetails(state));
      const wasFull = isFull;
      const { messages, size } = measureBacklog(state);
      const limit = wasFull ? full.until : full.from;
      isFull = messages >= limit.messages || size >= limit.size;
      if (isFull !== wasFull) upsertMemo({ isFull } satisfies ThreadMemo);
      const standing = toStanding(state);
      const isChanged =
        standing !== published.standing ||
        state.contact !== published.contact ||
        state.lastActivityAtMs - published.lastActivityAtMs >= activityPublishMs;
      if (!isChanged) return;
      upsertSearchAttributes(toSearchAttributes(state));
      const memo = toMemo(state, standing, published);
      if (memo !== undefined) upsertMemo({ ...memo });
      published = { ...state, standing };
    },
  };
}

/** What the memo says of an end, where that has just become known. */
function toMemo(
  { closed, lastSeq }: ThreadState,
  standing: Standing,
  published: Published,
): ThreadMemo | undefined {
  if (closed === null) return undefined;
  const isNew = published.closed === null;
  if (standing !== 'closed') return isNew ? { closedAtMs: closed.atMs } : undefined;
  return { closedAtMs: closed.atMs, lastSeq };
}

function toDetails(state: ThreadState): string {
  const { contactCentreLane: lane, closed } = state;
  const front = frontOf(state);
  const inbound = Object.values(state.ledger.inbound);
  const outbound = Object.values(state.ledger.outbound);
  const outboundStatuses = outbound.map((entry) => entry.status);
  const lines = [
    `**${toStanding(state)}**${closed ? ` by ${closed.by} at ${toIso(closed.atMs)}` : ''}`,
    ...(closed === null || closed.missing.length === 0
      ? []
      : [`not confirmed: ${closed.missing.join(', ')}`]),
    ...(state.deadlineAtMs === null ? [] : [`closes at ${toIso(state.deadlineAtMs)}`]),
    '',
    `- contact: ${state.contact ?? 'none yet'}`,
    `- last message: ${toIso(state.lastActivityAtMs)}`,
    `- to the contact centre: ${countWaitingPosts(state)} waiting, ${count(inbound, 'sent')} sent, ` +
      `${count(inbound, 'failed')} failed, ${count(inbound, 'refused')} refused`,
    ...(front === null ? [] : [`- now: ${describeTask(front)}`]),
    ...(front === null || lane.deferrals === 0
      ? []
      : [`- put off ${lane.deferrals} times, again at ${toIso(lane.pausedUntilMs)}`]),
    `- to the customer: ${outbound.length} messages, ${count(outboundStatuses, 'seen')} seen, ` +
      `${count(outboundStatuses, 'failed')} failed`,
    ...describeAudience(state),
  ];
  return lines.join('\n');
}

function describeAudience({ platform, pages, lastSeq }: ThreadState): string[] {
  if (platform === null) {
    return [`- pages open at: ${Object.keys(pages).join(', ') || 'no gateway'}`];
  }
  const { cursor, deferrals, pausedUntilMs, isAway } = platform;
  return [
    `- the platform has events up to ${cursor} of ${lastSeq}`,
    ...(deferrals === 0
      ? []
      : [`- event ${cursor + 1} put off ${deferrals} times, again at ${toIso(pausedUntilMs)}`]),
    ...(isAway ? ['- the customer has left'] : []),
  ];
}

function count(statuses: readonly string[], status: string): number {
  return statuses.filter((one) => one === status).length;
}

function describeTask(task: ContactCentreTask): string {
  switch (task.kind) {
    case 'post':
      return task.stage === 'post'
        ? `message ${task.message.id} is being sent`
        : `message ${task.message.id} is in doubt and being looked up`;
    case 'report':
      return `${task.status} of ${task.messageId} is being reported`;
    case 'endContact':
      return `the contact is being set to ${task.status}`;
    case 'shutThread':
      return 'the thread is being set to take no more messages';
    case 'findContact':
      return 'the contact is being looked for';
    case 'openThread':
      return 'the thread is being set to take messages again';
    case 'readBack':
      return 'the end is being read back';
  }
}

function toIso(atMs: number): string {
  const date = new Date(atMs);
  return Number.isNaN(date.getTime()) ? 'no time that can be told' : date.toISOString();
}
