/** @module A token bucket as a value: limits are kept, not discovered. */

/** What is left of a budget, and when that was true. */
export interface Bucket {
  readonly tokens: number;
  readonly atMs: number;
}

/** How much a budget holds at most, and how long one token takes to come back, in milliseconds. */
export interface BucketRule {
  readonly capacity: number;
  readonly refillMs: number;
}

/** Updates of one contact: 250 at once, 17 a minute after (DE-API, cxone.md 3.7). */
export const contactUpdateRule: BucketRule = { capacity: 250, refillMs: 60_000 / 17 };

/** Makes a full bucket. */
export function fullBucket(rule: BucketRule, atMs: number): Bucket {
  return { tokens: rule.capacity, atMs };
}

/** Brings a bucket up to a moment; a clock that went back gives nothing. */
export function refill(bucket: Bucket, rule: BucketRule, nowMs: number): Bucket {
  const gained = Math.max(0, nowMs - bucket.atMs) / rule.refillMs;
  return { tokens: Math.min(rule.capacity, bucket.tokens + gained), atMs: nowMs };
}

/**
 * Takes tokens, one unless said otherwise. `bucket` is undefined when there are too few; then
 * `waitMs` says when there will be enough.
 */
export function take(
  bucket: Bucket,
  rule: BucketRule,
  nowMs: number,
  amount = 1,
): { readonly bucket: Bucket } | { readonly bucket: undefined; readonly waitMs: number } {
  const now = refill(bucket, rule, nowMs);
  if (now.tokens >= amount) return { bucket: { tokens: now.tokens - amount, atMs: now.atMs } };
  return { bucket: undefined, waitMs: Math.ceil((amount - now.tokens) * rule.refillMs) };
}
