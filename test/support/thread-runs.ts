/** The runs of a thread's workflow, from the first on. */
import type { Client, WorkflowHandle } from '@temporalio/client';
import { type ThreadRef, toWorkflowId } from '../../src/domain/ids.js';

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

/** A run and its whole history. */
interface ThreadRun {
  readonly runId: string;
  readonly history: History;
}

/** Reads every run of a workflow, the oldest first. */
export async function readRuns(client: Client, workflowId: string): Promise<ThreadRun[]> {
  const runs: ThreadRun[] = [];
  const current = await client.workflow.getHandle(workflowId).describe();
  const info = current.raw.workflowExecutionInfo;
  let runId = info?.firstRunId || current.runId;
  for (;;) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    runs.push({ runId, history });
    const last = history.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes;
    if (!last?.newExecutionRunId) return runs;
    runId = last.newExecutionRunId;
  }
}

/** Reads every run of a thread, the oldest first. */
export async function readThreadRuns(client: Client, ref: ThreadRef): Promise<ThreadRun[]> {
  return await readRuns(client, toWorkflowId(ref));
}
