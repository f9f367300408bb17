import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Bucket,
  type BucketRule,
  contactUpdateRule,
  fullBucket,
  refill,
  take,
} from '../../../src/domain/budget.js';

const rule: BucketRule = { capacity: 3, refillMs: 1_000 };

function takeMany(bucket: Bucket, count: number, atMs: number): Bucket {
  let left = bucket;
  for (let index = 0; index < count; index += 1) left = take(left, rule, atMs).bucket ?? left;
  return left;
}

test('a full bucket gives its capacity at once, then says when the next token comes', () => {
  const empty = takeMany(fullBucket(rule, 0), 3, 0);
  expect(empty.tokens).toBe(0);
  expect(take(empty, rule, 0)).toEqual({ bucket: undefined, waitMs: 1_000 });
  expect(take(empty, rule, 400)).toEqual({ bucket: undefined, waitMs: 600 });
  expect(take(empty, rule, 999).bucket).toBeUndefined();
  expect(take(empty, rule, 1_000)).toEqual({ bucket: { tokens: 0, atMs: 1_000 } });
});

test('a bucket never holds more than its capacity', () => {
  expect(refill(fullBucket(rule, 0), rule, 1_000_000)).toEqual({ tokens: 3, atMs: 1_000_000 });
});

test('a clock that went back gives nothing', () => {
  expect(refill({ tokens: 1, atMs: 5_000 }, rule, 2_000).tokens).toBe(1);
  expect(take({ tokens: 0, atMs: 5_000 }, rule, 2_000)).toEqual({
    bucket: undefined,
    waitMs: 1_000,
  });
});

test('a contact takes 250 updates at once and 17 a minute after', () => {
  let bucket = fullBucket(contactUpdateRule, 0);
  let taken = 0;
  for (let atMs = 0; atMs <= 60_001; ) {
    const next = take(bucket, contactUpdateRule, atMs);
    if (next.bucket === undefined) {
      atMs += next.waitMs;
      continue;
    }
    bucket = next.bucket;
    taken += 1;
  }
  expect(taken).toBe(250 + 17);
});

test('whoever waits as long as is said gets a token within a millisecond of it', () => {
  const rules = fc.record({
    capacity: fc.integer({ min: 1, max: 300 }),
    refillMs: fc.double({ min: 0.1, max: 10_000, noNaN: true }),
  });
  fc.assert(
    fc.property(
      rules,
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.nat(10),
      (some, tokens, agoMs) => {
        const bucket = { tokens, atMs: 1_000_000 - agoMs };
        const refused = take(bucket, some, 1_000_000);
        if (refused.bucket !== undefined) return;
        expect(refused.waitMs).toBeGreaterThan(0);
        expect(take(bucket, some, 1_000_000 + refused.waitMs + 1).bucket).toBeDefined();
        expect(take(bucket, some, 1_000_000 + refused.waitMs - 2).bucket).toBeUndefined();
      },
    ),
  );
});
