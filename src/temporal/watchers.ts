/** @module Makes sure that each channel has its watcher, whatever happened to the last one. */
import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { channelWatch } from '../../workflows/channel-watch.js';
import { type ChannelId, toWatchWorkflowId } from '../domain/ids.js';

const lookEveryMs = 60_000;
/** How long a watcher waits for a worker that was killed in the middle of its workflow task. */
const workflowTaskTimeout = '5s';

interface WatcherDeps {
  readonly client: Client;
  readonly taskQueue: string;
}

/** The keeper of the watchers. */
export interface Watchers {
  /** Looks now, because the channels are others than before. */
  look(): void;
  close(): void;
}

/**
 * Starts a watcher for each channel, now and every minute: one that runs stays as it is. The first
 * time, one that runs on another task queue is replaced, for no worker may be left there; later it
 * stays, or two engines of one namespace would take it from each other for ever.
 */
export function keepWatchers(
  deps: WatcherDeps & {
    /** Those of the moment; they may change in place. */
    readonly channels: ReadonlyMap<ChannelId, unknown>;
    readonly logger: Pick<Logger, 'warn'>;
    readonly everyMs?: number;
  },
): Watchers {
  const { channels, logger, everyMs = lookEveryMs } = deps;
  const placed = new Set<ChannelId>();
  let isFailing = false;
  let isLooking = false;

  const look = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    try {
      for (const channelId of channels.keys()) {
        await startWatcher(deps, channelId);
        if (!placed.has(channelId)) await bringHere(deps, channelId);
        placed.add(channelId);
      }
      isFailing = false;
    } catch (error) {
      if (!isFailing) logger.warn({ err: error }, 'watchers cannot be started');
      isFailing = true;
    } finally {
      isLooking = false;
    }
  };
  void look();
  const timer = setInterval(() => void look(), everyMs);
  timer.unref();
  return { look: () => void look(), close: () => clearInterval(timer) };
}

async function startWatcher(
  { client, taskQueue }: WatcherDeps,
  channelId: ChannelId,
  workflowIdConflictPolicy: 'USE_EXISTING' | 'TERMINATE_EXISTING' = 'USE_EXISTING',
): Promise<void> {
  await client.workflow.start<typeof channelWatch>('channelWatch', {
    taskQueue,
    workflowId: toWatchWorkflowId(channelId),
    args: [{ channelId }],
    workflowIdConflictPolicy,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    workflowTaskTimeout,
  });
}

async function bringHere(deps: WatcherDeps, channelId: ChannelId): Promise<void> {
  const running = deps.client.workflow.getHandle(toWatchWorkflowId(channelId));
  const { taskQueue, status } = await running.describe();
  if (status.name !== 'RUNNING' || taskQueue === deps.taskQueue) return;
  await startWatcher(deps, channelId, 'TERMINATE_EXISTING');
}
