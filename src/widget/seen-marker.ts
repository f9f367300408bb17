/** Remembers how far the customer has read, over a reload and in all tabs, and tells the gateway. */

import { parseFields } from './fields.js';
import type { KeyValueStorage } from './storage.js';

/** How far the customer has read a thread. */
export interface SeenMarker {
  /** Returns the sequence number read up to, 0 for a thread that is not the stored one. */
  readonly readUpTo: (threadId: string) => number;
  /** Notes what was read; the gateway is told, again and again until it knows. */
  readonly read: (threadId: string, upTo: number) => void;
}

/** Creates a marker that stores under `key`; `post` throws when the gateway does not know yet. */
export function createSeenMarker(deps: {
  readonly storage: KeyValueStorage;
  readonly key: string;
  readonly post: (upTo: number) => Promise<void>;
}): SeenMarker {
  const { storage, key, post } = deps;
  let isPosting = false;

  function load(threadId: string): { upTo: number; posted: number } {
    const fields = parseFields(storage.get(key) ?? '');
    return fields['threadId'] === threadId
      ? { upTo: Number(fields['upTo']) || 0, posted: Number(fields['posted']) || 0 }
      : { upTo: 0, posted: 0 };
  }

  function save(threadId: string, upTo: number, posted: number): void {
    storage.set(key, JSON.stringify({ threadId, upTo, posted }));
  }

  async function tell(threadId: string): Promise<void> {
    isPosting = true;
    try {
      for (;;) {
        const { upTo, posted } = load(threadId);
        if (upTo <= posted) {
          return;
        }
        await post(upTo);
        save(threadId, Math.max(upTo, load(threadId).upTo), upTo);
      }
    } catch {
      // The next message that is read, or the next time the line is back, tries again.
    } finally {
      isPosting = false;
    }
  }

  return {
    readUpTo: (threadId) => load(threadId).upTo,
    read: (threadId, upTo) => {
      const stored = load(threadId);
      if (upTo > stored.upTo) {
        save(threadId, upTo, stored.posted);
      }
      if (Math.max(upTo, stored.upTo) > stored.posted && !isPosting) {
        void tell(threadId);
      }
    },
  };
}
