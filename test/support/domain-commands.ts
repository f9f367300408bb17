import * as fc from 'fast-check';
import type { ThreadEnder } from '../../src/domain/messages.js';
import type { Delivery } from '../../src/domain/platform-lane.js';

/** What befalls a call of the contact centre. A lost one is done (after) or not done (before). */
export type Fate =
  | {
      readonly kind: 'done' | 'lostAfter';
      readonly indexLagMs: number;
      /** The contact that the answer names, if it names one: the thread's, or another. */
      readonly names: 'own' | 'other' | null;
    }
  /** The contact was looked at before a post and had ended, or so an old answer says. */
  | { readonly kind: 'contactEnded'; readonly isOld: boolean }
  | { readonly kind: 'lostBefore' | 'rejected' }
  | { readonly kind: 'deferred'; readonly retryAfterMs: number | null };

/** What befalls a delivery to a platform. */
export type DeliveryFate =
  | { readonly kind: 'taken' | 'lostAfter' | 'lostBefore' | 'gone' }
  | { readonly kind: 'deferred'; readonly retryAfterMs: number };

/** One thing that happens in a world. Numbers choose among what is there at the time. */
export type Command =
  | {
      readonly type: 'inbound';
      /** The earlier message that it repeats, or null. */
      readonly repeats: number | null;
      readonly via: number | null;
      /** For how long it waited for a worker. */
      readonly delayMs: number;
      readonly answers: number | null;
    }
  | {
      readonly type: 'reply';
      readonly repeats: number | null;
      /** The earlier message that it answers, or null. */
      readonly answers: number | null;
    }
  | { readonly type: 'openPage'; readonly gateway: number; readonly resumeFrom: number }
  | { readonly type: 'closePage'; readonly gateway: number; readonly change: 'gone' | 'left' }
  | { readonly type: 'kill' | 'takeShow' | 'fetch' | 'announce'; readonly gateway: number }
  | { readonly type: 'settleShow'; readonly gateway: number; readonly isAnswerLost: boolean }
  | { readonly type: 'settleCall'; readonly fate: Fate }
  | { readonly type: 'settleDelivery'; readonly fate: DeliveryFate }
  | { readonly type: 'whereabouts'; readonly change: 'left' | 'returned' }
  | { readonly type: 'receipt'; readonly kind: 'delivered' | 'seen'; readonly upTo: number }
  | { readonly type: 'end'; readonly by: ThreadEnder }
  | {
      readonly type: 'sighting';
      readonly status: 'open' | 'closed';
      /** Whether it is another's contact. */
      readonly isOther: boolean;
      /** Whether it is older than what is known. */
      readonly isOld: boolean;
    }
  | { readonly type: 'stillHere' | 'hold' }
  | { readonly type: 'repair'; readonly action: 'retry' | 'giveUp' }
  | { readonly type: 'continueAsNew'; readonly keepSize: number }
  | { readonly type: 'advance'; readonly ms: number; readonly isWorkerDown: boolean };

const gateway = fc.nat(2);
const choice = fc.nat(50);
const repeats = fc.option(choice, { freq: 3, nil: null });
const answers = fc.option(choice, { freq: 2, nil: null });

/** Many of one for a few of another. */
function many<One>(one: One): One[] {
  return Array.from({ length: 20 }, () => one);
}
const mostly = fc.nat(5).map((one) => one > 0);

const indexLagMs = fc.constantFrom(0, 900, 2_000);
const fate: fc.Arbitrary<Fate> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('done' as const),
      indexLagMs,
      names: fc.constantFrom(...many('own' as const), ...many(null), 'other' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('lostAfter' as const),
      indexLagMs,
      names: fc.constant(null),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('contactEnded' as const), isOld: mostly }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('lostBefore' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rejected' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('deferred' as const),
      retryAfterMs: fc.constantFrom(null, 100, 7_000, 60_000),
    }),
  },
);

const deliveryFate: fc.Arbitrary<DeliveryFate> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('taken' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('lostAfter' as const, 'lostBefore' as const, 'gone' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('deferred' as const),
      retryAfterMs: fc.constantFrom(100, 7_000, 120_000),
    }),
  },
);

const type = <Type extends string>(name: Type) => fc.constant(name);

const everyDay: fc.WeightedArbitrary<Command>[] = [
  {
    weight: 8,
    arbitrary: fc.record({
      type: type('inbound'),
      repeats,
      via: fc.option(gateway, { nil: null }),
      delayMs: fc.constantFrom(0, 0, 4_990, 20_000),
      answers,
    }),
  },
  { weight: 5, arbitrary: fc.record({ type: type('reply'), repeats, answers }) },
  { weight: 4, arbitrary: fc.record({ type: type('openPage'), gateway, resumeFrom: choice }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: type('closePage'),
      gateway,
      change: fc.constantFrom('gone' as const, 'left' as const),
    }),
  },
  { weight: 5, arbitrary: fc.record({ type: type('takeShow'), gateway }) },
  {
    weight: 6,
    arbitrary: fc.record({
      type: type('settleShow'),
      gateway,
      isAnswerLost: fc.nat(9).map((one) => one === 0),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: type('fetch'), gateway }) },
  { weight: 20, arbitrary: fc.record({ type: type('settleCall'), fate }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: type('receipt'),
      kind: fc.constantFrom('delivered' as const, 'seen' as const),
      upTo: choice,
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: type('stillHere') }) },
  {
    weight: 8,
    arbitrary: fc.record({
      type: type('advance'),
      ms: fc.constantFrom(1, 500, 1_000, 5_000, 20_000),
      isWorkerDown: fc.nat(5).map((one) => one === 0),
    }),
  },
];

const rare: fc.WeightedArbitrary<Command>[] = [
  { weight: 1, arbitrary: fc.record({ type: type('kill'), gateway }) },
  { weight: 1, arbitrary: fc.record({ type: type('announce'), gateway }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: type('end'),
      by: fc.constantFrom<ThreadEnder>('agent', 'customer', 'operator'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: type('sighting'),
      status: fc.constantFrom('open' as const, 'closed' as const),
      isOther: fc.nat(4).map((one) => one === 0),
      isOld: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: type('repair'),
      action: fc.constantFrom('retry' as const, 'giveUp' as const),
    }),
  },
];

const handOvers: fc.WeightedArbitrary<Command>[] = [
  { weight: 2, arbitrary: fc.record({ type: type('hold') }) },
  {
    weight: 5,
    arbitrary: fc.record({ type: type('continueAsNew'), keepSize: fc.constantFrom(0, 200, 900) }),
  },
];

const everyDayThing = { weight: 30, arbitrary: fc.oneof(...everyDay) };
const rareThing = { weight: 1, arbitrary: fc.oneof(...rare) };
const manyOf = (one: fc.Arbitrary<Command>) => fc.array(one, { maxLength: 150, size: 'max' });

const ofPlatforms: fc.WeightedArbitrary<Command>[] = [
  { weight: 4, arbitrary: fc.record({ type: type('settleDelivery'), fate: deliveryFate }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: type('whereabouts'),
      change: fc.constantFrom('left' as const, 'returned' as const),
    }),
  },
];
const platformThing = { weight: 12, arbitrary: fc.oneof(...ofPlatforms) };

/** Anything that can happen, in any order. */
export const anyCommands = manyOf(
  fc.oneof(everyDayThing, platformThing, rareThing, {
    weight: 3,
    arbitrary: fc.oneof(...handOvers),
  }),
);

/**
 * Anything but holds, which move effects in time, and messages that answer others: what stayed in an
 * earlier run is not quoted.
 */
export const commandsThatEveryRunHearsAlike = manyOf(
  fc.oneof(everyDayThing, platformThing, rareThing),
).map((commands) =>
  commands.map((command) => ('answers' in command ? { ...command, answers: null } : command)),
);

/** Updates of the contact that the contact centre allows at once. */
export const budgets = fc.constantFrom(250, 250, 2);

/** Where a thread's events go. */
export const deliveries = fc.constantFrom<Delivery>('pages', 'pages', 'platform');

/** How long nobody may be there, from shorter than a world's life to longer. */
export const idleTimes = fc.constantFrom(15_000, 60_000, 3_600_000);
