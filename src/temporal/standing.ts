/** @module What Temporal tells of a thread without a worker: whether it runs, who ended it, what waits. */
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { inboundSignal } from '../../workflows/messages.js';
import type { ThreadMemo } from '../../workflows/publication.js';
import { threadClosedByKey, threadStateKey } from '../../workflows/search-attributes.js';
import type { ThreadRef } from '../domain/ids.js';
import { toWorkflowId } from '../domain/ids.js';
import type { ThreadEnder } from '../domain/messages.js';
import type { EarlierRun } from '../domain/reopening.js';
import type { ThreadStanding } from '../ports/threads.js';
import { isNotFound } from './errors.js';

/** Messages that wait in a thread from which on it takes no more. */
const fullFrom = 500;
/** The same for their bytes: what waits must stay small enough to be handed on to a new run. */
const fullFromBytes = 450_000;
/** A workflow task that nobody picked up for this long means that no worker keeps up. */
const stalledAfterMs = 1_000;

const enders: readonly ThreadEnder[] = ['agent', 'idle', 'customer', 'operator'];

/** A thread's standing, and what only its threads' adapter needs to know. */
export interface DetailedStanding {
  readonly standing: ThreadStanding;
  /** Whether so many of its messages wait that it takes no more. */
  readonly isFull: boolean;
  /** Whether it is closed and its run still has something to do. */
  readonly isClosing: boolean;
  /** The run that closed it, in good order. */
  readonly endedRun?: EarlierRun;
}

/** Describes threads; concurrent callers of one thread share a call. */
export interface Standings {
  describe(ref: ThreadRef): Promise<DetailedStanding>;
}

/** Makes the reader of standings. */
export function createStandings(deps: { readonly client: Client }): Standings {
  const { client } = deps;
  const pending = new Map<string, Promise<DetailedStanding>>();

  const read = async (workflowId: string): Promise<DetailedStanding> => {
    try {
      const description = await client.workflow.getHandle(workflowId).describe();
      const standing = toStanding(description);
      const { isFull = false, lastSeq }: ThreadMemo = description.memo ?? {};
      const isClosing = isRunning(description);
      if (standing.kind === 'open') {
        const isBusy = isFull || (await hasFullBacklog(client, description));
        return { standing, isFull: isBusy, isClosing: false };
      }
      const { runId } = description;
      const isInOrder = !isClosing && lastSeq !== undefined;
      const endedRun = isInOrder ? { endedRun: { runId, lastSeq } } : {};
      return { standing, isFull: false, isClosing, ...endedRun };
    } catch (failure) {
      if (isNotFound(failure)) {
        return { standing: { kind: 'unknown' }, isFull: false, isClosing: false };
      }
      throw failure;
    }
  };

  return {
    describe(ref) {
      const workflowId = toWorkflowId(ref);
      const known = pending.get(workflowId);
      if (known) return known;
      const asked = read(workflowId).finally(() => pending.delete(workflowId));
      pending.set(workflowId, asked);
      return asked;
    },
  };
}

function isRunning({ status }: WorkflowExecutionDescription): boolean {
  return status.name === 'RUNNING' || status.name === 'CONTINUED_AS_NEW';
}

const closedStates: readonly (string | undefined)[] = ['closing', 'closed'];

function toStanding(description: WorkflowExecutionDescription): ThreadStanding {
  const state = description.typedSearchAttributes.get(threadStateKey);
  if (isRunning(description) && !closedStates.includes(state)) return { kind: 'open' };
  const by = enders.find((one) => one === description.typedSearchAttributes.get(threadClosedByKey));
  const memo: ThreadMemo = description.memo ?? {};
  return {
    kind: 'closed',
    // A workflow that was terminated or failed never said who ended it: an operator did.
    by: by ?? 'operator',
    atMs: memo.closedAtMs ?? (description.closeTime ?? description.startTime).getTime(),
  };
}

/**
 * Counts the messages that a thread without a worker has not looked at yet: those since its last
 * completed workflow task. Reads history only where it is long enough to hold that many, and page
 * by page, because the server decides how much one holds.
 */
async function hasFullBacklog(
  client: Client,
  description: WorkflowExecutionDescription,
): Promise<boolean> {
  const { historyLength, historySize = 0 } = description;
  if (historyLength < fullFrom && historySize < fullFromBytes) return false;
  const task = description.raw.pendingWorkflowTask;
  const scheduledAtMs = Number(task?.originalScheduledTime?.seconds ?? 0) * 1_000;
  if (!task || Date.now() - scheduledAtMs < stalledAfterMs) return false;
  const { workflowId, runId } = description;
  let waiting = 0;
  let bytes = 0;
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await client.workflowService.getWorkflowExecutionHistoryReverse({
      namespace: client.options.namespace,
      execution: { workflowId, runId },
      maximumPageSize: fullFrom,
      ...(nextPageToken === undefined ? {} : { nextPageToken }),
    });
    for (const event of page.history?.events ?? []) {
      if (event.workflowTaskCompletedEventAttributes) return false;
      const { signalName, input } = event.workflowExecutionSignaledEventAttributes ?? {};
      if (signalName === inboundSignal.name) {
        waiting += 1;
        bytes += input?.payloads?.[0]?.data?.length ?? 0;
      }
      if (waiting >= fullFrom || bytes >= fullFromBytes) return true;
    }
    nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
  } while (nextPageToken !== undefined);
  return false;
}
