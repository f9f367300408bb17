/** Sends what the outbox holds: one at a time over all tabs, in order, the same id on each attempt. */
import type { Backoff, Pause } from './backoff.js';
import type { Outbox, OutboxEntry } from './outbox.js';

/** What became of one attempt to post a message. */
export type PostOutcome =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'failed'; readonly reason?: string | undefined }
  | { readonly kind: 'refused' }
  /** Nothing certain is known: the same id is posted again, not before `afterMs` where it is given. */
  | { readonly kind: 'later'; readonly afterMs?: number | undefined };

/** Keeps the outbox moving. */
export interface Sender {
  /** Sends all that waits; a call while one is under way makes sure that nothing is left behind. */
  readonly flush: () => Promise<void>;
  readonly stop: () => void;
}

/** Creates a sender. `runExclusive` must let one tab at a time in; `hold` is shared by the tabs. */
export function createSender(deps: {
  readonly outbox: Outbox;
  readonly post: (entry: OutboxEntry) => Promise<PostOutcome>;
  readonly runExclusive: <T>(task: () => Promise<T>) => Promise<T>;
  readonly hold: { readonly get: () => number; readonly set: (untilMs: number) => void };
  readonly onChange: () => void;
  readonly now: () => number;
  readonly pause: Pause;
  readonly backoff: Backoff;
}): Sender {
  const { outbox, post, runExclusive, hold, onChange, now, pause, backoff } = deps;
  let isRunning = false;
  let isAskedAgain = false;
  let isStopped = false;

  /** Returns how long to wait before the next attempt, or undefined when nothing waits any more. */
  async function sendWaiting(): Promise<number | undefined> {
    for (;;) {
      // Read anew each time: another tab may have sent or written something meanwhile.
      const entry = outbox.list().find(({ status }) => status === 'waiting');
      if (entry === undefined || isStopped) {
        return undefined;
      }
      const heldMs = hold.get() - now();
      if (heldMs > 0) {
        return heldMs;
      }
      const outcome = await post(entry);
      if (outcome.kind === 'later') {
        if (outcome.afterMs === undefined) {
          return backoff.next();
        }
        hold.set(now() + outcome.afterMs);
        return outcome.afterMs;
      }
      backoff.reset();
      outbox.update(entry.id, {
        status: outcome.kind,
        reason: outcome.kind === 'failed' ? outcome.reason : undefined,
      });
      onChange();
    }
  }

  async function run(): Promise<void> {
    for (;;) {
      isAskedAgain = false;
      const waitMs = await runExclusive(sendWaiting);
      if (isStopped) {
        return;
      }
      if (waitMs !== undefined) {
        // The lock is free while this tab waits, so a tab with a better connection may go on.
        await pause.wait(waitMs);
      } else if (!isAskedAgain) {
        return;
      }
    }
  }

  return {
    flush: async () => {
      isAskedAgain = true;
      if (isRunning) {
        return;
      }
      isRunning = true;
      try {
        await run();
      } finally {
        isRunning = false;
      }
    },
    stop: () => {
      isStopped = true;
      pause.wake();
    },
  };
}
