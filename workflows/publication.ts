/** @module What a person sees of a thread: search attributes, and details in Markdown. */
import {
  setCurrentDetails,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { countWaitingPosts, measureBacklog } from '../src/domain/contact-centre-lane.js';
import type { ThreadState } from '../src/domain/thread-state.js';
import { activityPublishMs } from './deadlines.js';
import {
  threadChannelKey,
  threadClosedByKey,
  threadContactKey,
  threadLastActivityAtKey,
  threadStateKey,
} from './search-attributes.js';

type Published = Pick<ThreadState, 'phase' | 'contact' | 'closed' | 'lastActivityAtMs'>;

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
  readonly isFull?: boolean;
}

/** Publishes a thread's state where it changed. */
export interface Publication {
  publish(state: ThreadState): void;
}

/** The search attributes of a state; a new thread is started with these. */
export function toSearchAttributes(state: Published & Pick<ThreadState, 'ref'>) {
  return [
    { key: threadStateKey, value: state.phase },
    { key: threadChannelKey, value: state.ref.channelId },
    ...(state.contact === null ? [] : [{ key: threadContactKey, value: state.contact }]),
    ...(state.closed === null ? [] : [{ key: threadClosedByKey, value: state.closed.by }]),
    { key: threadLastActivityAtKey, value: new Date(state.lastActivityAtMs) },
  ];
}

/**
 * Makes the publication of a run that begins with `initial`, which its search attributes say
 * already. An upsert is an event of the history, so the moment of the last activity goes along with
 * another change, or once a minute.
 */
export function createPublication(initial: ThreadState): Publication {
  let published: Published = initial;
  let isFull = workflowInfo().memo?.['isFull'] === true;
  return {
    publish(state) {
      setCurrentDetails(toDetails(state));
      const wasFull = isFull;
      const { messages, size } = measureBacklog(state);
      const limit = wasFull ? full.until : full.from;
      isFull = messages >= limit.messages || size >= limit.size;
      if (isFull !== wasFull) upsertMemo({ isFull } satisfies ThreadMemo);
      const isChanged =
        state.phase !== published.phase ||
        state.contact !== published.contact ||
        state.closed?.by !== published.closed?.by ||
        state.lastActivityAtMs - published.lastActivityAtMs >= activityPublishMs;
      if (!isChanged) return;
      upsertSearchAttributes(toSearchAttributes(state));
      if (state.closed !== null && published.closed === null) {
        upsertMemo({ closedAtMs: state.closed.atMs } satisfies ThreadMemo);
      }
      published = state;
    },
  };
}

function toDetails(state: ThreadState): string {
  const { contactCentreLane: lane, closed } = state;
  const inbound = Object.values(state.ledger.inbound);
  const outbound = Object.values(state.ledger.outbound);
  const outboundStatuses = outbound.map((entry) => entry.status);
  const lines = [
    `**${state.phase}**${closed ? ` by ${closed.by} at ${toIso(closed.atMs)}` : ''}`,
    ...(state.deadlineAtMs === null ? [] : [`closes at ${toIso(state.deadlineAtMs)}`]),
    '',
    `- contact: ${state.contact ?? 'none yet'}`,
    `- last message: ${toIso(state.lastActivityAtMs)}`,
    `- to the contact centre: ${countWaitingPosts(state)} waiting, ${count(inbound, 'sent')} sent, ` +
      `${count(inbound, 'failed')} failed, ${count(inbound, 'refused')} refused`,
    ...(lane.current === null ? [] : [`- now: ${describeTask(lane.current)}`]),
    ...(lane.current === null || lane.deferrals === 0
      ? []
      : [`- put off ${lane.deferrals} times, again at ${toIso(lane.pausedUntilMs)}`]),
    `- to the customer: ${outbound.length} messages, ${count(outboundStatuses, 'seen')} seen, ` +
      `${count(outboundStatuses, 'failed')} failed`,
    `- pages open at: ${Object.keys(state.pages).join(', ') || 'no gateway'}`,
  ];
  return lines.join('\n');
}

function count(statuses: readonly string[], status: string): number {
  return statuses.filter((one) => one === status).length;
}

function describeTask(task: NonNullable<ThreadState['contactCentreLane']['current']>): string {
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
  }
}

function toIso(atMs: number): string {
  const date = new Date(atMs);
  return Number.isNaN(date.getTime()) ? 'no time that can be told' : date.toISOString();
}
