/** @module How many workers there are, so that each keeps to its share of the tenant's budgets. */
import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';

const { TASK_QUEUE_TYPE_ACTIVITY } = proto.temporal.api.enums.v1.TaskQueueType;
/** A worker asks for work again within a minute; one that did not for longer is gone. */
const goneAfterMs = 90_000;

/** Counts the workers that asked for work lately; at least one. */
export async function countWorkers(client: Client, taskQueue: string): Promise<number> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: TASK_QUEUE_TYPE_ACTIVITY,
  });
  const identities = pollers
    .filter(({ lastAccessTime }) => {
      return Date.now() - Number(lastAccessTime?.seconds ?? 0) * 1_000 < goneAfterMs;
    })
    .map(({ identity }) => identity);
  return Math.max(1, new Set(identities).size);
}
