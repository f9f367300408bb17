/**
 * @module The customer workflow: which thread an identified customer is in, on any device, and
 * until when a customer, identified or not, is blocked. A gateway reads the block from the memo.
 */
import {
  allHandlersFinished,
  condition,
  makeContinueAsNewFunc,
  setCurrentDetails,
  setHandler,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import { customerIdle } from './deadlines.js';
import { blockSignal, type CustomerInput, currentThreadUpdate, liftUpdate } from './messages.js';

/** Temporal takes 2,000 updates in one run. */
const defaultContinueAfterUpdates = 500;

/** What a gateway reads of a customer without a worker. */
export interface CustomerMemo {
  /** In milliseconds since the epoch, perhaps past; null or absent without a block. */
  readonly blockedUntilMs?: number | null;
}

export async function customer(input: CustomerInput): Promise<void> {
  const { continueAfterUpdates = defaultContinueAfterUpdates, idleAfterMs = customerIdle } = input;
  let current = input.currentThreadId;
  let blockedUntilMs = input.blockedUntilMs ?? null;
  let asked = 0;
  const isBlocked = () => blockedUntilMs !== null && blockedUntilMs > Date.now();
  setHandler(currentThreadUpdate, ({ candidate, closed }) => {
    asked += 1;
    if (current === undefined || current === closed) current = candidate;
    return current;
  });
  setHandler(blockSignal, (request) => {
    asked += 1;
    if (isMoment(request?.untilMs)) blockedUntilMs = Math.max(request.untilMs, blockedUntilMs ?? 0);
  });
  setHandler(liftUpdate, () => {
    asked += 1;
    const blockedUntil = isBlocked() ? toIso(blockedUntilMs) : null;
    blockedUntilMs = null;
    return { blockedUntil };
  });
  for (let seen = -1; seen !== asked || isBlocked(); ) {
    seen = asked;
    publish(current, blockedUntilMs);
    await condition(() => asked !== seen, idleAfterMs, { summary: 'nobody asks for the customer' });
    if (asked >= continueAfterUpdates) {
      await condition(allHandlersFinished);
      const memo = { blockedUntilMs } satisfies CustomerMemo;
      await makeContinueAsNewFunc<typeof customer>({ memo })({
        ...input,
        blockedUntilMs,
        ...(current === undefined ? {} : { currentThreadId: current }),
      });
    }
  }
}

function publish(current: string | undefined, blockedUntilMs: number | null): void {
  setCurrentDetails(
    [
      `- current thread: ${current ?? 'none'}`,
      `- blocked until: ${toIso(blockedUntilMs) ?? 'not blocked'}`,
    ].join('\n'),
  );
  const memo: CustomerMemo = workflowInfo().memo ?? {};
  if ((memo.blockedUntilMs ?? null) !== blockedUntilMs) {
    upsertMemo({ blockedUntilMs } satisfies CustomerMemo);
  }
}

/** Whatever a signal brings must not break the workflow: it cannot be refused. */
function isMoment(untilMs: unknown): untilMs is number {
  return typeof untilMs === 'number' && !Number.isNaN(new Date(untilMs).getTime());
}

function toIso(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString();
}
