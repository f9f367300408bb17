import type { KeyValueStorage } from '../../../src/widget/storage.js';

/** Creates a storage that two widgets of one test can share, as two tabs do. */
export function createMemoryStorage(): KeyValueStorage {
  const values = new Map<string, string>();
  return {
    get: (key) => values.get(key),
    set: (key, value) => void values.set(key, value),
    remove: (key) => void values.delete(key),
    keys: () => [...values.keys()],
  };
}
