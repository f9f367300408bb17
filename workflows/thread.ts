/**
 * @module The thread workflow: one for each chat thread. It feeds `transition` and performs what it
 * asks; every rule is in src/domain. Handlers only append to the inbox or answer from the state.
 */
import {
  ApplicationFailure,
  condition,
  continueAsNew,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { countWaitingPosts } from '../src/domain/contact-centre-lane.js';
import { archiveLog, viewThread } from '../src/domain/customer-log.js';
import type { GatewayQueue } from '../src/domain/ids.js';
import { isFinished, isQuiet, newThread, nextWakeAtMs, transition } from '../src/domain/thread.js';
import type { ThreadEvent, ThreadState } from '../src/domain/thread-state.js';
import { createAlarm } from './alarm.js';
import { holdMs } from './deadlines.js';
import { performEffect } from './effects.js';
import {
  agentReplySignal,
  closeUpdate,
  contactEndedSignal,
  customerEndSignal,
  gatewaysQuery,
  inboundSignal,
  inboundStatusQuery,
  presenceSignal,
  receiptSignal,
  repairUpdate,
  stillHereSignal,
  type ThreadInput,
  type ThreadResult,
  threadQuery,
} from './messages.js';
import { createPublication } from './publication.js';

/** Characters of JSON of the log that a new run starts with; the rest stays in the run that ends. */
const keptLogSize = 200_000;
/** How much one answer to a query carries. */
const viewLimit = { events: 500, size: 500_000 };
/** After a hold that did not end in a new run, history may grow by this before the next. */
const holdAgainAfterEvents = 50;
const defaultContinueAfterEvents = 400;

type NewThreadEvent = ThreadEvent extends infer Event
  ? Event extends ThreadEvent
    ? Omit<Event, 'atMs'>
    : never
  : never;

interface Run {
  state: ThreadState;
  readonly inbox: NewThreadEvent[];
}

export async function thread(input: ThreadInput): Promise<ThreadResult> {
  const run = setUp(input);
  const alarm = createAlarm(() => run.inbox.push({ type: 'tick' }), 'next try');
  const publication = createPublication(run.state);
  let continueAfterEvents = input.continueAfterEvents ?? defaultContinueAfterEvents;

  for (;;) {
    takeInbox(run);
    publication.publish(run.state);

    const { closed, lastSeq } = run.state;
    if (closed !== null && isFinished(run.state)) {
      return { closedBy: closed.by, closedAt: new Date(closed.atMs).toISOString(), lastSeq };
    }
    if (workflowInfo().historyLength >= continueAfterEvents) {
      if (isQuiet(run.state)) return await handOver(input, run.state);
      continueAfterEvents = workflowInfo().historyLength + holdAgainAfterEvents;
      run.inbox.push({ type: 'hold', untilMs: Date.now() + holdMs });
      continue;
    }
    const wakeAtMs = nextWakeAtMs(run.state);
    if (wakeAtMs !== undefined) alarm.ringBy(wakeAtMs);
    await condition(() => run.inbox.length > 0);
  }
}

/** Builds the state before the first handler can see it. A new run begins with a tick. */
function setUp(input: ThreadInput): Run {
  const state = input.state ?? newThread({ ...input, atMs: Date.now() });
  const run: Run = { state: { ...state, heldUntilMs: 0 }, inbox: [{ type: 'tick' }] };
  registerHandlers(run);
  return run;
}

function takeInbox(run: Run): void {
  for (let event = run.inbox.shift(); event !== undefined; event = run.inbox.shift()) {
    const { state, effects } = transition(run.state, { ...event, atMs: Date.now() });
    run.state = state;
    for (const effect of effects) {
      void performEffect(effect, state).then((settled) => run.inbox.push(settled));
    }
  }
}

function registerHandlers(run: Run): void {
  const { inbox } = run;
  setHandler(inboundSignal, (message) => void inbox.push({ type: 'inbound', message }));
  setHandler(agentReplySignal, (message) => void inbox.push({ type: 'agentReply', message }));
  setHandler(
    presenceSignal,
    ({ gateway, change }) => void inbox.push({ type: 'presence', gateway, change }),
  );
  setHandler(receiptSignal, (receipt) => void inbox.push({ type: 'receipt', receipt }));
  setHandler(stillHereSignal, () => void inbox.push({ type: 'stillHere' }));
  setHandler(customerEndSignal, () => void inbox.push({ type: 'end', by: 'customer' }));
  setHandler(contactEndedSignal, ({ contact, status }) => {
    const { policy, contact: known } = run.state;
    if (contact !== known || !policy.endedStatuses.some((ended) => ended === status)) return;
    inbox.push({ type: 'end', by: 'agent' });
  });
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
      validator: ({ action }) => {
        if (action === 'retry' || action === 'giveUp') return;
        throw ApplicationFailure.nonRetryable('action is retry or giveUp', 'BODY_INVALID');
      },
    },
  );
  setHandler(threadQuery, (request) => viewThread(run.state, request?.afterSeq ?? 0, viewLimit));
  setHandler(inboundStatusQuery, (id) => {
    const status = Object.entries(run.state.ledger.inbound).find(([known]) => known === id);
    return status?.[1] ?? null;
  });
  setHandler(
    gatewaysQuery,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.keys forgets the brand of the record's keys
    () => Object.keys(run.state.pages) as GatewayQueue[],
  );
}

/** Ends this run and starts the next with all that the thread knows. */
async function handOver(input: ThreadInput, state: ThreadState): Promise<never> {
  const handed = archiveLog(state, workflowInfo().runId, keptLogSize);
  return await continueAsNew<typeof thread>({ ...input, state: handed });
}
