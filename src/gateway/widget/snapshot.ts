/** @module A thread as its customer would have seen it, all at once. */
import { RequestError } from '../../domain/errors.js';
import type { ThreadRef } from '../../domain/ids.js';
import type { CustomerEvent, ThreadSnapshot } from '../../domain/messages.js';
import type { Clock } from '../../ports/clock.js';
import type { ContactCentre } from '../../ports/contact-centre.js';
import type { Threads } from '../../ports/threads.js';
import type { AttachmentLinks } from '../attachments/attachment-links.js';
import { createToFileUrl } from '../attachments/page-files.js';
import { type ToFileUrl, toMessageJson, toStateMoments } from '../customer-event-json.js';
import type { RateLimit } from '../rate-limits.js';
import type { Handler } from '../routes.js';
import type { Admission, ThreadCaller } from './admission.js';
import { mayHaveEnded } from './forgotten-threads.js';
import { sideCallsPerMinute } from './side-calls.js';

const answerWithinMs = 5_000;
const retryAfterMs = 5_000;

/** A thread of which nothing is known yet: its customer has not written. */
const untouched: ThreadSnapshot = { state: 'open', events: [], hasMore: false, lastSeq: 0 };

async function readAll(
  threads: Pick<Threads, 'read'>,
  ref: ThreadRef,
): Promise<{
  readonly newest: ThreadSnapshot | undefined;
  readonly events: readonly CustomerEvent[];
}> {
  const events: CustomerEvent[] = [];
  let newest: ThreadSnapshot | undefined;
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
function toMessages(
  events: readonly CustomerEvent[],
  toFileUrl: ToFileUrl,
): Record<string, unknown>[] {
  const statuses = new Map<string, string>();
  for (const event of events) {
    if (event.type === 'message-status') statuses.set(event.id, event.status);
  }
  return events
    .filter((event) => event.type === 'message')
    .map((event) => ({
      ...toMessageJson(event, toFileUrl),
      ...(event.from === 'customer' ? { status: statuses.get(event.id) ?? 'accepted' } : {}),
    }));
}

async function tellOrSayLater<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (cause) {
    throw new RequestError('UNAVAILABLE', 'Whether the thread has ended cannot be told now.', {
      retryAfterMs,
      cause,
    });
  }
}

/** Makes the handler of `GET /v1/threads/{threadId}`. */
export function createSnapshotHandler(deps: {
  readonly admission: Admission;
  readonly threads: Pick<Threads, 'read'>;
  readonly contactCentre: Pick<ContactCentre, 'readThread'>;
  readonly links: AttachmentLinks;
  readonly limit: RateLimit;
  readonly clock: Clock;
}): Handler {
  const { admission, threads, contactCentre, links, limit, clock } = deps;

  /** A thread that nobody here knows has not begun, or ended so long ago that it is forgotten. */
  async function requireNotEnded(caller: ThreadCaller): Promise<void> {
    if (!mayHaveEnded(caller, clock())) return;
    const seen = await tellOrSayLater(() =>
      contactCentre.readThread(caller.ref, AbortSignal.timeout(answerWithinMs)),
    );
    if (seen?.isOpen === false) {
      throw new RequestError('NOT_FOUND', 'The thread ended too long ago to be shown.');
    }
  }

  return async (req, res) => {
    const caller = await admission.admitToThread(req, res);
    const { ref } = caller;
    limit.spend(`${ref.channelId} ${ref.threadId}`, sideCallsPerMinute);
    const { newest: known, events } = await readAll(threads, ref);
    if (known === undefined) await requireNotEnded(caller);
    const newest = known ?? untouched;
    res.json({
      threadId: ref.threadId,
      channelId: ref.channelId,
      state: newest.state,
      ...toStateMoments(newest),
      messages: toMessages(events, createToFileUrl(links, ref)),
      lastSeq: Math.max(newest.lastSeq, events.at(-1)?.seq ?? 0),
    });
  };
}
