/** @module What Temporal holds of a customer: their current thread, and how long they are blocked. */
import { type Client, WithStartWorkflowOperation } from '@temporalio/client';
import type { CustomerMemo, customer } from '../../workflows/customer.js';
import { type BlockRequest, blockSignal, currentThreadUpdate } from '../../workflows/messages.js';
import { toCustomerWorkflowId } from '../domain/ids.js';
import type { Threads } from '../ports/threads.js';
import { askInTime, isNotFound } from './errors.js';
import type { Standings } from './standing.js';

/** The part of the Threads port that is about customers. */
type Customers = Pick<Threads, 'currentThread' | 'blockCustomer' | 'blockedUntil'>;

/** Makes the part of the Threads port that is about customers. */
export function createCustomers(deps: {
  readonly client: Client;
  readonly taskQueue: string;
  readonly standings: Standings;
}): Customers {
  const { client, taskQueue, standings } = deps;
  /** Concurrent callers share a question: Temporal takes ten updates of a workflow at once. */
  const askedCurrentThreads = new Map<string, ReturnType<Threads['currentThread']>>();

  const askCurrentThread: Threads['currentThread'] = async (channelId, customerId, candidate) => {
    const ask = async (closed?: typeof candidate) =>
      await client.workflow.executeUpdateWithStart(currentThreadUpdate, {
        args: [{ candidate, ...(closed === undefined ? {} : { closed }) }],
        startWorkflowOperation: new WithStartWorkflowOperation<typeof customer>('customer', {
          taskQueue,
          workflowId: toCustomerWorkflowId(channelId, customerId),
          args: [{ channelId, customerId }],
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        }),
      });
    return await askInTime(client, async () => {
      const current = await ask();
      if (current === candidate) return current;
      const { standing } = await standings.describe({ channelId, threadId: current });
      return standing.kind === 'closed' ? await ask(current) : current;
    });
  };

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
      try {
        const workflowId = toCustomerWorkflowId(channelId, customerId);
        const { status, memo } = await client.workflow.getHandle(workflowId).describe();
        // One that an operator has ended holds nothing any more, whatever it still shows.
        if (status.name !== 'RUNNING') return undefined;
        const { blockedUntilMs }: CustomerMemo = memo ?? {};
        return blockedUntilMs != null && blockedUntilMs > Date.now() ? blockedUntilMs : undefined;
      } catch (failure) {
        if (isNotFound(failure)) return undefined;
        throw failure;
      }
    },
  };
}
