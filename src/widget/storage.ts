/** What the widget keeps over a reload: a flat store of strings. */
export interface KeyValueStorage {
  readonly get: (key: string) => string | undefined;
  readonly set: (key: string, value: string) => void;
  readonly remove: (key: string) => void;
  readonly keys: () => string[];
}

/** The part of the page's own storage that is used. */
interface PageStorage {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/**
 * Creates a storage on the page's own. Where the page has none, or it is full or forbidden, values
 * live in memory until the page goes: a chat that forgets is better than none.
 */
export function createStorage(open: () => PageStorage | undefined): KeyValueStorage {
  const memory = new Map<string, string>();
  const page = attempt(open);
  return {
    get: (key) => memory.get(key) ?? attempt(() => page?.getItem(key) ?? undefined),
    set: (key, value) => {
      memory.delete(key);
      const isKept = attempt(() => {
        page?.setItem(key, value);
        return page !== undefined;
      });
      if (isKept !== true) {
        memory.set(key, value);
      }
    },
    remove: (key) => {
      memory.delete(key);
      attempt(() => page?.removeItem(key));
    },
    keys: () => {
      const kept = attempt(() =>
        Array.from({ length: page?.length ?? 0 }, (_, index) => page?.key(index) ?? ''),
      );
      return [...new Set([...(kept ?? []), ...memory.keys()])];
    },
  };
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
