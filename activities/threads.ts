/** @module What threads ask of other runs of themselves. */
import type { ThreadRef } from '../src/domain/ids.js';
import type { EarlierLife } from '../src/domain/reopening.js';
import type { Threads } from '../src/ports/threads.js';
import { toRepeatableFailure } from './failure.js';

/** Makes the activities by which a thread learns what an earlier run of it knew. */
export function createThreadActivities(deps: { readonly threads: Pick<Threads, 'recall'> }) {
  return {
    /** Gives what a run that has ended knew; tried again by its retry policy. */
    async recallThread(request: {
      readonly ref: ThreadRef;
      readonly runId: string;
    }): Promise<EarlierLife> {
      try {
        return await deps.threads.recall(request.ref, request.runId);
      } catch (error) {
        throw toRepeatableFailure(error);
      }
    },
  };
}
