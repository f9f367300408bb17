/** Says that a call took longer than it may. */
export class TimeLimitReached extends Error {
  override readonly name = 'TimeLimitReached';
}

/** The time that something may take, for as long as somebody else is not the one to blame. */
export interface TimeAllowance {
  /** Stops the clock. */
  readonly pause: () => void;
  /** Starts it anew, with all of its time. */
  readonly restart: () => void;
}

/**
 * Runs something with a signal that aborts with the caller's, or with `TimeLimitReached` when the
 * time is over. The timer and the listener are gone when it settles.
 */
export async function withTimeLimit<Result>(
  limitMs: number,
  signal: AbortSignal | undefined,
  run: (limit: AbortSignal, allowance: TimeAllowance) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const give = () => controller.abort(signal?.reason);
  if (signal?.aborted === true) give();
  signal?.addEventListener('abort', give, { once: true });
  const end = () => controller.abort(new TimeLimitReached(`took longer than ${limitMs} ms`));
  let timer = setTimeout(end, limitMs);
  let isOver = false;
  const pause = () => clearTimeout(timer);
  const restart = () => {
    pause();
    if (!isOver) timer = setTimeout(end, limitMs);
  };
  try {
    return await run(controller.signal, { pause, restart });
  } finally {
    isOver = true;
    pause();
    signal?.removeEventListener('abort', give);
  }
}

/** Waits for something that goes on by itself, but no longer than a signal lets it. */
export async function waitWithin<Result>(
  start: () => Promise<Result>,
  limit: AbortSignal,
): Promise<Result> {
  limit.throwIfAborted();
  let giveUp: (() => void) | undefined;
  const over = new Promise<never>((_, reject) => {
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- an abort's reason is the caller's
    giveUp = () => reject(limit.reason);
    limit.addEventListener('abort', giveUp, { once: true });
  });
  try {
    return await Promise.race([start(), over]);
  } finally {
    if (giveUp !== undefined) limit.removeEventListener('abort', giveUp);
  }
}
