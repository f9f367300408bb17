/** @module What a channel's owner may decide about its threads; durations in milliseconds. */
import type { ThreadEnder } from './messages.js';

/** The contact centre's status of a contact, as CXone names them (OAS-TS, cxone.md 2.6). */
export const contactStatuses = [
  'new',
  'open',
  'pending',
  'escalated',
  'resolved',
  'closed',
  'trashed',
] as const;
export type ContactStatus = (typeof contactStatuses)[number];

/** The statuses of a contact that somebody is still at work on. */
export const liveStatuses: readonly ContactStatus[] = ['new', 'open', 'pending', 'escalated'];

/** The statuses by which Isthmus may end a contact; `abandon` is a call of its own. */
export type EndingStatus = 'closed' | 'resolved' | 'abandon';

/** The policy of a channel, which each of its threads carries. */
export interface ThreadPolicy {
  readonly idleAfterMs: number;
  readonly countdownMs: number;
  readonly onIdle: EndingStatus;
  readonly onEnd: EndingStatus;
  readonly contactFreshMs: number;
  readonly contactCheckMs: number;
  readonly endedStatuses: readonly ContactStatus[];
  /** How long after its end a message starts a thread again, per ender; null is never. */
  readonly reopenAfterMs: Readonly<Record<ThreadEnder, number | null>>;
  /** How long a customer gets no new session after an agent ended the thread; null is off. */
  readonly blockAfterAgentEndMs: number | null;
  readonly texts: {
    readonly idleWarning: string;
    readonly idleClosed: string;
    readonly agentClosed: string;
  };
}

/** Names what a policy says in a few characters: two that differ hardly ever have the same name. */
export function nameOfPolicy(policy: ThreadPolicy): string {
  let hash = 0x811c9dc5;
  for (const char of canonical(policy)) {
    hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return hash.toString(36);
}

/** JSON in which the order of keys means nothing. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, part]) => `${key}:${canonical(part)}`).join()}}`;
}

/** The policy of a channel that says nothing about it. */
export const defaultPolicy: ThreadPolicy = {
  idleAfterMs: 120_000,
  countdownMs: 20_000,
  onIdle: 'closed',
  onEnd: 'closed',
  contactFreshMs: 2_000,
  contactCheckMs: 15_000,
  endedStatuses: ['closed', 'trashed'],
  reopenAfterMs: { idle: null, customer: null, agent: null, operator: null },
  blockAfterAgentEndMs: null,
  texts: {
    idleWarning: 'Are you still there?',
    idleClosed: 'This chat was closed because nobody answered.',
    agentClosed: 'The agent has ended this chat.',
  },
};
