/** @module What Temporal holds of a customer: their current thread, and how long they are blocked. */
import { type Client, WithStartWorkflowOperation } from '@temporalio/client';
import type { CustomerMemo, customer } from '../../workflows/customer.js';
import {
  type BlockRequest,
  blockSignal,
  type CurrentThreadRequest,
  type CustomerInput,
  currentThreadUpdate,
  type OpenedRequest,
  openedSignal,
  type PlacementRequest,
  placeMessagesUpdate,
} from '../../workflows/messages.js';
import {
  type ChannelId,
  type CustomerId,
  type ThreadId,
  toCustomerWorkflowId,
} from '../domain/ids.js';
import type { Threads } from '../ports/threads.js';
import { createBatches } from './batches.js';
import { listOpenThreadsOf } from './customer-threads.js';
import { askInTime, isNotFound } from './errors.js';
import type { Standings } from './standing.js';

/** The part of the Threads port that is about customers. */
type Customers = Pick<
  Threads,
  | 'currentThread'
  | 'placeMessage'
  | 'noteOpened'
  | 'openThreadOf'
  | 'blockCustomer'
  | 'blockedUntil'
>;

/** A message that is to be placed, and what its customer's workflow starts with. */
interface Placing {
  readonly input: CustomerInput;
  readonly request: PlacementRequest;
}

/** Makes the part of the Threads port that is about customers. */
export function createCustomers(deps: {
  readonly client: Client;
  readonly taskQueue: string;
  readonly standings: Standings;
}): Customers {
  const { client, taskQueue, standings } = deps;
  /** Concurrent callers share a question: Temporal takes ten updates of a workflow at once. */
  const askedCurrentThreads = new Map<string, ReturnType<Threads['currentThread']>>();
  const begin = (workflowId: string, input: CustomerInput) =>
    new WithStartWorkflowOperation<typeof customer>('customer', {
      taskQueue,
      workflowId,
      args: [input],
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    });

  const ask = async (
    channelId: ChannelId,
    customerId: CustomerId,
    request: CurrentThreadRequest,
  ): Promise<ThreadId> =>
    await client.workflow.executeUpdateWithStart(currentThreadUpdate, {
      args: [request],
      startWorkflowOperation: begin(toCustomerWorkflowId(channelId, customerId), {
        channelId,
        customerId,
      }),
    });

  const placeTogether = createBatches<Placing, ThreadId>(
    async (workflowId, placings) =>
      await askInTime(client, async () => {
        const [first] = placings;
        if (first === undefined) return [];
        return await client.workflow.executeUpdateWithStart(placeMessagesUpdate, {
          args: [placings.map(({ request }) => request)],
          startWorkflowOperation: begin(workflowId, first.input),
        });
      }),
  );

  const askCurrentThread: Threads['currentThread'] = async (channelId, customerId, candidate) =>
    await askInTime(client, async () => {
      const current = await ask(channelId, customerId, { candidate });
      if (current === candidate) return current;
      const { standing } = await standings.describe({ channelId, threadId: current });
      return standing.kind === 'closed'
        ? await ask(channelId, customerId, { candidate, closed: current })
        : current;
    });

  async function isOpen(channelId: ChannelId, threadId: ThreadId): Promise<boolean> {
    return (await standings.describe({ channelId, threadId })).standing.kind === 'open';
  }

  /** Reads what a customer's workflow shows; undefined where none runs. */
  async function readMemo(
    channelId: ChannelId,
    customerId: CustomerId,
  ): Promise<CustomerMemo | undefined> {
    try {
      const workflowId = toCustomerWorkflowId(channelId, customerId);
      const { status, memo } = await client.workflow.getHandle(workflowId).describe();
      // One that an operator has ended holds nothing any more, whatever it still shows.
      return status.name === 'RUNNING' ? (memo ?? {}) : undefined;
    } catch (failure) {
      if (isNotFound(failure)) return undefined;
      throw failure;
    }
  }

  const openThreadOf: Threads['openThreadOf'] = async (channelId, customerId) => {
    const threadId = (await readMemo(channelId, customerId))?.currentThreadId;
    return threadId !== undefined && (await isOpen(channelId, threadId)) ? threadId : undefined;
  };

  /** Finds a thread that its customer began, of which their workflow need not know. */
  async function findBegun(
    channelId: ChannelId,
    customerId: CustomerId,
  ): Promise<ThreadId | undefined> {
    for (const threadId of await listOpenThreadsOf(client, taskQueue, channelId, customerId)) {
      if (await isOpen(channelId, threadId)) return threadId;
    }
    return undefined;
  }

  return {
    currentThread(channelId, customerId, candidate) {
      const key = toCustomerWorkflowId(channelId, customerId);
      const known = askedCurrentThreads.get(key);
      if (known) return known;
      const asked = askCurrentThread(channelId, customerId, candidate).finally(() =>
        askedCurrentThreads.delete(key),
      );
      askedCurrentThreads.set(key, asked);
      return asked;
    },

    async placeMessage(channelId, customerId, { message, candidate, closed }) {
      return await askInTime(client, async () => {
        const begun =
          (await openThreadOf(channelId, customerId)) ?? (await findBegun(channelId, customerId));
        const request: PlacementRequest = {
          message,
          candidate: begun ?? candidate,
          ...(closed === undefined ? {} : { closed }),
        };
        const workflowId = toCustomerWorkflowId(channelId, customerId);
        return await placeTogether(workflowId, { input: { channelId, customerId }, request });
      });
    },

    async noteOpened({ channelId, threadId }, customerId) {
      await client.workflow.signalWithStart<typeof customer, [OpenedRequest]>('customer', {
        taskQueue,
        workflowId: toCustomerWorkflowId(channelId, customerId),
        args: [{ channelId, customerId, currentThreadId: threadId }],
        // A workflow that this starts shows the thread before its first task.
        memo: { currentThreadId: threadId } satisfies CustomerMemo,
        signal: openedSignal,
        signalArgs: [{ threadId }],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      });
    },

    openThreadOf,

    async blockCustomer(channelId, customerId, untilMs) {
      await client.workflow.signalWithStart<typeof customer, [BlockRequest]>('customer', {
        taskQueue,
        workflowId: toCustomerWorkflowId(channelId, customerId),
        args: [{ channelId, customerId, blockedUntilMs: untilMs }],
        // A workflow that this starts shows the block before its first task.
        memo: { blockedUntilMs: untilMs } satisfies CustomerMemo,
        signal: blockSignal,
        signalArgs: [{ untilMs }],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      });
    },

    async blockedUntil(channelId, customerId) {
      const untilMs = (await readMemo(channelId, customerId))?.blockedUntilMs;
      return untilMs != null && untilMs > Date.now() ? untilMs : undefined;
    },
  };
}
