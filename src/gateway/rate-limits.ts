/** @module Limits on how often one sender may ask, kept in this process. */
import { type Bucket, type BucketRule, fullBucket, refill, take } from '../domain/budget.js';
import { RequestError } from '../domain/errors.js';
import type { Clock } from '../ports/clock.js';

/** A limit on how often something may be done for each of many keys. */
export interface RateLimit {
  /** Takes one, or `amount`, of what `key` has left; throws `RATE_LIMITED` when it has less. */
  spend(key: string, perMinute: number, amount?: number): void;
}

const sweepAtSize = 10_000;

/** Makes a limit that knows no key yet; a key that has everything again is forgotten. */
export function createRateLimit(clock: Clock, what: string): RateLimit {
  const buckets = new Map<string, { readonly bucket: Bucket; readonly rule: BucketRule }>();
  let nextSweepSize = sweepAtSize;

  function sweep(nowMs: number): void {
    for (const [key, { bucket, rule }] of buckets) {
      if (refill(bucket, rule, nowMs).tokens >= rule.capacity) buckets.delete(key);
    }
    nextSweepSize = Math.max(sweepAtSize, buckets.size * 2);
  }

  return {
    spend(key, perMinute, amount = 1) {
      const rule: BucketRule = { capacity: perMinute, refillMs: 60_000 / perMinute };
      const nowMs = clock();
      const bucket = buckets.get(key)?.bucket ?? fullBucket(rule, nowMs);
      const taken = take(bucket, rule, nowMs, amount);
      if (taken.bucket === undefined) {
        throw new RequestError('RATE_LIMITED', `Too many ${what}.`, { retryAfterMs: taken.waitMs });
      }
      buckets.set(key, { bucket: taken.bucket, rule });
      if (buckets.size >= nextSweepSize) sweep(nowMs);
    },
  };
}
