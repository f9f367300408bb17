/**
 * Skips time in one thread: the server moves the thread's clock on as far as it is asked to, firing
 * its timers on the way, while everything else goes by real time. It needs server 1.32 with
 * `frontend.WorkflowTimeSkippingEnabled`.
 */
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { temporal } from '@temporalio/proto';
import { type ThreadRef, toWorkflowId } from '../../src/domain/ids.js';

const { FastForwardPollingResult: Result } = temporal.api.enums.v1;

/** How a skip ended: at its moment, or before it with the thread. */
type SkipEnd = 'arrived' | 'threadEnded';

/**
 * Moves a thread's clock on by `durationMs` and waits until it is there. Timers fire in their order,
 * and the clock does not go on before a worker has done what they lead to.
 */
export async function skipTime(
  client: Client,
  ref: ThreadRef,
  durationMs: number,
): Promise<SkipEnd> {
  const id = randomUUID();
  await client.workflowService.updateWorkflowExecutionOptions({
    ...executionOf(client, ref),
    workflowExecutionOptions: {
      timeSkippingConfig: {
        enabled: true,
        fastForwardConfig: { id, duration: msToTs(durationMs) },
      },
    },
    updateMask: { paths: ['time_skipping_config'] },
  });
  for (;;) {
    const { fastForwardPollingResult, failedReason } =
      await client.workflowService.pollWorkflowExecutionTimeSkipping({
        ...executionOf(client, ref),
        fastForwardId: id,
      });
    if (fastForwardPollingResult === Result.FAST_FORWARD_POLLING_RESULT_FAST_FORWARD_COMPLETED) {
      return 'arrived';
    }
    if (fastForwardPollingResult === Result.FAST_FORWARD_POLLING_RESULT_POLL_TIMEOUT) continue;
    const { status } = await client.workflow.getHandle(toWorkflowId(ref)).describe();
    if (status.name === 'COMPLETED') return 'threadEnded';
    throw new Error(`time could not be skipped: ${failedReason}`);
  }
}

function executionOf(client: Client, ref: ThreadRef) {
  return {
    namespace: client.options.namespace,
    workflowExecution: { workflowId: toWorkflowId(ref) },
  };
}
