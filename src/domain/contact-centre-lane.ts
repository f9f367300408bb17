/**
 * @module The lane to the contact centre: one task at a time, in order, each until it is settled.
 *
 * A post has exactly one verdict. One whose outcome is unknown is never simply sent again: it is
 * looked up twice first. What is certainly not there, is put off and tried again for as long as it
 * takes, unless the thread was closed meanwhile.
 */
import { contactUpdateRule, take } from './budget.js';
import { appendEvent } from './customer-log.js';
import type { EngineErrorCode } from './errors.js';
import type { InboundMessage, Verdict } from './messages.js';
import { followerOf } from './pages.js';
import type {
  ContactCentreLane,
  ContactCentreOutcome,
  ContactCentreTask,
  Effect,
  InboundStatus,
  ThreadState,
} from './thread-state.js';

/** The contact centre's index may lag: a look comes this long after what it looks for. */
export const lookAfterMs = 1_000;
const shortestDeferralMs = 500;
const longestDeferralMs = 15_000;
const longestWaitMs = 24 * 60 * 60 * 1_000;

type Post = Extract<ContactCentreTask, { kind: 'post' }>;

function withLane(state: ThreadState, change: Partial<ContactCentreLane>): ThreadState {
  return { ...state, contactCentreLane: { ...state.contactCentreLane, ...change } };
}

function withInboundStatus(
  state: ThreadState,
  message: InboundMessage,
  status: InboundStatus,
): ThreadState {
  const inbound = { ...state.ledger.inbound, [message.id]: status };
  return { ...state, ledger: { ...state.ledger, inbound } };
}

/** Says whether customers' messages still go out: not after an end that was not the customer's. */
function isPostingAllowed({ closed }: ThreadState): boolean {
  return closed === null || (closed.by === 'customer' && closed.isPostingOver !== true);
}

/** Puts a task at the end of the lane. */
export function enqueueTask(state: ThreadState, task: ContactCentreTask): ThreadState {
  return withLane(state, { waiting: [...state.contactCentreLane.waiting, task] });
}

/** Gives a message its verdict, in the ledger and for the customer. */
export function giveVerdict(
  state: ThreadState,
  message: InboundMessage,
  status: Verdict,
  atMs: number,
  reason?: string,
): ThreadState {
  return appendEvent(
    withInboundStatus(state, message, status),
    {
      type: 'message-status',
      id: message.id,
      status,
      ...(reason === undefined ? {} : { reason }),
    },
    followerOf(message, atMs),
  );
}

/** Refuses every post that waits and is certainly not there; one that is in doubt is looked up. */
export function refuseWaiting(state: ThreadState, atMs: number): ThreadState {
  const { waiting, current, isInFlight } = state.contactCentreLane;
  const isCurrentRefused = current?.kind === 'post' && current.stage === 'post' && !isInFlight;
  const refused = [...(isCurrentRefused ? [current] : []), ...waiting].filter(
    (task): task is Post => task.kind === 'post',
  );
  const rest = waiting.filter((task) => task.kind !== 'post');
  const lane = isCurrentRefused
    ? // The pause stays: the contact centre may have asked for it.
      withLane(state, { waiting: rest, current: null, deferrals: 0 })
    : withLane(state, { waiting: rest });
  return refused.reduce((next, task) => refuse(next, task.message, atMs), lane);
}

function refuse(state: ThreadState, message: InboundMessage, atMs: number): ThreadState {
  return giveVerdict(state, message, 'refused', atMs, 'THREAD_CLOSED' satisfies EngineErrorCode);
}

function finishTask(state: ThreadState): ThreadState {
  return withLane(state, { current: null, isInFlight: false, pausedUntilMs: 0, deferrals: 0 });
}

function pauseTask(
  state: ThreadState,
  task: ContactCentreTask,
  untilMs: number,
  deferrals: number,
): ThreadState {
  return withLane(state, { current: task, isInFlight: false, pausedUntilMs: untilMs, deferrals });
}

function deferTask(
  state: ThreadState,
  task: ContactCentreTask,
  atMs: number,
  retryAfterMs = 0,
): ThreadState {
  const { deferrals } = state.contactCentreLane;
  const pauseMs = Math.min(longestDeferralMs, shortestDeferralMs * 2 ** Math.min(deferrals, 10));
  const untilMs = atMs + Math.max(pauseMs, toWait(retryAfterMs));
  return pauseTask(state, task, untilMs, deferrals + 1);
}

/** An absurd wait, which would park a thread for ever, is a mistake of whoever asks for it. */
function toWait(retryAfterMs = 0): number {
  return Number.isFinite(retryAfterMs) ? Math.min(longestWaitMs, Math.max(0, retryAfterMs)) : 0;
}

/** Notes how the task in flight ended. */
export function settleTask(
  state: ThreadState,
  outcome: ContactCentreOutcome,
  atMs: number,
): ThreadState {
  const { current, isInFlight } = state.contactCentreLane;
  if (current === null || !isInFlight) return state;
  return current.kind === 'post'
    ? settlePost(state, current, outcome, atMs)
    : settleOther(state, current, outcome, atMs);
}

function settlePost(
  state: ThreadState,
  task: Post,
  outcome: ContactCentreOutcome,
  atMs: number,
): ThreadState {
  const { message, stage } = task;
  switch (outcome.kind) {
    case 'done': {
      const known = outcome.contact === undefined ? state : { ...state, contact: outcome.contact };
      return finishTask(giveVerdict(known, message, 'sent', atMs));
    }
    case 'absent':
      if (stage === 'look') {
        return pauseTask(state, { ...task, stage: 'lookAgain' }, atMs + lookAfterMs, 0);
      }
      if (!isPostingAllowed(state)) return finishTask(refuse(state, message, atMs));
      return pauseTask(state, { ...task, stage: 'post' }, atMs, 0);
    case 'inDoubt':
      // A look that is in doubt itself is simply made again.
      if (stage !== 'post') return deferTask(state, task, atMs);
      return pauseTask(
        withInboundStatus(state, message, 'inDoubt'),
        { ...task, stage: 'look' },
        atMs + lookAfterMs,
        0,
      );
    case 'rejected':
      // A look that is refused says nothing about the message.
      if (stage !== 'post') return deferTask(state, task, atMs);
      return finishTask(giveVerdict(state, message, 'failed', atMs, outcome.code));
    case 'deferred':
      if (stage === 'post' && !isPostingAllowed(state)) {
        const pausedUntilMs = atMs + toWait(outcome.retryAfterMs);
        return withLane(finishTask(refuse(state, message, atMs)), { pausedUntilMs });
      }
      return deferTask(state, task, atMs, outcome.retryAfterMs);
  }
}

/**
 * An operator mends the lane: `retry` ends a pause, but not the second before a look, without which
 * a look means nothing; `giveUp` drops the current task, which fails a message. Nothing happens
 * while an effect is on its way: its outcome comes first.
 */
export function repairLane(
  state: ThreadState,
  action: 'retry' | 'giveUp',
  atMs: number,
): ThreadState {
  const { current, isInFlight, deferrals } = state.contactCentreLane;
  if (isInFlight) return state;
  if (action === 'retry' || current === null) {
    if (current?.kind === 'post' && current.stage !== 'post' && deferrals === 0) return state;
    return withLane(state, { pausedUntilMs: 0, deferrals: 0 });
  }
  return finishTask(
    current.kind === 'post'
      ? giveVerdict(state, current.message, 'failed', atMs, 'OPERATOR')
      : state,
  );
}

/** Every other task is safe to repeat, so a doubt is no different from a deferral. */
function settleOther(
  state: ThreadState,
  task: ContactCentreTask,
  outcome: ContactCentreOutcome,
  atMs: number,
): ThreadState {
  switch (outcome.kind) {
    case 'done':
    case 'absent':
    case 'rejected':
      return finishTask(state);
    case 'inDoubt':
      return deferTask(state, task, atMs);
    case 'deferred':
      return deferTask(state, task, atMs, outcome.retryAfterMs);
  }
}

/** Says whether a task has something to act on: nothing is sent for what was never heard of there. */
function isPossible(state: ThreadState, task: ContactCentreTask): boolean {
  switch (task.kind) {
    case 'post':
    case 'report':
      return true;
    case 'endContact':
      return state.contact !== null;
    case 'shutThread':
      // A post's answer need not name a contact.
      return state.contact !== null || Object.values(state.ledger.inbound).includes('sent');
  }
}

/** Takes the next task from the front, and drops what has nothing to act on. */
function nextTask(state: ThreadState): {
  readonly task: ContactCentreTask | null;
  readonly waiting: readonly ContactCentreTask[];
} {
  const { current, waiting } = state.contactCentreLane;
  if (current !== null) return { task: current, waiting };
  const index = waiting.findIndex((task) => isPossible(state, task));
  if (index === -1) return { task: null, waiting: [] };
  return { task: waiting[index] ?? null, waiting: waiting.slice(index + 1) };
}

/** Starts the next task, when the lane is free, not paused, and the contact's budget allows it. */
export function startTask(
  state: ThreadState,
  nowMs: number,
): { state: ThreadState; effects: Effect[] } {
  const lane = state.contactCentreLane;
  if (lane.isInFlight || nowMs < lane.pausedUntilMs) return { state, effects: [] };
  const { task, waiting } = nextTask(state);
  if (task === null) return { state: withLane(state, { waiting }), effects: [] };

  const isUpdate = task.kind !== 'post' || task.stage === 'post';
  const taken = isUpdate ? take(lane.budget, contactUpdateRule, nowMs) : { bucket: lane.budget };
  if (taken.bucket === undefined) {
    const paused = withLane(state, { pausedUntilMs: nowMs + taken.waitMs });
    return { state: paused, effects: [] };
  }
  const started = withLane(state, {
    waiting,
    current: task,
    isInFlight: true,
    budget: taken.bucket,
  });
  return {
    state:
      task.kind === 'post' && task.stage === 'post'
        ? withInboundStatus(started, task.message, 'sending')
        : started,
    effects: [{ lane: 'contactCentre', task, contact: state.contact }],
  };
}

/** Says whether the lane has nothing to do and owes nothing. */
export function isLaneEmpty({ contactCentreLane: lane }: ThreadState): boolean {
  return lane.current === null && lane.waiting.length === 0;
}

/** What of the customer's has no verdict yet; `size` counts characters. */
export function measureBacklog({ contactCentreLane: lane }: ThreadState): {
  readonly messages: number;
  readonly size: number;
} {
  const posts = [lane.current, ...lane.waiting].filter((task) => task?.kind === 'post');
  const size = posts.reduce((sum, { message }) => sum + sizeOf(message), 0);
  return { messages: posts.length, size };
}

function sizeOf({ text, postback = '', attachments = [] }: InboundMessage): number {
  const files = attachments.reduce((sum, { name, url }) => sum + name.length + url.length, 0);
  return text.length + postback.length + files;
}

/** How many customer's messages have no verdict yet. */
export function countWaitingPosts(state: ThreadState): number {
  return measureBacklog(state).messages;
}
