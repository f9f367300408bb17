/**
 * Makes a loader that runs once for all who ask meanwhile. A success is kept; after a failure the
 * next one who asks starts anew.
 */
export function shareLoad<Value>(load: () => Promise<Value>): () => Promise<Value> {
  let pending: Promise<Value> | undefined;
  return async () => {
    pending ??= load();
    const mine = pending;
    try {
      return await mine;
    } catch (error) {
      if (pending === mine) pending = undefined;
      throw error;
    }
  };
}
