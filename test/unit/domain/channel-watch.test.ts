import { describe, expect, test } from 'vitest';
import {
  beginSweep,
  type ListedContact,
  listedStatuses,
  notePage,
  roundEveryMs,
  type Sweep,
} from '../../../src/domain/channel-watch.js';
import {
  type ContactStatus,
  defaultPolicy,
  type ThreadPolicy,
} from '../../../src/domain/policy.js';
import { contactNumber } from '../../support/domain-builders.js';

const listed = (...numbers: string[]): ListedContact[] =>
  numbers.map((number) => ({ contact: contactNumber(number) }));
const sweepOf = (...numbers: string[]) => beginSweep(numbers.map(contactNumber));

function show(
  sweep: Sweep,
  contacts: readonly ListedContact[],
  { hasMore = true, policy = defaultPolicy } = {},
): Sweep {
  return notePage(sweep, { contacts, hasMore }, policy);
}

describe('the statuses to list by', () => {
  const cases: [string, Partial<ThreadPolicy>, ContactStatus[]][] = [
    ['are all but the ended ones', {}, ['new', 'open', 'pending', 'escalated', 'resolved']],
    [
      'lack those by which threads end contacts, or the list would grow for ever',
      { onIdle: 'resolved' },
      ['new', 'open', 'pending', 'escalated'],
    ],
    [
      'keep what the owner does not count as an end, where threads end contacts otherwise',
      { endedStatuses: ['resolved'], onIdle: 'abandon', onEnd: 'abandon' },
      ['new', 'open', 'pending', 'escalated', 'closed', 'trashed'],
    ],
  ];

  test.each(cases)('%s', (_title, policy, expected) => {
    expect(listedStatuses({ ...defaultPolicy, ...policy })).toEqual(expected);
  });
});

describe('a round', () => {
  test.each([
    [15_000, 13_500],
    [1_000, 900],
    [500, 500],
    [1, 500],
  ])('of a channel whose contactCheck is %d ms starts every %d ms', (contactCheckMs, everyMs) => {
    expect(roundEveryMs({ ...defaultPolicy, contactCheckMs })).toBe(everyMs);
  });

  test('without an open thread is over before it began', () => {
    expect(sweepOf().isOver).toBe(true);
    expect(sweepOf('1').isOver).toBe(false);
  });

  test('is over when every contact was shown, whatever else there is to list', () => {
    const first = show(sweepOf('1', '2'), listed('1', '9'));
    expect(first).toMatchObject({ missing: new Set(['2']), isOver: false });
    expect(show(first, listed('2'))).toMatchObject({ missing: new Set(), isOver: true });
  });

  test('is over with the last page, and what no page showed is missing', () => {
    expect(show(sweepOf('1', '2', '3'), listed('2'), { hasMore: false })).toMatchObject({
      missing: new Set(['1', '3']),
      isOver: true,
    });
  });

  test('misses a contact that the list itself shows as ended, but not one of an unknown status', () => {
    const contacts: ListedContact[] = [
      { contact: contactNumber('1'), status: 'closed' },
      { contact: contactNumber('2'), status: 'pending' },
      ...listed('3'),
    ];
    expect(show(sweepOf('1', '2', '3'), contacts).missing).toEqual(new Set(['1']));
  });

  test('goes on after one page that shows nothing new, and not after two', () => {
    const contacts = ['1', '2', '3', '4', '5'];
    const first = show(sweepOf(...contacts), listed('1', '2'));
    const gap = show(first, []);
    expect(gap.isOver).toBe(false);
    expect(show(gap, listed('3')).isOver).toBe(false);
    expect(show(gap, listed('2', '1')).isOver).toBe(true);
  });

  test('leaves a list of others when looking at the missing ones costs no more', () => {
    const first = show(sweepOf('1', '2', '3'), listed('100'));
    const second = show(first, listed('1'));
    const third = show(second, listed('101'));
    const fourth = show(third, listed('102'));
    const isOver = [first, second, third, fourth].map((sweep) => sweep.isOver);
    expect(isOver).toEqual([false, false, false, true]);
  });
});
