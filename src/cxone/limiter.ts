import { type Bucket, type BucketRule, fullBucket, refill, take } from '../domain/budget.js';
import { RemoteError } from '../domain/errors.js';
import type { Clock } from '../ports/clock.js';

/** A budget of calls per second. */
export interface Limiter {
  /**
   * Waits for a token, first come first served.
   *
   * Throws the signal's reason when it aborts, and `CONTACT_CENTRE_RATE_LIMITED` at once when the
   * wait would be too long for a caller that holds a slot meanwhile.
   */
  take(signal: AbortSignal): Promise<void>;
  /** Says whether a token could be had without a wait, and some were left after it. */
  hasToSpare(): boolean;
  /** Says how many processes share the budget. */
  setShare(workers: number): void;
}

interface Waiter {
  readonly pass: () => void;
}

const longestWaitMs = 20_000;

/**
 * A bucket that holds a quarter of a second's worth: with the tenant's own bucket of a whole second
 * behind it, calls that bunch up on the way do not overrun that one.
 */
function toRule(perSecond: number): BucketRule {
  return { capacity: Math.max(1, perSecond / 4), refillMs: 1_000 / perSecond };
}

/** Makes a limiter; one worker has all of it until told otherwise. */
export function createLimiter(perSecond: number, clock: Clock): Limiter {
  let rule = toRule(perSecond);
  let bucket: Bucket = fullBucket(rule, clock());
  let timer: NodeJS.Timeout | undefined;
  const waiters: Waiter[] = [];

  function serve(): void {
    timer = undefined;
    while (waiters.length > 0) {
      const taken = take(bucket, rule, clock());
      if (taken.bucket === undefined) {
        timer = setTimeout(serve, taken.waitMs);
        return;
      }
      bucket = taken.bucket;
      waiters.shift()?.pass();
    }
  }

  return {
    async take(signal) {
      signal.throwIfAborted();
      const aheadMs = waiters.length * rule.refillMs;
      if (aheadMs > longestWaitMs) {
        throw new RemoteError(
          'CONTACT_CENTRE_RATE_LIMITED',
          "The tenant's budget is spent for longer than a call may wait",
          { retryAfterMs: Math.ceil(aheadMs) },
        );
      }
      await new Promise<void>((resolve, reject) => {
        const waiter: Waiter = {
          pass() {
            signal.removeEventListener('abort', giveUp);
            resolve();
          },
        };
        const giveUp = () => {
          waiters.splice(waiters.indexOf(waiter), 1);
          // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- an abort's reason is the caller's
          reject(signal.reason);
        };
        signal.addEventListener('abort', giveUp, { once: true });
        waiters.push(waiter);
        if (timer === undefined) serve();
      });
    },
    hasToSpare: () =>
      waiters.length === 0 && refill(bucket, rule, clock()).tokens >= 1 + rule.capacity / 4,
    setShare(workers) {
      rule = toRule(perSecond / Math.max(1, workers));
      bucket = { ...bucket, tokens: Math.min(bucket.tokens, rule.capacity) };
      clearTimeout(timer);
      serve();
    },
  };
}
