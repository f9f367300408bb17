/** @module The contact centre's signed events (cxone.md 4.3, 4.4): the quickest news of an agent's end. */
import { RequestError } from '../../domain/errors.js';
import type { ChannelId, ThreadRef } from '../../domain/ids.js';
import { findThreadCandidates } from '../box/thread-look-up.js';
import type { GatewayDeps } from '../gateway-deps.js';
import { hasCode } from '../problem.js';
import { createBodyReader, parseJson } from '../request-body.js';
import { requestIdOf } from '../request-id.js';
import type { Routes } from '../routes.js';
import { type ContactNews, readContactNews } from './contact-news.js';
import { isSignedWith } from './event-signature.js';
import { takeEvent } from './operations.js';

const eventsPath = '/integration/events';
const bodyLimitBytes = 1024 * 1024;

/**
 * Mounts the endpoint; without a secret there is none. Whatever is signed is answered 204, so that
 * what is of no use here is not sent again. Repeats need no store: a thread ignores what it knows.
 */
export function mountEvents(routes: Routes, deps: GatewayDeps): void {
  const { threads, channels, logger, settings } = deps;
  const { eventsSecret } = settings;
  if (eventsSecret === undefined) return;
  const readBody = createBodyReader(bodyLimitBytes);

  function candidatesOf({ channel, thread }: ContactNews): readonly ThreadRef[] {
    const isForeign = channel !== undefined && ![...channels.keys()].some((id) => id === channel);
    if (isForeign) return [];
    const path = { threadId: thread, ...(channel === undefined ? {} : { channelId: channel }) };
    return findThreadCandidates(channels, path, undefined).refs;
  }

  /** Tells the thread that runs; gives its channel, or undefined when there is none. */
  async function tell(news: ContactNews): Promise<ChannelId | undefined> {
    for (const ref of candidatesOf(news)) {
      if (await threads.tellContact(ref, news.sighting)) return ref.channelId;
    }
    return undefined;
  }

  routes.mount(eventsPath, {
    POST: {
      operation: takeEvent,
      handle: async (req, res) => {
        const body = await readBody(req, res);
        if (!isSignedWith(eventsSecret, body, req.get('X-Request-Signature'))) {
          throw new RequestError('EVENT_SIGNATURE_INVALID', 'The signature does not fit the body.');
        }
        const facts = { requestId: requestIdOf(res) };
        const news = readContactNews(parseSigned(body));
        if (news.kind === 'ignored') {
          logger.debug({ ...facts, ...news.facts }, 'event ignored');
        } else {
          const { contact, status } = news.sighting;
          const told = {
            ...facts,
            ...news.facts,
            contactId: contact,
            threadId: news.thread,
            status,
          };
          const channelId = await tell(news);
          if (channelId === undefined) logger.info(told, 'event for no running thread');
          else logger.info({ ...told, channelId }, 'event taken');
        }
        res.status(204).end();
      },
    },
  });
}

/** Reads what is certainly theirs; what is no JSON is as good as an event of an unknown type. */
function parseSigned(body: Buffer): unknown {
  try {
    return parseJson(body);
  } catch (error) {
    if (hasCode(error, 'BODY_INVALID')) return undefined;
    throw error;
  }
}
