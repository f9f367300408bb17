/** Whether what threads lived through replays: a worker that takes one over must come to the same. */
import type { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { type ThreadRef, toWorkflowId } from '../../src/domain/ids.js';
import { loadWorkflowBundle } from '../../src/temporal/workflow-bundle.js';
import { installQuietRuntime, silentTemporalLogger } from './silent-logger.js';
import { readThreadRuns } from './thread-runs.js';

/** Replays every run of these threads on the code of today; gives a line for each that fails. */
export async function problemsOfReplay(
  client: Client,
  refs: readonly ThreadRef[],
): Promise<string[]> {
  installQuietRuntime();
  const workflowBundle = await loadWorkflowBundle(silentTemporalLogger);
  const problems: string[] = [];
  for (const ref of refs) {
    const workflowId = toWorkflowId(ref);
    const histories = (await readThreadRuns(client, ref)).map(({ history }) => ({
      workflowId,
      history,
    }));
    for await (const { error } of Worker.runReplayHistories({ workflowBundle }, histories)) {
      if (error !== undefined) problems.push(`${workflowId} does not replay: ${error.message}`);
    }
  }
  return problems;
}
