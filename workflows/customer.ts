/**
 * @module The customer workflow: which thread a customer is in, on any device, whoever began it, and
 * until when the customer is blocked. A gateway reads both from the memo, worker up or not.
 */
import {
  allHandlersFinished,
  condition,
  makeContinueAsNewFunc,
  patched,
  setCurrentDetails,
  setHandler,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import { parseThreadId, type ThreadId } from '../src/domain/ids.js';
import { customerIdle } from './deadlines.js';
import {
  blockSignal,
  type CurrentThreadRequest,
  type CustomerInput,
  currentThreadUpdate,
  liftUpdate,
  openedSignal,
  type Placement,
  type PlacementRequest,
  placeMessagesUpdate,
} from './messages.js';

/** Temporal takes 2,000 updates in one run. */
const defaultContinueAfterUpdates = 500;
/** Calls are made again within minutes; by then a customer has had far fewer messages. */
const keptPlacements = 100;

/** What a gateway reads of a customer without a worker. */
export interface CustomerMemo {
  /** In milliseconds since the epoch, perhaps past; null or absent without a block. */
  readonly blockedUntilMs?: number | null;
  /** The thread that the customer is in, perhaps closed by now. */
  readonly currentThreadId?: ThreadId;
}

interface CustomerState {
  current: ThreadId | undefined;
  placements: readonly Placement[];
  blockedUntilMs: number | null;
}

export async function customer(input: CustomerInput): Promise<void> {
  const { continueAfterUpdates = defaultContinueAfterUpdates, idleAfterMs = customerIdle } = input;
  const state: CustomerState = {
    current: input.currentThreadId,
    placements: input.placements ?? [],
    blockedUntilMs: input.blockedUntilMs ?? null,
  };
  let asked = 0;
  const isBlocked = () => state.blockedUntilMs !== null && state.blockedUntilMs > Date.now();
  setHandler(currentThreadUpdate, (request) => {
    asked += 1;
    return giveCurrent(state, request);
  });
  setHandler(placeMessagesUpdate, (requests) => {
    asked += 1;
    return requests.map((request) => place(state, request));
  });
  setHandler(openedSignal, (request) => {
    asked += 1;
    state.current = parseThreadId(String(request?.threadId)) ?? state.current;
  });
  setHandler(blockSignal, (request) => {
    asked += 1;
    if (!isMoment(request?.untilMs)) return;
    state.blockedUntilMs = Math.max(request.untilMs, state.blockedUntilMs ?? 0);
  });
  setHandler(liftUpdate, () => {
    asked += 1;
    const blockedUntil = isBlocked() ? toIso(state.blockedUntilMs) : null;
    state.blockedUntilMs = null;
    return { blockedUntil };
  });
  for (let seen = -1; seen !== asked || isBlocked(); ) {
    seen = asked;
    publish(state);
    await condition(() => asked !== seen, idleAfterMs, { summary: 'nobody asks for the customer' });
    if (asked >= continueAfterUpdates) {
      await condition(allHandlersFinished);
      await makeContinueAsNewFunc<typeof customer>({ memo: { ...toMemo(state) } })({
        ...input,
        ...toMemo(state),
        placements: state.placements,
      });
    }
  }
}

function giveCurrent(state: CustomerState, { candidate, closed }: CurrentThreadRequest): ThreadId {
  if (state.current === undefined || state.current === closed) state.current = candidate;
  return state.current;
}

/** A message that is placed a second time stays where it is. */
function place(state: CustomerState, request: PlacementRequest): ThreadId {
  const { message, closed } = request;
  const known = state.placements.find((one) => one.message === message);
  if (known !== undefined && known.threadId !== closed) return known.threadId;
  const threadId = giveCurrent(state, request);
  const others = state.placements.filter((one) => one.message !== message);
  state.placements = [...others, { message, threadId }].slice(-keptPlacements);
  return threadId;
}

function publish(state: CustomerState): void {
  const { current, blockedUntilMs } = state;
  setCurrentDetails(
    [
      `- current thread: ${current ?? 'none'}`,
      `- blocked until: ${toIso(blockedUntilMs) ?? 'not blocked'}`,
    ].join('\n'),
  );
  const shown: CustomerMemo = workflowInfo().memo ?? {};
  const isBlockNew = (shown.blockedUntilMs ?? null) !== blockedUntilMs;
  const isThreadNew = shown.currentThreadId !== current;
  if (isThreadNew && patched('current-thread-in-memo')) upsertMemo({ ...toMemo(state) });
  else if (isBlockNew) upsertMemo({ blockedUntilMs } satisfies CustomerMemo);
}

function toMemo({ current, blockedUntilMs }: CustomerState): CustomerMemo {
  return { blockedUntilMs, ...(current === undefined ? {} : { currentThreadId: current }) };
}

/** Whatever a signal brings must not break the workflow: it cannot be refused. */
function isMoment(untilMs: unknown): untilMs is number {
  return typeof untilMs === 'number' && !Number.isNaN(new Date(untilMs).getTime());
}

function toIso(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString();
}
