/** @module One round of watching a channel: which of its threads' contacts have ended meanwhile. */
import { Context } from '@temporalio/activity';
import type { ChannelDefinition } from '../src/domain/channel.js';
import {
  beginSweep,
  listedStatuses,
  notePage,
  roundEveryMs,
  type Sweep,
} from '../src/domain/channel-watch.js';
import { EngineError, type EngineErrorCode } from '../src/domain/errors.js';
import type { ChannelId, ContactNumber } from '../src/domain/ids.js';
import type { ThreadPolicy } from '../src/domain/policy.js';
import type { ContactCentre } from '../src/ports/contact-centre.js';
import type { OpenThread, Threads } from '../src/ports/threads.js';
import { call } from './call.js';

/**
 * How long a call takes at least, so that what looks before a post is never kept waiting: ten pages a
 * second, which is 250 contacts, and twenty looks at single contacts.
 */
const leastCallMs = { list: 100, look: 200 };
const looksAtOnce = 4;
/** So many failures in a row are the contact centre's trouble, not that of a single contact. */
const failuresInARow = 5;
/** A watcher that is told to keep away for longer looks again all the same. */
const longestRetryAfterMs = 60_000;

/** What came of a round. */
export type WatchRound =
  | { readonly kind: 'notConfigured' }
  | {
      readonly kind: 'done';
      /** From the start of this round to the start of the next. */
      readonly everyMs: number;
      readonly openThreads: number;
      /** Threads that were told of the end of their contact. */
      readonly ended: number;
      /** Calls of the contact centre. */
      readonly reads: number;
      /** The code of the last failure; null when there was none. */
      readonly failure: EngineErrorCode | null;
    };

interface ChannelWatchDeps {
  readonly contactCentre: Pick<ContactCentre, 'listContacts' | 'readContact'>;
  readonly threads: Pick<Threads, 'listOpen' | 'tellContact'>;
  /** Those of today: a round sees a change that was made since the one before. */
  readonly channels: ReadonlyMap<ChannelId, ChannelDefinition>;
}

interface Tally {
  openThreads: number;
  ended: number;
  reads: number;
  failure: EngineErrorCode | null;
  retryAfterMs: number;
}

/** Makes the activity of the watchers. */
export function createChannelWatchActivities(deps: ChannelWatchDeps) {
  return {
    /**
     * Looks once for contacts that have ended, and tells their threads. A failure of the contact
     * centre, or of the threads, ends nothing and is part of the answer.
     */
    async watchContacts({ channelId }: { readonly channelId: ChannelId }): Promise<WatchRound> {
      const definition = deps.channels.get(channelId);
      if (definition === undefined) return { kind: 'notConfigured' };
      const { policy } = definition;
      const tally: Tally = { openThreads: 0, ended: 0, reads: 0, failure: null, retryAfterMs: 0 };
      await call(async (signal) => {
        try {
          await goRound(deps, { channelId, policy, tally, signal });
        } catch (error) {
          noteFailure(tally, error);
        }
      });
      const { retryAfterMs, ...counted } = tally;
      return { kind: 'done', everyMs: Math.max(roundEveryMs(policy), retryAfterMs), ...counted };
    },
  };
}

interface Round {
  readonly channelId: ChannelId;
  readonly policy: ThreadPolicy;
  readonly tally: Tally;
  readonly signal: AbortSignal;
}

async function goRound(deps: ChannelWatchDeps, round: Round): Promise<void> {
  const { channelId, tally } = round;
  const open = await deps.threads.listOpen(channelId);
  tally.openThreads = open.length;
  const { missing } = await sweepList(
    deps,
    round,
    open.map(({ contact }) => contact),
  );
  await lookAgain(
    deps,
    round,
    open.filter(({ contact }) => missing.has(contact)),
  );
}

async function sweepList(
  { contactCentre }: ChannelWatchDeps,
  { channelId, policy, tally, signal }: Round,
  contacts: readonly ContactNumber[],
): Promise<Sweep> {
  const statuses = listedStatuses(policy);
  let sweep = beginSweep(contacts);
  let after: string | undefined;
  // Without a status the list would be one of every contact that there ever was.
  while (!sweep.isOver && statuses.length > 0) {
    tally.reads += 1;
    const query = { channelId, statuses, ...(after === undefined ? {} : { after }) };
    const page = await lasting(leastCallMs.list, contactCentre.listContacts(query, signal));
    after = page.next;
    const { contacts: listed } = page;
    sweep = notePage(sweep, { contacts: listed, hasMore: after !== undefined }, policy);
  }
  return sweep;
}

/** Looks at each suspect by itself. What cannot be looked at has not ended, as far as one knows. */
async function lookAgain(
  deps: ChannelWatchDeps,
  { policy, tally, signal }: Round,
  suspects: readonly OpenThread[],
): Promise<void> {
  const waiting = [...suspects];
  let failures = 0;

  const lookAt = async ({ ref, contact, runId }: OpenThread): Promise<void> => {
    try {
      tally.reads += 1;
      const look = deps.contactCentre.readContact(contact, signal);
      const sighting = await lasting(leastCallMs.look, look);
      if (policy.endedStatuses.includes(sighting.status)) {
        if (await deps.threads.tellContact(ref, sighting, runId)) tally.ended += 1;
      }
      failures = 0;
    } catch (error) {
      if (error instanceof EngineError && error.code === 'CONTACT_CENTRE_REJECTED') return;
      noteFailure(tally, error);
      failures += 1;
    }
  };
  const lookOneByOne = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await lookAt(next);
      if (failures >= failuresInARow) return;
    }
  };
  await Promise.all(Array.from({ length: looksAtOnce }, lookOneByOne));
}

/** Notes a failure that belongs to the world; throws what does not, such as a cancellation. */
function noteFailure(tally: Tally, error: unknown): void {
  if (!(error instanceof EngineError)) throw error;
  tally.failure = error.code;
  tally.retryAfterMs = Math.min(longestRetryAfterMs, error.retryAfterMs ?? 0);
}

/** Waits for a call, and for its time to be over. */
async function lasting<Answer>(leastMs: number, answer: Promise<Answer>): Promise<Answer> {
  const [given] = await Promise.all([answer, Context.current().sleep(leastMs)]);
  return given;
}
