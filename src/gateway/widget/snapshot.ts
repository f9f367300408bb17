/** @module A thread as its customer would have seen it, all at once. */

import type { ThreadRef } from '../../domain/ids.js';
import type { CustomerEvent, ThreadSnapshot } from '../../domain/messages.js';
import type { Threads } from '../../ports/threads.js';
import { toMessageJson, toStateMoments } from '../customer-event-json.js';
import type { RateLimit } from '../rate-limits.js';
import type { Handler } from '../routes.js';
import type { Admission } from './admission.js';
import { sideCallsPerMinute } from './side-calls.js';

/** A thread of which nothing is known yet: its customer has not written. */
const untouched: ThreadSnapshot = { state: 'open', events: [], hasMore: false, lastSeq: 0 };

async function readAll(
  threads: Pick<Threads, 'read'>,
  ref: ThreadRef,
): Promise<{ readonly newest: ThreadSnapshot; readonly events: readonly CustomerEvent[] }> {
  const events: CustomerEvent[] = [];
  let newest = untouched;
  let page: ThreadSnapshot | undefined;
  do {
    page = await threads.read(ref, events.at(-1)?.seq ?? 0);
    if (page) {
      newest = page;
      events.push(...page.events);
    }
  } while (page?.hasMore === true && page.events.length > 0);
  return { newest, events };
}

/** Writes the messages, the customer's own with the newest status that is known of each. */
function toMessages(events: readonly CustomerEvent[]): Record<string, unknown>[] {
  const statuses = new Map<string, string>();
  for (const event of events) {
    if (event.type === 'message-status') statuses.set(event.id, event.status);
  }
  return events
    .filter((event) => event.type === 'message')
    .map((event) => ({
      ...toMessageJson(event),
      ...(event.from === 'customer' ? { status: statuses.get(event.id) ?? 'accepted' } : {}),
    }));
}

/** Makes the handler of `GET /v1/threads/{threadId}`. */
export function createSnapshotHandler(deps: {
  readonly admission: Admission;
  readonly threads: Pick<Threads, 'read'>;
  readonly limit: RateLimit;
}): Handler {
  return async (req, res) => {
    const { ref } = await deps.admission.admitToThread(req, res);
    deps.limit.spend(`${ref.channelId} ${ref.threadId}`, sideCallsPerMinute);
    const { newest, events } = await readAll(deps.threads, ref);
    res.json({
      threadId: ref.threadId,
      channelId: ref.channelId,
      state: newest.state,
      ...toStateMoments(newest),
      messages: toMessages(events),
      lastSeq: Math.max(newest.lastSeq, events.at(-1)?.seq ?? 0),
    });
  };
}
