/** Knows whether another tab shows this chat too, so that one tab's end is not taken for the customer's. */
import type { KeyValueStorage } from './storage.js';

/** This tab's entry among the open ones. */
export interface TabRegister {
  readonly enter: () => void;
  /** Takes this tab out; returns true when no other is left. */
  readonly leave: () => boolean;
}

const refreshMs = 20_000;
/** Browsers let a hidden page's timers run once a minute at worst. */
const staleMs = 90_000;

/** Creates this tab's entry under keys that start with `prefix`. */
export function createTabRegister(deps: {
  readonly storage: KeyValueStorage;
  readonly prefix: string;
  readonly tabId: string;
  readonly now: () => number;
}): TabRegister {
  const { storage, prefix, now } = deps;
  const ownKey = `${prefix}${deps.tabId}`;
  let timer: ReturnType<typeof setInterval> | undefined;

  const refresh = () => storage.set(ownKey, String(now()));

  function isAnotherOpen(): boolean {
    let isOpen = false;
    for (const key of storage.keys()) {
      if (key.startsWith(prefix) && key !== ownKey) {
        const isFresh = now() - Number(storage.get(key)) < staleMs;
        isOpen ||= isFresh;
        if (!isFresh) {
          storage.remove(key);
        }
      }
    }
    return isOpen;
  }

  return {
    enter: () => {
      refresh();
      timer ??= setInterval(refresh, refreshMs);
    },
    leave: () => {
      clearInterval(timer);
      timer = undefined;
      storage.remove(ownKey);
      return !isAnotherOpen();
    },
  };
}
