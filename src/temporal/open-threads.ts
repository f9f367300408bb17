/** @module Which threads of a channel are open, as Temporal's visibility knows it. */
import type { Client } from '@temporalio/client';
import {
  threadChannelKey,
  threadContactKey,
  threadStateKey,
} from '../../workflows/search-attributes.js';
import { type ChannelId, fromWorkflowId, parseContactNumber } from '../domain/ids.js';
import type { OpenThread } from '../ports/threads.js';
import { withinLimit } from './errors.js';

/** A thousand threads take well below a second. */
const listWithinMs = 15_000;

/**
 * Writes the query for the open threads of a channel; no id has a quote in it. Those of another task
 * queue are another engine's, whose contacts are perhaps another tenant's.
 */
export function toOpenThreadsQuery(
  taskQueue: string,
  channelId: ChannelId,
  condition: string,
): string {
  return [
    "WorkflowType = 'thread'",
    "ExecutionStatus = 'Running'",
    `TaskQueue = '${taskQueue.replaceAll("'", "''")}'`,
    `${threadChannelKey.name} = '${channelId}'`,
    `${threadStateKey.name} IN ('open', 'warned')`,
    condition,
  ].join(' AND ');
}

/** Lists the open threads of a channel that have a contact, the newest first. */
export async function listOpenThreads(
  client: Client,
  taskQueue: string,
  channelId: ChannelId,
): Promise<readonly OpenThread[]> {
  const query = toOpenThreadsQuery(taskQueue, channelId, `${threadContactKey.name} IS NOT NULL`);
  const list = async (): Promise<readonly OpenThread[]> => {
    const open: OpenThread[] = [];
    for await (const run of client.workflow.list({ query })) {
      const { workflowId, runId, typedSearchAttributes } = run;
      const ref = fromWorkflowId(workflowId);
      const contact = parseContactNumber(typedSearchAttributes.get(threadContactKey) ?? '');
      if (ref !== undefined && contact !== undefined) open.push({ ref, contact, runId });
    }
    return open;
  };
  return await withinLimit(client.withDeadline(Date.now() + listWithinMs, list), listWithinMs);
}
