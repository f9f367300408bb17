/**
 * @module Following what becomes of the messages that were accepted here.
 *
 * A thread does not spend an activity on showing a page its own fresh message: for the first seconds
 * the gateway that accepted it reads the thread instead, at growing gaps.
 */
import type { MessageId } from '../../domain/ids.js';
import type { CustomerEvent } from '../../domain/messages.js';
import type { Clock } from '../../ports/clock.js';

const gapsMs = [50, 120, 250, 500, 1_000, 2_000] as const;
/** Longer than the thread relies on it, so that no verdict falls between the two. */
const longestFollowMs = 8_000;

/** The messages of one thread that are followed here. */
export interface Follow {
  follow(id: MessageId): void;
  /** Takes note of verdicts; what has one is followed no more. */
  note(events: readonly CustomerEvent[]): void;
  isIdle(): boolean;
  stop(): void;
}

/** Makes a follower; `read` shows the thread's pages what is new, and does nothing without one. */
export function createFollow(deps: {
  readonly clock: Clock;
  readonly read: () => Promise<void>;
  readonly onIdle: () => void;
}): Follow {
  const followedUntilMs = new Map<string, number>();
  let gap = 0;
  let timer: NodeJS.Timeout | undefined;
  let isReading = false;

  function schedule(): void {
    clearTimeout(timer);
    timer = setTimeout(() => void step(), gapsMs[gap] ?? gapsMs.at(-1));
    gap = Math.min(gap + 1, gapsMs.length - 1);
  }

  function forgetOverdue(): void {
    const nowMs = deps.clock();
    for (const [id, untilMs] of followedUntilMs) {
      if (nowMs >= untilMs) followedUntilMs.delete(id);
    }
  }

  async function step(): Promise<void> {
    timer = undefined;
    isReading = true;
    // A read that fails is made again after the next gap.
    await deps.read().catch(() => undefined);
    isReading = false;
    forgetOverdue();
    if (followedUntilMs.size > 0) schedule();
    else deps.onIdle();
  }

  return {
    follow(id) {
      const isNew = !followedUntilMs.has(id);
      followedUntilMs.set(id, deps.clock() + longestFollowMs);
      if (!isNew) return;
      // While a burst comes in, the read that is due soonest serves all of it.
      const isSoon = gap <= 1 && timer !== undefined;
      gap = 0;
      if (isReading) return;
      if (isSoon) gap = 1;
      else schedule();
    },
    note(events) {
      for (const event of events) {
        if (event.type === 'message-status') followedUntilMs.delete(event.id);
      }
      if (followedUntilMs.size === 0 && !isReading && timer !== undefined) {
        clearTimeout(timer);
        timer = undefined;
        deps.onIdle();
      }
    },
    isIdle: () => followedUntilMs.size === 0 && timer === undefined && !isReading,
    stop() {
      clearTimeout(timer);
      timer = undefined;
      followedUntilMs.clear();
    },
  };
}
