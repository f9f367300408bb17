/** Whether what threads lived through replays: a worker that takes one over must come to the same. */
import type { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { type ThreadRef, toWorkflowId } from '../../src/domain/ids.js';
import { loadWorkflowBundle } from '../../src/temporal/workflow-bundle.js';
import { installQuietRuntime, silentTemporalLogger } from './silent-logger.js';
import { readThreadRuns } from './thread-runs.js';

/**
 * Replays every run of these threads on the code of today; gives a line for each that fails. One
 * worker replays them all: each maps the bundle's sources into memory that is never given back, and
 * a process has it for some hundreds of workers.
 */
export async function problemsOfReplay(
  client: Client,
  refs: readonly ThreadRef[],
): Promise<string[]> {
  installQuietRuntime();
  const workflowBundle = await loadWorkflowBundle(silentTemporalLogger);
  const problems: string[] = [];
  const results = Worker.runReplayHistories({ workflowBundle }, historiesOf(client, refs));
  for await (const { workflowId, error } of results) {
    if (error !== undefined) problems.push(`${workflowId} does not replay: ${error.message}`);
  }
  return problems;
}

async function* historiesOf(client: Client, refs: readonly ThreadRef[]) {
  for (const ref of refs) {
    for (const { history } of await readThreadRuns(client, ref)) {
      yield { workflowId: toWorkflowId(ref), history };
    }
  }
}
