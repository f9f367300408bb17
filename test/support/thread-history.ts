/** A thread's history, told as its workflow tasks: what each brought, and what it asked for. */
import type { Client } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time.js';
import type { ThreadRef } from '../../src/domain/ids.js';
import { threadClosedByKey } from '../../workflows/search-attributes.js';
import { readThreadRuns } from './thread-runs.js';

/** One workflow task that was done. */
export interface ThreadTask {
  /** What the workflow's clock said in it, in milliseconds. */
  readonly atMs: number;
  /** What had come since the task before: the names of signals, and `timer` for each that fired. */
  readonly brought: readonly string[];
  /** The names of the activities that it started. */
  readonly asked: readonly string[];
  /** Whether it was in this task that the thread came to know of its end. */
  readonly isEnd: boolean;
}

/** Reads the tasks of all of a thread's runs, the oldest first. */
export async function readTasks(client: Client, ref: ThreadRef): Promise<ThreadTask[]> {
  const tasks: (ThreadTask & { brought: string[]; asked: string[]; isEnd: boolean })[] = [];
  let brought: string[] = [];
  let startedAtMs = Number.NaN;
  for (const { history } of await readThreadRuns(client, ref)) {
    for (const event of history.events ?? []) {
      const signal = event.workflowExecutionSignaledEventAttributes;
      const activity = event.activityTaskScheduledEventAttributes;
      const attributes = event.upsertWorkflowSearchAttributesEventAttributes?.searchAttributes;
      if (signal) brought.push(signal.signalName ?? '');
      if (event.timerFiredEventAttributes) brought.push('timer');
      if (event.workflowTaskStartedEventAttributes) startedAtMs = tsToMs(event.eventTime);
      if (event.workflowTaskCompletedEventAttributes) {
        tasks.push({ atMs: Math.floor(startedAtMs), brought, asked: [], isEnd: false });
        brought = [];
      }
      const task = tasks.at(-1);
      if (activity) task?.asked.push(activity.activityType?.name ?? '');
      const isClosed = attributes?.indexedFields?.[threadClosedByKey.name] !== undefined;
      if (task && isClosed && !tasks.some((one) => one.isEnd)) task.isEnd = true;
    }
  }
  return tasks;
}
