/**
 * Threads in memory that follow the real rules: each holds the state of `src/domain` and performs
 * its effects at once, against the pages of the gateways that were attached.
 */

import { viewThread } from '../../src/domain/customer-log.js';
import { RequestError } from '../../src/domain/errors.js';
import {
  type ChannelId,
  type CustomerId,
  type GatewayQueue,
  parseContactNumber,
  type ThreadId,
  type ThreadRef,
} from '../../src/domain/ids.js';
import type {
  AgentMessage,
  CustomerEvent,
  InboundMessage,
  Receipt,
  ThreadEnder,
} from '../../src/domain/messages.js';
import { newThread, transition } from '../../src/domain/thread.js';
import type { Effect, ThreadEvent, ThreadState } from '../../src/domain/thread-state.js';
import type { AgentTyping, Pages } from '../../src/ports/channel.js';
import type { PresenceChange, ThreadStart, Threads, Whereabouts } from '../../src/ports/threads.js';

/** What a thread was told besides its messages. */
export interface Told {
  /** Each change with the moment at which it was told. */
  readonly presence: (PresenceChange & { readonly toldAtMs: number })[];
  readonly whereabouts: Whereabouts[];
  readonly receipts: Receipt[];
  readonly typing: AgentTyping[];
  stillHere: number;
}

export interface FakeThreads extends Threads {
  /** Lets threads show events on a gateway's pages. */
  attach(gateway: GatewayQueue, pages: Pages): void;
  /** While set, every call fails with `UNAVAILABLE`. */
  isDown: boolean;
  /** While set, threads take what they are told but cannot be read. */
  hasNoWorker: boolean;
  /** What the next messages are refused with, once each. */
  readonly refusals: RequestError[];
  /** Messages get no verdict until this resolves. */
  gate: Promise<void> | undefined;
  /** Awaited before and after each call, to shuffle what runs at the same time. */
  pace: () => Promise<void>;
  /** How many events one read gives at most. */
  pageSize: number;
  readonly calls: { read: number };
  /** How many keys are kept for calls that may come again. */
  countRepeatKeys(): number;
  has(ref: ThreadRef): boolean;
  stateOf(ref: ThreadRef): ThreadState;
  /** The customer's messages that a thread has accepted, in order. */
  inbound(ref: ThreadRef): readonly InboundMessage[];
  startOf(ref: ThreadRef): ThreadStart;
  replies(ref: ThreadRef): readonly AgentMessage[];
  /** What a thread of a platform has given to it, in order. */
  delivered(ref: ThreadRef): readonly CustomerEvent[];
  told(ref: ThreadRef): Told;
  /** Begins a thread without a message, as an agent would. */
  begin(start: ThreadStart): void;
  end(ref: ThreadRef, by: ThreadEnder): void;
  /** Has an agent say something, without the box. */
  say(ref: ThreadRef, message: AgentMessage): void;
}

interface FakeThread {
  readonly start: ThreadStart;
  readonly inbound: InboundMessage[];
  readonly replies: AgentMessage[];
  readonly delivered: CustomerEvent[];
  state: ThreadState;
}

const keyOf = ({ channelId, threadId }: ThreadRef) => `${channelId}/${threadId}`;
const waitingLimit = 500;
/** These threads never start again. */
const onlyRun = 'run-1';

export function createFakeThreads(clock: () => number = Date.now): FakeThreads {
  const threads = new Map<string, FakeThread>();
  const tolds = new Map<string, Told>();
  const gateways = new Map<GatewayQueue, Pages>();
  const currentThreads = new Map<string, ThreadRef['threadId']>();
  const placements = new Map<string, ThreadId>();
  const blocks = new Map<string, number>();
  const repeats = new Map<string, { readonly key: string; readonly atMs: number }>();

  async function call<Result>(work: () => Result): Promise<Result> {
    await fake.pace();
    if (fake.isDown) throw new RequestError('UNAVAILABLE', 'The threads do not answer.');
    const result = work();
    await fake.pace();
    return result;
  }

  function threadOf(ref: ThreadRef): FakeThread {
    const thread = threads.get(keyOf(ref));
    if (!thread) throw new TypeError(`There is no thread ${keyOf(ref)}.`);
    return thread;
  }

  function toldOf(ref: ThreadRef): Told {
    const key = keyOf(ref);
    const told = tolds.get(key) ?? {
      presence: [],
      whereabouts: [],
      receipts: [],
      typing: [],
      stillHere: 0,
    };
    tolds.set(key, told);
    return told;
  }

  function begin(start: ThreadStart): FakeThread {
    const state = newThread({ ...start, atMs: clock() });
    const thread = { start, inbound: [], replies: [], delivered: [], state };
    threads.set(keyOf(start.ref), thread);
    return thread;
  }

  function happen(thread: FakeThread, event: ThreadEvent): void {
    const { state, effects } = transition(thread.state, event);
    thread.state = state;
    for (const effect of effects) void perform(thread, effect);
  }

  async function perform(thread: FakeThread, effect: Effect): Promise<void> {
    await fake.pace();
    if (effect.lane === 'contactCentre') {
      await fake.gate;
      const contact = parseContactNumber('1001');
      const outcome = { kind: 'done' as const, ...(contact ? { contact } : {}) };
      happen(thread, { type: 'contactCentreSettled', outcome, atMs: clock() });
      return;
    }
    if (effect.lane === 'customerBlock') {
      const { ref, customer } = thread.start;
      await fake.blockCustomer(ref.channelId, customer.id, effect.untilMs);
      happen(thread, { type: 'blockSettled', atMs: clock() });
      return;
    }
    if (effect.lane === 'platform') {
      thread.delivered.push(effect.event);
      happen(thread, { type: 'deliverySettled', outcome: { kind: 'taken' }, atMs: clock() });
      return;
    }
    const { gateway, events } = effect;
    const isShown = await gateways.get(gateway)?.show(thread.start.ref, events);
    await fake.pace();
    const outcome = isShown === undefined ? 'unanswered' : isShown ? 'shown' : 'noPage';
    happen(thread, { type: 'showSettled', gateway, outcome, atMs: clock() });
  }

  function closedError(state: ThreadState): RequestError | undefined {
    if (!state.closed) return undefined;
    const { by, atMs } = state.closed;
    return new RequestError('THREAD_CLOSED', 'The thread is closed.', {
      details: { closedBy: by, closedAt: new Date(atMs).toISOString() },
    });
  }

  function takeReply(thread: FakeThread, message: AgentMessage): void {
    if (Object.hasOwn(thread.state.ledger.outbound, message.id)) return;
    const closed = closedError(thread.state);
    if (closed) throw closed;
    thread.replies.push(message);
    happen(thread, { type: 'agentReply', message, atMs: clock() });
  }

  function isOpenThread(channelId: ChannelId, threadId: ThreadId | undefined): boolean {
    const thread = threadId && threads.get(keyOf({ channelId, threadId }));
    return thread !== undefined && thread.state.closed === null;
  }

  /** Finds the open thread that a customer began, whoever knows of it. */
  function findBegun(channelId: ChannelId, customerId: CustomerId): ThreadId | undefined {
    for (const { start, state } of threads.values()) {
      const isTheirs = start.ref.channelId === channelId && start.customer.id === customerId;
      if (isTheirs && state.closed === null) return start.ref.threadId;
    }
    return undefined;
  }

  /** Tells a running thread; false when there is none. */
  function tell(ref: ThreadRef, event: ThreadEvent): boolean {
    const thread = threads.get(keyOf(ref));
    if (!thread) return false;
    happen(thread, event);
    return true;
  }

  const fake: FakeThreads = {
    attach: (gateway, pages) => void gateways.set(gateway, pages),
    isDown: false,
    hasNoWorker: false,
    refusals: [],
    gate: undefined,
    pace: () => Promise.resolve(),
    pageSize: 100,
    calls: { read: 0 },
    countRepeatKeys: () => repeats.size,
    has: (ref) => threads.has(keyOf(ref)),
    stateOf: (ref) => threadOf(ref).state,
    inbound: (ref) => threads.get(keyOf(ref))?.inbound ?? [],
    startOf: (ref) => threadOf(ref).start,
    replies: (ref) => threads.get(keyOf(ref))?.replies ?? [],
    delivered: (ref) => threads.get(keyOf(ref))?.delivered ?? [],
    told: toldOf,
    begin: (start) => void begin(start),
    end: (ref, by) => happen(threadOf(ref), { type: 'end', by, atMs: clock() }),
    say: (ref, message) => happen(threadOf(ref), { type: 'agentReply', message, atMs: clock() }),

    acceptInbound: (start, message) =>
      call(() => {
        const refusal = fake.refusals.shift();
        if (refusal) throw refusal;
        const thread = threads.get(keyOf(start.ref)) ?? begin(start);
        if (Object.hasOwn(thread.state.ledger.inbound, message.id)) return;
        const closed = closedError(thread.state);
        if (closed) throw closed;
        if (thread.state.contactCentreLane.waiting.length >= waitingLimit) {
          throw new RequestError('THREAD_BUSY', 'Too many messages wait.', { retryAfterMs: 2_000 });
        }
        thread.inbound.push(message);
        const { customer } = start;
        happen(thread, { type: 'inbound', message: { ...message, customer }, atMs: clock() });
      }),
    acceptReply: (ref, message) =>
      call(() => {
        const thread = threads.get(keyOf(ref));
        if (!thread) throw new RequestError('THREAD_UNKNOWN', 'There is no such thread.');
        takeReply(thread, message);
      }),
    acceptOutbound: (start, message) =>
      call(() => {
        const thread = threads.get(keyOf(start.ref)) ?? begin(start);
        takeReply(thread, message);
      }),
    customerOf: (ref) =>
      call(() => {
        const thread = threads.get(keyOf(ref));
        return thread?.state.closed === null ? thread.state.customer.id : undefined;
      }),
    recall: (ref) => call(() => threadOf(ref).state),
    standing: (ref) =>
      call(() => {
        const thread = threads.get(keyOf(ref));
        if (!thread) return { kind: 'unknown' } as const;
        const { closed } = thread.state;
        if (closed === null) return { kind: 'open' } as const;
        const { by, atMs } = closed;
        return { kind: 'closed', by, atMs } as const;
      }),
    read: (ref, afterSeq) =>
      call(() => {
        fake.calls.read += 1;
        const thread = threads.get(keyOf(ref));
        if (!thread) return undefined;
        if (fake.hasNoWorker) throw new RequestError('UNAVAILABLE', 'No worker answers.');
        return viewThread(thread.state, afterSeq, { events: fake.pageSize, size: 1_000_000 });
      }),
    tellPresence: (ref, change) =>
      call(() => {
        const { gateway, change: type } = change;
        toldOf(ref).presence.push({ ...change, toldAtMs: clock() });
        return tell(ref, {
          type: 'presence',
          gateway,
          change: type,
          changedAtMs: change.atMs,
          atMs: clock(),
        });
      }),
    tellWhereabouts: (ref, told) =>
      call(() => {
        toldOf(ref).whereabouts.push(told);
        const { change, atMs: changedAtMs } = told;
        return tell(ref, { type: 'whereabouts', change, changedAtMs, atMs: clock() });
      }),
    tellReceipt: (ref, receipt) =>
      call(() => {
        toldOf(ref).receipts.push(receipt);
        return tell(ref, { type: 'receipt', receipt, atMs: clock() });
      }),
    tellStillHere: (ref) =>
      call(() => {
        toldOf(ref).stillHere += 1;
        return tell(ref, { type: 'stillHere', atMs: clock() });
      }),
    tellCustomerEnd: (ref) => call(() => tell(ref, { type: 'end', by: 'customer', atMs: clock() })),
    tellContact: (ref, sighting, runId = onlyRun) =>
      call(() => runId === onlyRun && tell(ref, { type: 'contactSeen', sighting, atMs: clock() })),
    listOpen: (channelId) =>
      call(() =>
        [...threads.values()].flatMap(({ start: { ref }, state: { contact, closed } }) =>
          ref.channelId === channelId && contact !== null && closed === null
            ? [{ ref, contact, runId: onlyRun }]
            : [],
        ),
      ),
    showTyping: (ref, typing) =>
      call(() => {
        toldOf(ref).typing.push(typing);
        for (const pages of gateways.values()) pages.showTyping(ref, typing);
      }),
    repeatKey: (fingerprint, windowMs) =>
      call(() => {
        const known = repeats.get(fingerprint);
        if (known && clock() - known.atMs < windowMs) return known.key;
        const made = { key: `repeat-${repeats.size + 1}-${clock()}`, atMs: clock() };
        repeats.set(fingerprint, made);
        return made.key;
      }),
    currentThread: (channelId, customerId, candidate) =>
      call(() => {
        const key = `${channelId}/${customerId}`;
        const current = currentThreads.get(key);
        const isOpen =
          current !== undefined &&
          threads.get(keyOf({ channelId, threadId: current }))?.state.closed == null;
        if (isOpen) return current;
        currentThreads.set(key, candidate);
        return candidate;
      }),
    placeMessage: (channelId, customerId, { message, candidate, closed }) =>
      call(() => {
        const key = `${channelId}/${customerId}`;
        const placed = placements.get(`${key}/${message}`);
        if (placed !== undefined && placed !== closed) return placed;
        const current = currentThreads.get(key);
        const isKept = current !== undefined && current !== closed;
        const threadId = isKept ? current : (findBegun(channelId, customerId) ?? candidate);
        currentThreads.set(key, threadId);
        placements.set(`${key}/${message}`, threadId);
        return threadId;
      }),
    noteOpened: ({ channelId, threadId }, customerId) =>
      call(() => void currentThreads.set(`${channelId}/${customerId}`, threadId)),
    openThreadOf: (channelId, customerId) =>
      call(() => {
        const threadId = currentThreads.get(`${channelId}/${customerId}`);
        return isOpenThread(channelId, threadId) ? threadId : undefined;
      }),
    blockCustomer: (channelId, customerId, untilMs) =>
      call(() => {
        const key = `${channelId}/${customerId}`;
        blocks.set(key, Math.max(untilMs, blocks.get(key) ?? 0));
      }),
    blockedUntil: (channelId, customerId) =>
      call(() => {
        const untilMs = blocks.get(`${channelId}/${customerId}`) ?? 0;
        return untilMs > clock() ? untilMs : undefined;
      }),
  };
  return fake;
}
