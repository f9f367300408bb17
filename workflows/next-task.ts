/**
 * @module Waiting for a workflow task. A query that meets a worker which does not hold the workflow
 * hands what has come since the last task to the handlers, with no task of its own and by the clock of
 * the last one. Whoever acted on that would act otherwise than a replay, which hears it with the next
 * task and by its clock: the thread would be stuck for good (decision 20).
 */
import { condition } from '@temporalio/workflow';

/**
 * Waits until `isDue` holds. Where it does without a task of its own, throws, upon which the worker
 * lets go of the workflow, and the next task begins from its history. A task is known by its clock;
 * one that began in the same millisecond as the one before fails likewise, and is tried again.
 */
export async function nextTask(isDue: () => boolean): Promise<void> {
  const taskMs = Date.now();
  await condition(isDue);
  if (Date.now() === taskMs) throw new RangeError('what no workflow task has brought is not heard');
}
