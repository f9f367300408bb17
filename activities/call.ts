/** @module How an activity calls the world: it shows that it lives, and its errors get their code. */
import { Context } from '@temporalio/activity';
import { toFailure } from './failure.js';

/** A call that takes longer than this says so now and then, so that a dead worker is found out. */
const heartbeatEveryMs = 1_000;

/** Performs a call with a signal that aborts when the activity is cancelled. */
export async function call<Answer>(
  perform: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const context = Context.current();
  const heartbeat = setInterval(() => context.heartbeat(), heartbeatEveryMs);
  try {
    return await perform(context.cancellationSignal);
  } catch (error) {
    throw toFailure(error);
  } finally {
    clearInterval(heartbeat);
  }
}
