/**
 * @module A window in which two equal calls count as one. Its run id is the answer: whoever starts
 * it while it runs is given the same one. The server ends it at its time limit, worker up or not.
 */
import { sleep } from '@temporalio/workflow';

export async function repeatWindow(windowMs: number): Promise<void> {
  await sleep(windowMs, { summary: 'equal calls count as one until then' });
}
