/**
 * @module The lane to the contact centre: what waits in it, what starts next, and the verdict that
 * each post gets exactly once. What an outcome means is in contact-centre-outcomes.ts.
 */
import { hasAgentWritten } from './agent-opened.js';
import { contactUpdateRule, take } from './budget.js';
import { appendEvent } from './customer-log.js';
import type { EngineErrorCode } from './errors.js';
import type { InboundMessage, Verdict } from './messages.js';
import { followerOf } from './pages.js';
import { postCheckOf } from './post-check.js';
import { referenceOf } from './quotation.js';
import type {
  ContactCentreLane,
  ContactCentreTask,
  Effect,
  InboundStatus,
  ThreadState,
} from './thread-state.js';

/** A customer's message on its way. */
export type Post = Extract<ContactCentreTask, { kind: 'post' }>;

/** Changes the lane. */
export function withLane(state: ThreadState, change: Partial<ContactCentreLane>): ThreadState {
  return { ...state, contactCentreLane: { ...state.contactCentreLane, ...change } };
}

/** Writes a line of the ledger. */
export function withInboundStatus(
  state: ThreadState,
  message: InboundMessage,
  status: InboundStatus,
): ThreadState {
  const inbound = { ...state.ledger.inbound, [message.id]: status };
  return { ...state, ledger: { ...state.ledger, inbound } };
}

/** Says whether customers' messages still go out: not after an end that was not the customer's. */
export function isPostingAllowed({ closed }: ThreadState): boolean {
  return closed === null || (closed.by === 'customer' && closed.isPostingOver !== true);
}

/** Puts a task at the end of the lane; a search that rests lets it go first. */
export function enqueueTask(state: ThreadState, task: ContactCentreTask): ThreadState {
  const { current, waiting, isInFlight, deferrals, pausedUntilMs } = state.contactCentreLane;
  if (current?.kind === 'findContact' && !isInFlight) {
    // Its own pause is nobody else's; one that the contact centre asked for is everybody's.
    const untilMs = deferrals === 0 ? 0 : pausedUntilMs;
    const queue = [...waiting, task, current];
    return withLane(state, { current: null, waiting: queue, pausedUntilMs: untilMs, deferrals: 0 });
  }
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

/** Refuses a customer's message because the thread is closed. */
export function refuse(state: ThreadState, message: InboundMessage, atMs: number): ThreadState {
  return giveVerdict(state, message, 'refused', atMs, 'THREAD_CLOSED' satisfies EngineErrorCode);
}

/** Says whether a task has something to act on: nothing is sent for what was never heard of there. */
function isPossible(state: ThreadState, task: ContactCentreTask): boolean {
  const hasCustomerWritten = Object.keys(state.ledger.inbound).length > 0;
  switch (task.kind) {
    case 'post':
    case 'report':
      return true;
    case 'openThread':
      return isOpeningOwed(state);
    case 'findContact':
      return state.closed === null && state.contact === null && !hasCustomerWritten;
    case 'endContact':
      return task.contact !== undefined || state.contact !== null || isContactFindable(state);
    case 'shutThread':
    case 'readBack':
      // A post's answer need not name a contact.
      return (
        state.contact !== null ||
        hasAgentWritten(state) ||
        Object.values(state.ledger.inbound).includes('sent')
      );
  }
}

/** An agent's message tells its contact; one of an earlier life of the thread tells the former one. */
function isContactFindable(state: ThreadState): boolean {
  return hasAgentWritten(state) && state.formerContact === null;
}

/** Says whether the contact centre has still to let messages in: not after an end with none left. */
export function isOpeningOwed(state: ThreadState): boolean {
  if (state.closed === null) return true;
  return isPostingAllowed(state) && countWaitingPosts(state) > 0;
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

  const isUpdate =
    task.kind === 'post'
      ? task.stage === 'post'
      : task.kind !== 'readBack' && task.kind !== 'findContact';
  const taken = isUpdate ? take(lane.budget, contactUpdateRule, nowMs) : { bucket: lane.budget };
  if (taken.bucket === undefined) {
    const paused = withLane(state, { pausedUntilMs: nowMs + taken.waitMs });
    return { state: paused, effects: [] };
  }
  const started = withLane(state, {
    waiting,
    current: task,
    isInFlight: true,
    startedAtMs: nowMs,
    budget: taken.bucket,
  });
  const { contact } = state;
  if (task.kind !== 'post' || task.stage !== 'post') {
    const effect: Effect = { lane: 'contactCentre', task, contact, check: 'none' };
    return { state: started, effects: [effect] };
  }
  const replyTo = referenceOf(state, task.message);
  return {
    state: withInboundStatus(started, task.message, 'sending'),
    effects: [
      {
        lane: 'contactCentre',
        task,
        contact,
        check: postCheckOf(state, nowMs),
        ...(replyTo === undefined ? {} : { replyTo }),
      },
    ],
  };
}

/** The task that is being tried, or is tried next; null for none. */
export function frontOf({ contactCentreLane: lane }: ThreadState): ContactCentreTask | null {
  return lane.current ?? lane.waiting[0] ?? null;
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
