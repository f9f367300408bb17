/**
 * @module The thread workflow: one for each chat thread. It feeds `transition` and performs what it
 * asks; every rule is in src/domain. Handlers only append to the inbox or answer from the state.
 */
import type { SignalDefinition } from '@temporalio/common';
import {
  ApplicationFailure,
  CancellationScope,
  condition,
  log,
  makeContinueAsNewFunc,
  setDefaultSignalHandler,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { countWaitingPosts } from '../src/domain/contact-centre-lane.js';
import { archiveLog, viewThread } from '../src/domain/customer-log.js';
import { clockDueAtMs } from '../src/domain/idle-clock.js';
import type { GatewayQueue } from '../src/domain/ids.js';
import { startAgain, toEarlierLife } from '../src/domain/reopening.js';
import {
  hear,
  isFinished,
  isQuiet,
  newThread,
  nextWakeAtMs,
  startWork,
} from '../src/domain/thread.js';
import type { ThreadEnd, ThreadState } from '../src/domain/thread-state.js';
import { liftThread } from '../src/domain/thread-versions.js';
import { engine } from './activity-proxies.js';
import { createAlarm } from './alarm.js';
import { holdMs } from './deadlines.js';
import { performEffect } from './effects.js';
import {
  agentReplySignal,
  closeUpdate,
  contactEndedSignal,
  customerEndSignal,
  customerQuery,
  earlierLifeQuery,
  gatewaysQuery,
  inboundSignal,
  inboundStatusQuery,
  outboundStatusQuery,
  type PolicyNews,
  type Presence,
  presenceSignal,
  type RepairRequest,
  receiptSignal,
  repairUpdate,
  stillHereSignal,
  type ThreadInput,
  type ThreadResult,
  threadQuery,
} from './messages.js';
import {
  isAgentReply,
  isInbound,
  isPolicyNews,
  isPresence,
  isReceipt,
  isSighting,
} from './payloads.js';
import { createPolicyWatch } from './policy-watch.js';
import { createPublication } from './publication.js';
import type { NewThreadEvent, Run } from './run.js';

/** The rest of the log stays in the run that ends. */
const defaultKeptLogSize = 100_000;
/** How much one answer to a query carries. */
const viewLimit = { events: 500, size: 500_000 };
/** What did not lead to a new run is tried again after history has grown by this. */
const tryAgainAfterEvents = 50;
/**
 * Temporal takes no input above 2 MiB, and a run that tries to hand over more is stuck for good. A
 * full thread takes no more long before that; should it hold more all the same, because many callers
 * came at once, its run goes on until it is less.
 */
const carriableBytes = 1_500_000;
/** A history of this size is long, however few its events: texts are in it twice or more. */
const longHistoryBytes = 4_000_000;
const defaultContinueAfterEvents = 400;

export async function thread(input: ThreadInput): Promise<ThreadResult> {
  const run = setUp(input);
  endOnCancellation(run);
  return await CancellationScope.nonCancellable(async () => {
    await recallEarlierRun(run, input);
    return await live(run, input);
  });
}

/** A thread that starts again knows the ids that it has seen before it takes a message. */
async function recallEarlierRun(run: Run, { ref, startsAgainAfter, state }: ThreadInput) {
  if (startsAgainAfter === undefined || state !== undefined) return;
  const { runId } = startsAgainAfter;
  const earlier = await engine.recallThread.executeWithOptions({ summary: 'what was said' }, [
    { ref, runId },
  ]);
  run.state = startAgain(run.state, startsAgainAfter, earlier, Date.now());
}

/** A thread that is cancelled is closed by an operator: nothing that waits is dropped in silence. */
function endOnCancellation(run: Run): void {
  CancellationScope.current().cancelRequested.catch(() => {
    run.inbox.push({ type: 'end', by: 'operator' });
  });
}

async function live(run: Run, input: ThreadInput): Promise<ThreadResult> {
  const alarm = createAlarm(() => run.inbox.push({ type: 'tick' }));
  const publication = createPublication(run.state);
  const { continueAfterEvents = defaultContinueAfterEvents } = input;
  let handOverFromEvents = continueAfterEvents;
  let holdFromEvents = continueAfterEvents;
  let handOverFromBytes = longHistoryBytes;
  let holdFromBytes = longHistoryBytes;

  const policyWatch = createPolicyWatch();

  for (;;) {
    await policyWatch.renew(run);
    takeInbox(run);
    publication.publish(run.state);

    const { closed } = run.state;
    if (closed !== null && isFinished(run.state)) return toResult(run.state, closed);
    const { historyLength, historySize } = workflowInfo();
    const isLong = historyLength >= handOverFromEvents || historySize >= handOverFromBytes;
    if (isLong && isQuiet(run.state)) {
      const next = toNextInput(input, run.state);
      if (isCarriable(next)) return await handOver(next);
      handOverFromEvents = historyLength + tryAgainAfterEvents;
      handOverFromBytes = historySize + longHistoryBytes;
      holdFromEvents = handOverFromEvents;
    }
    if (historyLength >= holdFromEvents || historySize >= holdFromBytes) {
      holdFromBytes = historySize + longHistoryBytes;
      holdFromEvents = historyLength + tryAgainAfterEvents;
      run.inbox.push({ type: 'hold', untilMs: Date.now() + holdMs });
      continue;
    }
    const wakeAtMs = nextWakeAtMs(run.state);
    if (wakeAtMs !== undefined) alarm.ringBy(wakeAtMs, describeWake(run.state, wakeAtMs));
    await condition(() => run.inbox.length > 0);
  }
}

function toResult({ lastSeq }: ThreadState, { by, atMs, missing }: ThreadEnd): ThreadResult {
  const result = { closedBy: by, closedAt: new Date(atMs).toISOString(), lastSeq };
  if (missing.length === 0) return result;
  log.warn('thread closed without confirmation', { missing });
  return { ...result, missing };
}

/** Says what the thread waits for, as a person reads it on the timer. */
function describeWake(state: ThreadState, wakeAtMs: number): string {
  if (wakeAtMs !== clockDueAtMs(state)) return 'next try, or a look whether the page is there';
  return state.phase === 'warned' ? 'countdown' : 'idle';
}

/** Builds the state before the first handler can see it. A new run begins with a tick. */
function setUp(input: ThreadInput): Run {
  const state =
    input.state === undefined ? newThread({ ...input, atMs: Date.now() }) : liftThread(input.state);
  const run: Run = { state: { ...state, heldUntilMs: 0 }, inbox: [{ type: 'tick' }] };
  registerHandlers(run);
  return run;
}

const isTick = ({ type }: NewThreadEvent) => type === 'tick';

function takeInbox(run: Run): void {
  const atMs = Date.now();
  const events = run.inbox.splice(0);
  // That time has passed is heard last: whatever came in together with a timer wins over it.
  for (const event of [...events.filter((one) => !isTick(one)), ...events.filter(isTick)]) {
    run.state = hear(run.state, { ...event, atMs });
  }
  const { state, effects } = startWork(run.state, atMs);
  run.state = state;
  for (const effect of effects) {
    void performEffect(effect, state).then((settled) => run.inbox.push(settled));
  }
}

function registerHandlers(run: Run): void {
  const { inbox } = run;
  const handled = createHandled(({ policyName }) => {
    run.policyName = policyName;
  });
  const signals = [
    handled(inboundSignal, isInbound, (message) => inbox.push({ type: 'inbound', message })),
    handled(agentReplySignal, isAgentReply, (message) =>
      inbox.push({ type: 'agentReply', message }),
    ),
    handled(presenceSignal, isPresence, (presence) => inbox.push(toPresenceEvent(presence))),
    handled(receiptSignal, isReceipt, (receipt) => inbox.push({ type: 'receipt', receipt })),
    handled(stillHereSignal, always, () => inbox.push({ type: 'stillHere' })),
    handled(customerEndSignal, always, () => inbox.push({ type: 'end', by: 'customer' })),
    handled(contactEndedSignal, isSighting, (sighting) =>
      inbox.push({ type: 'contactSeen', sighting }),
    ),
  ];
  // What came before this run's first task is handed over by handler, not in the order in which it
  // came; only a default handler, set before all others, is given it in that order.
  setDefaultSignalHandler((name, ...args) => {
    signals.find((signal) => signal.name === name)?.handle(...args);
  });
  for (const signal of signals) signal.register();
  setHandler(closeUpdate, () => {
    inbox.push({ type: 'end', by: 'operator' });
    return { state: 'closed' as const };
  });
  setHandler(
    repairUpdate,
    ({ action }) => {
      inbox.push({ type: 'repair', action });
      return { waiting: countWaitingPosts(run.state) };
    },
    {
      validator: (request?: RepairRequest) => {
        if (request?.action === 'retry' || request?.action === 'giveUp') return;
        throw ApplicationFailure.nonRetryable('action is retry or giveUp', 'BODY_INVALID');
      },
    },
  );
  setHandler(threadQuery, (request) => viewThread(run.state, request?.afterSeq ?? 0, viewLimit));
  setHandler(inboundStatusQuery, (id) => lineOf(run.state.ledger.inbound, id));
  setHandler(outboundStatusQuery, (id) => {
    const line = lineOf(run.state.ledger.outbound, id);
    // A reply that came after the end was never taken.
    return line === null || line.seq === 0 ? null : line.status;
  });
  setHandler(earlierLifeQuery, () => toEarlierLife(run.state));
  setHandler(customerQuery, () => (run.state.closed === null ? run.state.customer.id : null));
  setHandler(
    gatewaysQuery,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.keys forgets the brand of the record's keys
    () => Object.keys(run.state.pages) as GatewayQueue[],
  );
}

const always = (): boolean => true;

function toPresenceEvent(presence: Presence): NewThreadEvent {
  const { atMs: changedAtMs } = presence;
  if (!('gateway' in presence)) {
    return { type: 'whereabouts', change: presence.change, changedAtMs };
  }
  const { gateway, change } = presence;
  return { type: 'presence', gateway, change, changedAtMs };
}

/**
 * Makes signals with their handlers, which can be called with what came under their name as well. What
 * is no payload of its kind is passed over; news of the policy go to `onPolicyNews`.
 */
function createHandled(onPolicyNews: (news: PolicyNews) => void) {
  return function handled<Args extends unknown[]>(
    definition: SignalDefinition<Args>,
    isPayload: (...args: Args) => boolean,
    handler: (...args: Args) => unknown,
  ) {
    const handle = (...raw: unknown[]): void => {
      const news = raw.at(-1);
      if (isPolicyNews(news)) onPolicyNews(news);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the name decides the payload, as in setHandler
      const args = raw as Args;
      if (isPayload(...args)) handler(...args);
      else log.warn('signal without its payload passed over', { signal: definition.name });
    };
    return {
      name: definition.name,
      handle,
      register: (): void => setHandler(definition, handle),
    };
  };
}

/** All that the thread knows, as the input of its next run. */
function toNextInput(input: ThreadInput, state: ThreadState): ThreadInput {
  const { keptLogSize = defaultKeptLogSize } = input;
  return { ...input, state: archiveLog(state, workflowInfo().runId, keptLogSize) };
}

function isCarriable(next: ThreadInput): boolean {
  return new TextEncoder().encode(JSON.stringify(next)).length <= carriableBytes;
}

function lineOf<Line>(lines: Readonly<Record<string, Line>>, id: string): Line | null {
  return Object.hasOwn(lines, id) ? (lines[id] ?? null) : null;
}

/** Ends this run and starts the next. Search attributes go along by themselves, the memo does not. */
async function handOver(next: ThreadInput): Promise<never> {
  const { memo = {} } = workflowInfo();
  return await makeContinueAsNewFunc<typeof thread>({ memo })(next);
}
