/**
 * @module The watcher of one channel: round after round it looks whether agents have ended contacts.
 * What a round does is in its activity; here is only when, and that it never stops by itself.
 */
import { continueAsNew, isCancellation, log, setCurrentDetails, sleep } from '@temporalio/workflow';
import type { WatchRound } from '../activities/index.js';
import type { ChannelId } from '../src/domain/ids.js';
import { watch } from './activity-proxies.js';
import { leastWatchPauseMs, watchAgainAfterMs } from './deadlines.js';

/** What a watcher starts with. */
export interface ChannelWatchInput {
  readonly channelId: ChannelId;
  /** Whether the last round failed, which is said once. */
  readonly isFailing?: boolean;
  /** Rounds after which a run hands over to a new one. Default 36, which is near 400 events. */
  readonly continueAfterRounds?: number;
}

const defaultContinueAfterRounds = 36;
const summary = 'which contacts have ended?';

export async function channelWatch(input: ChannelWatchInput): Promise<void> {
  const { channelId, continueAfterRounds = defaultContinueAfterRounds } = input;
  let { isFailing = false } = input;
  for (let round = 0; round < continueAfterRounds; round += 1) {
    const startedAtMs = Date.now();
    const outcome = await goRound(channelId);
    if (outcome.kind === 'notConfigured') return;
    const tookMs = Date.now() - startedAtMs;
    setCurrentDetails(toDetails(outcome, startedAtMs, tookMs));
    isFailing = report(channelId, outcome, isFailing);
    const pauseMs = Math.max(leastWatchPauseMs, outcome.everyMs - tookMs);
    await sleep(pauseMs, { summary: 'until the next round' });
  }
  await continueAsNew<typeof channelWatch>({ ...input, isFailing });
}

type DoneRound = Extract<WatchRound, { kind: 'done' }>;

/** A round that came to no answer, because its worker was killed, is like one that failed. */
async function goRound(channelId: ChannelId): Promise<WatchRound> {
  try {
    return await watch.watchContacts.executeWithOptions({ summary }, [{ channelId }]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    const nothing = { openThreads: 0, ended: 0, reads: 0, failure: 'INTERNAL' as const };
    return { kind: 'done', everyMs: watchAgainAfterMs, ...nothing };
  }
}

/** Says that rounds fail, or that they succeed again: once each. Gives whether they fail. */
function report(channelId: ChannelId, { failure }: DoneRound, wasFailing: boolean): boolean {
  if (failure === null && wasFailing) log.info('contacts are watched again', { channelId });
  if (failure !== null && !wasFailing) {
    log.warn('contacts cannot be watched', { channelId, code: failure });
  }
  return failure !== null;
}

function toDetails(round: DoneRound, startedAtMs: number, tookMs: number): string {
  const { openThreads, ended, reads, failure } = round;
  return [
    `**${failure === null ? 'watching' : `failing: ${failure}`}**`,
    '',
    `- last round: ${new Date(startedAtMs).toISOString()}, ${tookMs} ms`,
    `- open threads: ${openThreads}`,
    `- ended: ${ended}`,
    `- reads: ${reads}`,
  ].join('\n');
}
