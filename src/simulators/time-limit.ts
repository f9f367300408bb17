/** The time that a call of a stand-in may take. */

/**
 * Returns a signal that aborts with another one, or when the time is over. Not by `AbortSignal.any`:
 * in Node 20 a time limit to which nothing but such a signal listens is collected, and never comes.
 */
export function limitedBy(limitMs: number, stopping: AbortSignal): AbortSignal {
  const limited = new AbortController();
  for (const one of [stopping, AbortSignal.timeout(limitMs)]) {
    const pass = () => limited.abort(one.reason);
    if (one.aborted) {
      pass();
    } else {
      one.addEventListener('abort', pass, { once: true, signal: limited.signal });
    }
  }
  return limited.signal;
}
