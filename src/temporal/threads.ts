/** @module The Threads port on Temporal: signals for what happens, queries for what is shown. */
import { randomUUID } from 'node:crypto';
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Duration, SignalDefinition } from '@temporalio/common';
import {
  agentReplySignal,
  contactEndedSignal,
  customerEndSignal,
  customerQuery,
  earlierLifeQuery,
  gatewaysQuery,
  inboundSignal,
  inboundStatusQuery,
  outboundStatusQuery,
  type PolicyNews,
  presenceSignal,
  type ReadRequest,
  receiptSignal,
  stillHereSignal,
  threadQuery,
} from '../../workflows/messages.js';
import type { repeatWindow } from '../../workflows/repeat-window.js';
import {
  threadChannelKey,
  threadLastActivityAtKey,
  threadStateKey,
} from '../../workflows/search-attributes.js';
import type { thread } from '../../workflows/thread.js';
import type { ChannelDefinition } from '../domain/channel.js';
import { RequestError } from '../domain/errors.js';
import type { ChannelId, ThreadRef } from '../domain/ids.js';
import { toWorkflowId } from '../domain/ids.js';
import type { AgentMessage, CustomerEvent, InboundMessage } from '../domain/messages.js';
import { nameOfPolicy } from '../domain/policy.js';
import { type EarlierRun, reopensFromMs } from '../domain/reopening.js';
import type { ThreadStanding, ThreadStart, Threads } from '../ports/threads.js';
import type { Admission } from './admission.js';
import { createCustomers } from './customers.js';
import { askInTime, isNotFound, withEngineErrors } from './errors.js';
import { listOpenThreads } from './open-threads.js';
import { createStandings, type DetailedStanding } from './standing.js';

const busyRetryAfterMs = 5_000;
/** A thread is closed at the contact centre within moments, unless that is down. */
const closingRetryAfterMs = 2_000;
/** How long a thread waits for a worker that was killed in the middle of its workflow task. */
const workflowTaskTimeout: Duration = '5s';
/** An agent's typing that is not shown by then is not worth showing. */
const typingWithin = '3s';

/** Makes the Threads port on a Temporal client. */
export function createThreads(deps: {
  readonly client: Client;
  readonly taskQueue: string;
  readonly admission: Pick<Admission, 'admit' | 'noteAccepted'>;
  /** Those of the moment, of whose policies the threads are told; they may change in place. */
  readonly channels: ReadonlyMap<ChannelId, Pick<ChannelDefinition, 'policy'>>;
}): Threads {
  const { client, taskQueue, admission, channels } = deps;
  const standings = createStandings({ client });
  const customers = createCustomers({ client, taskQueue, standings });
  const handleOf = (ref: ThreadRef, runId?: string) =>
    client.workflow.getHandle<typeof thread>(toWorkflowId(ref), runId);

  const answered = <Answer>(ask: () => Promise<Answer>): Promise<Answer> => askInTime(client, ask);

  /** What goes with each signal, so that a thread finds out that its channel's policy has changed. */
  function policyNewsOf({ channelId }: ThreadRef): readonly PolicyNews[] {
    const channel = channels.get(channelId);
    return channel === undefined ? [] : [{ policyName: nameOfPolicy(channel.policy) }];
  }

  async function tell<Args extends unknown[]>(
    ref: ThreadRef,
    signal: SignalDefinition<Args>,
    ...args: Args
  ): Promise<boolean> {
    return await isTaken(handleOf(ref).signal(signal.name, ...args, ...policyNewsOf(ref)));
  }

  async function isKnown(ref: ThreadRef, id: string): Promise<boolean> {
    const status = await answered(() => handleOf(ref).query(inboundStatusQuery, id));
    return status !== null;
  }

  /** Without a worker nobody can say; the end is certain all the same. */
  async function isKnownReply(ref: ThreadRef, id: string): Promise<boolean> {
    try {
      return (await answered(() => handleOf(ref).query(outboundStatusQuery, id))) !== null;
    } catch {
      return false;
    }
  }

  /** A closed thread takes no new message, unless its channel lets it start again by now. */
  async function acceptOnClosed(
    start: ThreadStart,
    message: InboundMessage,
    { standing, isClosing, endedRun }: DetailedStanding,
  ): Promise<void> {
    const { ref, policy } = start;
    const reopensMs = standing.kind === 'closed' ? reopensFromMs(policy, standing) : undefined;
    const isReopened = reopensMs !== undefined && Date.now() >= reopensMs;
    // The run that starts again knows the earlier ids itself, should nobody answer here.
    if (await isKnown(ref, message.id).catch(orThrowUnless(isReopened))) return;
    if (!isReopened) throw toClosedError(ref, standing);
    if (isClosing) {
      throw new RequestError('UNAVAILABLE', 'The thread is still being closed', {
        retryAfterMs: closingRetryAfterMs,
      });
    }
    // One that was terminated never said where its events end: it is closed for good.
    if (endedRun === undefined) throw toClosedError(ref, standing);
    await signalInbound(start, message, endedRun);
  }

  async function signalInbound(
    start: ThreadStart,
    message: InboundMessage,
    startsAgainAfter?: EarlierRun,
  ): Promise<void> {
    const input = startsAgainAfter === undefined ? start : { ...start, startsAgainAfter };
    await client.workflow.signalWithStart<typeof thread, unknown[]>('thread', {
      ...toWorkflowStart(start, message.acceptedAtMs),
      args: [input],
      signal: inboundSignal.name,
      signalArgs: [withCustomer(start, message), ...policyNewsOf(start.ref)],
      workflowIdReusePolicy:
        startsAgainAfter === undefined ? 'REJECT_DUPLICATE' : 'ALLOW_DUPLICATE',
    });
  }

  /** What any thread starts with, whoever speaks first. */
  function toWorkflowStart({ ref }: ThreadStart, atMs: number) {
    return {
      taskQueue,
      workflowId: toWorkflowId(ref),
      workflowTaskTimeout,
      typedSearchAttributes: [
        { key: threadStateKey, value: 'open' },
        { key: threadChannelKey, value: ref.channelId },
        { key: threadLastActivityAtKey, value: new Date(atMs) },
      ],
    };
  }

  /** A call that is repeated is answered as it was the first time; any other one is too late. */
  async function acceptReplyOnClosed(
    ref: ThreadRef,
    message: AgentMessage,
    standing: ThreadStanding,
  ): Promise<void> {
    const status = await answered(() => handleOf(ref).query(outboundStatusQuery, message.id));
    if (status === null) throw toClosedError(ref, standing);
  }

  async function signalReply(start: ThreadStart, message: AgentMessage): Promise<void> {
    await client.workflow.signalWithStart<typeof thread, unknown[]>('thread', {
      ...toWorkflowStart(start, message.acceptedAtMs),
      args: [start],
      signal: agentReplySignal.name,
      signalArgs: [message, ...policyNewsOf(start.ref)],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
    });
  }

  /** Reads events from the run that holds them; a thread that started again has a chain of runs. */
  async function readOlder(
    ref: ThreadRef,
    runId: string,
    request: ReadRequest,
  ): Promise<readonly CustomerEvent[]> {
    const run = client.workflow.getHandle<typeof thread>(toWorkflowId(ref), runId);
    const { olderRunId, events } = await answered(() => run.query(threadQuery, request));
    return olderRunId === undefined ? events : await readOlder(ref, olderRunId, request);
  }

  const threads: Threads = {
    async acceptInbound(start, message) {
      const { ref } = start;
      const known = await standings.describe(ref);
      if (known.standing.kind === 'closed') return await acceptOnClosed(start, message, known);
      if (known.isFull) {
        if (await isKnown(ref, message.id).catch(() => false)) return;
        throw new RequestError('THREAD_BUSY', 'Too many messages wait in this thread', {
          retryAfterMs: busyRetryAfterMs,
        });
      }
      admission.admit();
      const startedAtMs = performance.now();
      try {
        await signalInbound(start, message);
        admission.noteAccepted(performance.now() - startedAtMs);
      } catch (failure) {
        if (!(failure instanceof WorkflowExecutionAlreadyStartedError)) throw failure;
        // It ended between the look and the signal.
        await acceptOnClosed(start, message, await standings.describe(ref));
      }
    },

    async acceptReply(ref, message) {
      const { standing } = await standings.describe(ref);
      if (standing.kind === 'open' && (await tell(ref, agentReplySignal, message))) return;
      const now = standing.kind === 'closed' ? standing : (await standings.describe(ref)).standing;
      if (now.kind === 'closed') {
        // A call that is repeated is answered as it was the first time.
        if (await isKnownReply(ref, message.id)) return;
        throw toClosedError(ref, now);
      }
      throw new RequestError('THREAD_UNKNOWN', `There is no thread ${ref.threadId}`);
    },

    async acceptOutbound(start, message) {
      const { ref } = start;
      const { standing } = await standings.describe(ref);
      if (standing.kind === 'closed') return await acceptReplyOnClosed(ref, message, standing);
      try {
        await signalReply(start, message);
      } catch (failure) {
        if (!(failure instanceof WorkflowExecutionAlreadyStartedError)) throw failure;
        // It ended between the look and the signal.
        await acceptReplyOnClosed(ref, message, (await standings.describe(ref)).standing);
      }
    },

    async customerOf(ref) {
      try {
        return (await answered(() => handleOf(ref).query(customerQuery))) ?? undefined;
      } catch (failure) {
        if (isNotFound(failure)) return undefined;
        throw failure;
      }
    },

    async recall(ref, runId) {
      const run = client.workflow.getHandle<typeof thread>(toWorkflowId(ref), runId);
      return await answered(() => run.query(earlierLifeQuery));
    },

    async standing(ref) {
      return (await standings.describe(ref)).standing;
    },

    async read(ref, afterSeq) {
      try {
        const request = { afterSeq };
        const view = await answered(() => handleOf(ref).query(threadQuery, request));
        const { olderRunId, ...snapshot } = view;
        return olderRunId === undefined
          ? snapshot
          : { ...snapshot, events: await readOlder(ref, olderRunId, request) };
      } catch (failure) {
        if (isNotFound(failure)) return undefined;
        throw failure;
      }
    },

    tellPresence: (ref, change) => tell(ref, presenceSignal, change),
    tellWhereabouts: (ref, change) => tell(ref, presenceSignal, change),
    tellReceipt: (ref, receipt) => tell(ref, receiptSignal, receipt),
    tellStillHere: (ref) => tell(ref, stillHereSignal),
    tellCustomerEnd: (ref) => tell(ref, customerEndSignal),
    tellContact: (ref, sighting, runId) =>
      isTaken(handleOf(ref, runId).signal(contactEndedSignal, sighting)),

    listOpen: (channelId) => listOpenThreads(client, taskQueue, channelId),

    async showTyping(ref, typing) {
      try {
        const gateways = await answered(() => handleOf(ref).query(gatewaysQuery));
        await Promise.all(
          gateways.map((gateway) =>
            client.activity.start('showTyping', {
              id: `typing/${randomUUID()}`,
              taskQueue: gateway,
              args: [{ ref, typing }],
              scheduleToCloseTimeout: typingWithin,
              retry: { maximumAttempts: 1 },
            }),
          ),
        );
      } catch (failure) {
        if (!isNotFound(failure)) throw failure;
      }
    },

    async repeatKey(fingerprint, windowMs) {
      const handle = await client.workflow.start<typeof repeatWindow>('repeatWindow', {
        taskQueue,
        workflowId: `repeat/${fingerprint}`,
        args: [windowMs],
        workflowExecutionTimeout: windowMs,
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      });
      return handle.firstExecutionRunId;
    },

    ...customers,
  };
  return withEngineErrors(threads);
}

/** Takes an answer that did not come for a no, where that does no harm. */
function orThrowUnless(isHarmless: boolean): (failure: unknown) => boolean {
  return (failure) => {
    if (isHarmless) return false;
    throw failure;
  };
}

/** Says whether a signal found a workflow that runs. */
async function isTaken(signal: Promise<void>): Promise<boolean> {
  try {
    await signal;
    return true;
  } catch (failure) {
    if (isNotFound(failure)) return false;
    throw failure;
  }
}

/** A thread that an agent opened was started without what the customer's session knows. */
function withCustomer({ customer }: ThreadStart, message: InboundMessage): InboundMessage {
  return Object.keys(customer).length > 1 ? { ...message, customer } : message;
}

function toClosedError(ref: ThreadRef, standing: ThreadStanding): RequestError {
  const details =
    standing.kind === 'closed'
      ? { closedBy: standing.by, closedAt: new Date(standing.atMs).toISOString() }
      : {};
  return new RequestError('THREAD_CLOSED', `Thread ${ref.threadId} is closed`, { details });
}
