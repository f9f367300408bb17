/** Knows which customers type at the moment; it is not kept over a restart. */
export interface Typing {
  set(threadId: string, isTyping: boolean): void;
  /** The ids of the threads whose customer types. */
  list(): string[];
  onChange(listener: (threadId: string, isTyping: boolean) => void): void;
  close(): void;
}

/** A typing mark that nobody takes back fades after this time. */
const fadesAfterMs = 10_000;

/** Creates an empty set of typing marks. */
export function createTyping(): Typing {
  const timers = new Map<string, NodeJS.Timeout>();
  const listeners: ((threadId: string, isTyping: boolean) => void)[] = [];

  function set(threadId: string, isTyping: boolean): void {
    clearTimeout(timers.get(threadId));
    timers.delete(threadId);
    if (isTyping) {
      const timer = setTimeout(() => set(threadId, false), fadesAfterMs);
      timer.unref();
      timers.set(threadId, timer);
    }
    for (const listener of listeners) listener(threadId, isTyping);
  }

  return {
    set,
    list: () => [...timers.keys()],
    onChange(listener) {
      listeners.push(listener);
    },
    close() {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}
