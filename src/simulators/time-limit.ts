/** The time that a call of a stand-in may take. */

/** Returns a signal that aborts with another one, or when the time is over. */
export function limitedBy(limitMs: number, stopping: AbortSignal): AbortSignal {
  const limit = AbortSignal.timeout(limitMs);
  // In Node 20 a time limit to which no listener of its own belongs is collected, and never comes.
  limit.addEventListener('abort', () => undefined, { once: true });
  return AbortSignal.any([stopping, limit]);
}
