/** @module Which thread of a customer is open, as Temporal's visibility knows it: a moment late. */
import type { Client } from '@temporalio/client';
import { threadCustomerKey, threadLastActivityAtKey } from '../../workflows/search-attributes.js';
import {
  type ChannelId,
  type CustomerId,
  fromWorkflowId,
  type ThreadId,
  type ThreadRef,
} from '../domain/ids.js';
import { toOpenThreadsQuery } from './open-threads.js';

/** A customer has one open thread, as a rule. */
const most = 20;

/** Lists a customer's open threads that have a contact, the one that was last active first. */
export async function listOpenThreadsOf(
  client: Client,
  taskQueue: string,
  channelId: ChannelId,
  customerId: CustomerId,
): Promise<readonly ThreadId[]> {
  const isTheirs = `${threadCustomerKey.name} = '${customerId}'`;
  const query = toOpenThreadsQuery(taskQueue, channelId, isTheirs);
  const found: { readonly ref: ThreadRef; readonly activeAtMs: number }[] = [];
  for await (const { workflowId, typedSearchAttributes } of client.workflow.list({ query })) {
    const ref = fromWorkflowId(workflowId);
    const activeAtMs = typedSearchAttributes.get(threadLastActivityAtKey)?.getTime() ?? 0;
    if (ref !== undefined) found.push({ ref, activeAtMs });
    if (found.length >= most) break;
  }
  return found
    .toSorted((one, other) => other.activeAtMs - one.activeAtMs)
    .map(({ ref }) => ref.threadId);
}
