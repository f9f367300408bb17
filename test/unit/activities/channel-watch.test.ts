import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createChannelWatchActivities } from '../../../activities/channel-watch.js';
import type { ChannelDefinition } from '../../../src/domain/channel.js';
import { RemoteError, RequestError } from '../../../src/domain/errors.js';
import type { ChannelId, ThreadRef } from '../../../src/domain/ids.js';
import type { ContactStatus } from '../../../src/domain/policy.js';
import type { ContactSighting } from '../../../src/domain/thread-state.js';
import type { OpenThread, Threads } from '../../../src/ports/threads.js';
import {
  createFakeContactCentre,
  type FakeContactCentre,
} from '../../support/fake-contact-centre.js';
import { silentTemporalLogger } from '../../support/silent-logger.js';
import { channelOf, idsOf, newRef } from '../../support/thread-fixtures.js';

/** Threads that run until they are told of the end of their contact. */
interface WatchedThreads extends Pick<Threads, 'listOpen' | 'tellContact'> {
  readonly open: OpenThread[];
  readonly told: (ContactSighting & { readonly threadId: string })[];
  isDown: boolean;
}

function createWatchedThreads(): WatchedThreads {
  const call = async <Answer>(answer: () => Answer): Promise<Answer> => {
    if (threads.isDown) throw new RequestError('UNAVAILABLE', 'down');
    return await Promise.resolve(answer());
  };
  const threads: WatchedThreads = {
    open: [],
    told: [],
    isDown: false,
    listOpen: () => call(() => [...threads.open]),
    tellContact: ({ threadId }, sighting, runId) =>
      call(() => {
        const isThis = (one: OpenThread) => one.ref.threadId === threadId && one.runId === runId;
        const index = threads.open.findIndex(isThis);
        if (index === -1) return false;
        threads.told.push({ ...sighting, threadId });
        threads.open.splice(index, 1);
        return true;
      }),
  };
  return threads;
}

let environment: MockActivityEnvironment;
let contactCentre: FakeContactCentre;
let threads: WatchedThreads;
let channels: Map<ChannelId, ChannelDefinition>;
const { channelId } = newRef();

beforeEach(() => {
  vi.useFakeTimers();
  environment = new MockActivityEnvironment({}, { logger: silentTemporalLogger });
  contactCentre = createFakeContactCentre();
  threads = createWatchedThreads();
  channels = new Map([[channelId, channelOf(channelId)]]);
});
afterEach(() => vi.useRealTimers());

const policyIs = (policy: Partial<ChannelDefinition['policy']>) =>
  channels.set(channelId, channelOf(channelId, policy));

function startRound() {
  const activities = createChannelWatchActivities({ contactCentre, threads, channels });
  return environment.run(() => activities.watchContacts({ channelId }));
}

/** Goes one round on a clock that jumps, and gives its outcome. */
async function goRound() {
  const round = startRound();
  const settled = round.then(
    () => undefined,
    () => undefined,
  );
  for (let isOver = false; !isOver; ) {
    isOver = await Promise.race([
      settled.then(() => true),
      vi.advanceTimersByTimeAsync(50).then(() => false),
    ]);
  }
  return await round;
}

/** Opens threads whose contacts the contact centre has. */
function openThreads(count: number): ThreadRef[] {
  const refs = idsOf('t', count).map((id) => newRef(id));
  for (const ref of refs) {
    threads.open.push({ ref, contact: contactCentre.of(ref).contact, runId: 'run-1' });
  }
  return refs;
}

function agentEnds(ref: ThreadRef | undefined, status: ContactStatus = 'closed'): ThreadRef {
  if (ref === undefined) throw new Error('there is no such thread');
  contactCentre.of(ref).status = status;
  return ref;
}

const toldIds = () => threads.told.map(({ threadId }) => threadId);

describe('a round', () => {
  test('tells a thread what was seen of its contact when that has ended, and no other thread', async () => {
    const refs = openThreads(60);
    const ref = agentEnds(refs[30]);
    const { contact, statusUpdatedAtMs } = contactCentre.of(ref);
    expect(await goRound()).toEqual({
      kind: 'done',
      everyMs: 13_500,
      openThreads: 60,
      ended: 1,
      reads: 5,
      failure: null,
    });
    expect(threads.told).toEqual([
      { threadId: ref.threadId, contact, status: 'closed', statusUpdatedAtMs },
    ]);
  });

  test('costs a read for 25 contacts when none has ended', async () => {
    openThreads(75);
    expect(await goRound()).toMatchObject({ reads: 3, ended: 0 });
  });

  test('without an open thread asks the contact centre nothing', async () => {
    contactCentre.of(newRef('not-open'));
    expect(await goRound()).toMatchObject({ openThreads: 0, reads: 0 });
    expect(contactCentre.list.queries).toEqual([]);
  });

  test('of a channel that is not configured any more says so, and asks nothing', async () => {
    openThreads(1);
    channels.clear();
    expect(await goRound()).toEqual({ kind: 'notConfigured' });
    expect(contactCentre.list.queries).toEqual([]);
  });

  test('lists by the statuses that its channel has today', async () => {
    openThreads(1);
    await goRound();
    policyIs({ endedStatuses: ['resolved', 'closed', 'trashed'] });
    await goRound();
    expect(contactCentre.list.queries.map(({ statuses }) => statuses)).toEqual([
      ['new', 'open', 'pending', 'escalated', 'resolved'],
      ['new', 'open', 'pending', 'escalated'],
    ]);
  });

  test('lists nothing where no status is live, and looks at each contact', async () => {
    const refs = openThreads(3);
    policyIs({ endedStatuses: ['new', 'open', 'pending', 'escalated', 'resolved', 'trashed'] });
    for (const ref of refs) agentEnds(ref);
    agentEnds(refs[1], 'trashed');
    await goRound();
    expect(contactCentre.list.queries).toEqual([]);
    expect(toldIds()).toEqual(['t-2']);
  });

  test('looks at a contact that an agent resolved, where that is no end but not listed either', async () => {
    const refs = openThreads(30);
    policyIs({ onIdle: 'resolved' });
    agentEnds(refs[3], 'resolved');
    expect(await goRound()).toMatchObject({ ended: 0, failure: null });
    expect(contactCentre.of(newRef('t-4')).calls.map(({ method }) => method)).toEqual(['read']);
    expect(threads.told).toEqual([]);
  });

  test('tells no thread that ended, and started again, meanwhile', async () => {
    const [ref] = openThreads(1);
    agentEnds(ref);
    const listed = await threads.listOpen(channelId);
    threads.listOpen = () => Promise.resolve(listed);
    for (const thread of threads.open.splice(0)) threads.open.push({ ...thread, runId: 'run-2' });
    expect(await goRound()).toMatchObject({ ended: 0, reads: 2 });
    expect(threads.told).toEqual([]);
  });
});

describe('a list that is', () => {
  const wrong: [string, (refs: readonly ThreadRef[]) => void][] = [
    ['short of its first page', () => contactCentre.list.lostPages.add(0)],
    ['short of a page in the middle', () => contactCentre.list.lostPages.add(1)],
    ['short of everything', (refs) => hide(refs)],
    ['short of a single contact', (refs) => hide(refs.slice(40, 41))],
    ['wrong about one status', (refs) => mistake(refs[40], 'closed')],
    ['of statuses that are filtered out', (refs) => mistake(refs[40], 'trashed')],
    ['endless', () => void (contactCentre.list.isEndless = true)],
  ];
  const mistake = (ref: ThreadRef | undefined, status: ContactStatus) =>
    ref && contactCentre.list.statuses.set(contactCentre.of(ref).contact, status);
  const hide = (refs: readonly ThreadRef[]) => {
    for (const ref of refs) mistake(ref, 'closed');
  };

  test.each(wrong)('%s ends no open thread, and hides none that has ended', async (_what, go) => {
    const refs = openThreads(80);
    const ended = agentEnds(refs[70]);
    go(refs);
    expect(await goRound()).toMatchObject({ ended: 1, failure: null });
    expect(toldIds()).toEqual([ended.threadId]);
    expect(threads.open).toHaveLength(79);
  });

  test('late shows an ended contact as open: the next round finds it', async () => {
    const [ref] = openThreads(30);
    agentEnds(ref);
    mistake(ref, 'open');
    expect(await goRound()).toMatchObject({ ended: 0 });
    contactCentre.list.statuses.clear();
    expect(await goRound()).toMatchObject({ ended: 1 });
  });

  test('full of other contacts is left for a look at each of ours', async () => {
    for (const id of idsOf('other', 500)) contactCentre.of(newRef(id));
    const [ref] = openThreads(2);
    agentEnds(ref);
    expect(await goRound()).toMatchObject({ ended: 1, reads: 3 });
  });
});

describe('a failure', () => {
  const down = new RemoteError('CONTACT_CENTRE_UNREACHABLE', 'refused');

  test('of the list ends nothing, and is told by its code', async () => {
    const [ref] = openThreads(30);
    agentEnds(ref);
    contactCentre.list.error = down;
    expect(await goRound()).toMatchObject({
      kind: 'done',
      everyMs: 13_500,
      openThreads: 30,
      ended: 0,
      failure: 'CONTACT_CENTRE_UNREACHABLE',
    });
    expect(threads.told).toEqual([]);
    contactCentre.list.error = undefined;
    expect(await goRound()).toMatchObject({ ended: 1, failure: null });
  });

  test('of the threads is told as well', async () => {
    openThreads(1);
    threads.isDown = true;
    expect(await goRound()).toMatchObject({ failure: 'UNAVAILABLE', ended: 0 });
  });

  test('of one look leaves the others alone', async () => {
    const refs = openThreads(30);
    for (const ref of refs.slice(0, 8)) agentEnds(ref);
    contactCentre.of(newRef('t-3')).isDown = true;
    expect(await goRound()).toMatchObject({ ended: 7, failure: 'CONTACT_CENTRE_UNREACHABLE' });
    expect(toldIds()).not.toContain('t-3');
  });

  test('of every third look is not the contact centre’s trouble', async () => {
    const refs = openThreads(60);
    for (const [index, ref] of refs.entries()) {
      agentEnds(ref);
      contactCentre.of(ref).isDown = index % 3 === 0;
    }
    expect(await goRound()).toMatchObject({ ended: 40 });
  });

  test('of look after look gives the round up', async () => {
    const refs = openThreads(60);
    for (const ref of refs) {
      agentEnds(ref);
      contactCentre.of(ref).isDown = true;
    }
    const round = await goRound();
    expect(round).toMatchObject({ ended: 0, failure: 'CONTACT_CENTRE_UNREACHABLE' });
    // One page, and no more looks than were under way when the fifth in a row failed.
    expect(round).toHaveProperty('reads', 1 + 8);
  });

  test('to find a contact ends nothing, and is no failure of the round', async () => {
    const refs = openThreads(10);
    const error = new RemoteError('CONTACT_CENTRE_REJECTED', 'no such contact');
    for (const ref of refs) {
      agentEnds(ref);
      contactCentre.of(ref).faults.push({ on: 'read', when: 'before', error });
    }
    expect(await goRound()).toMatchObject({ ended: 0, failure: null });
    expect(threads.told).toEqual([]);
  });

  test.each([
    [40_000, 40_000],
    [3_600_000, 60_000],
    [1_000, 13_500],
  ])('with Retry-After %d ms puts the next round off to %d ms', async (retryAfterMs, everyMs) => {
    openThreads(1);
    contactCentre.list.error = new RemoteError('CONTACT_CENTRE_RATE_LIMITED', 'too many', {
      retryAfterMs,
    });
    expect(await goRound()).toMatchObject({ everyMs, failure: 'CONTACT_CENTRE_RATE_LIMITED' });
  });

  test('that nobody knows fails the activity', async () => {
    openThreads(1);
    contactCentre.list.error = Object.assign(new TypeError('a defect'));
    await expect(goRound()).rejects.toThrow('a defect');
  });
});

describe('reads', () => {
  test('are ten pages a second, and twenty looks', async () => {
    const refs = openThreads(1_000);
    for (const ref of refs.slice(0, 60)) agentEnds(ref);
    const startedAtMs = Date.now();
    await goRound();
    const looks = refs.flatMap((ref) => contactCentre.of(ref).calls.map(({ atMs }) => atMs));
    const firstLookMs = Math.min(...looks) - startedAtMs;
    expect(firstLookMs).toBeGreaterThanOrEqual(3_900);
    expect(firstLookMs).toBeLessThanOrEqual(4_200);
    const inSecondFrom = (fromMs: number) =>
      looks.filter((atMs) => atMs >= fromMs && atMs < fromMs + 1_000).length;
    expect(looks).toHaveLength(60);
    expect(Math.max(...looks.map(inSecondFrom))).toBe(20);
  });

  test('show that the worker lives, and end when the round is cancelled', async () => {
    openThreads(500);
    let beats = 0;
    environment.on('heartbeat', () => {
      beats += 1;
    });
    const round = startRound().catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(1_050);
    expect(beats).toBe(1);
    expect(contactCentre.list.queries).toHaveLength(11);
    environment.cancel();
    expect(await round).toMatchObject({ name: 'CancelledFailure' });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(contactCentre.list.queries).toHaveLength(11);
    expect(vi.getTimerCount()).toBe(0);
  });
});
