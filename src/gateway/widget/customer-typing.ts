/** @module Showing the agent that a customer is typing: at once, and lost without harm. */
import type { Logger } from 'pino';
import type { ThreadRef } from '../../domain/ids.js';
import type { ContactCentre } from '../../ports/contact-centre.js';
import type { Threads } from '../../ports/threads.js';

const timeLimitMs = 3_000;
/** Threads whose typing is remembered; the oldest is forgotten, and counts as not typing. */
const mostRemembered = 10_000;

/** Posts customers' typing when it changes. */
export interface CustomerTyping {
  /** Takes note and returns; what it posts, it posts later. */
  set(ref: ThreadRef, isTyping: boolean): void;
}

interface Typist {
  wanted: boolean;
  posted: boolean;
  isPosting: boolean;
}

/** Makes the poster; nobody is typing yet. */
export function createCustomerTyping(deps: {
  readonly contactCentre: Pick<ContactCentre, 'setTyping'>;
  readonly threads: Pick<Threads, 'standing'>;
  readonly logger: Logger;
}): CustomerTyping {
  const { contactCentre, threads, logger } = deps;
  const typists = new Map<string, Typist>();

  function typistOf(key: string): Typist {
    const typist = typists.get(key) ?? { wanted: false, posted: false, isPosting: false };
    typists.delete(key);
    typists.set(key, typist);
    const [oldest] = typists.keys();
    if (typists.size > mostRemembered && oldest !== undefined) typists.delete(oldest);
    return typist;
  }

  /** One post at a time for each thread; what changed meanwhile is posted after, once. */
  async function post(ref: ThreadRef, typist: Typist): Promise<void> {
    typist.isPosting = true;
    try {
      while (typist.wanted !== typist.posted) {
        const { wanted } = typist;
        typist.posted = wanted;
        if ((await threads.standing(ref)).kind !== 'open') {
          // Neither a thread that does not exist yet nor one that is closed has typing.
          typist.wanted = false;
          typist.posted = false;
          return;
        }
        await contactCentre.setTyping(ref, wanted, AbortSignal.timeout(timeLimitMs));
      }
    } catch (error) {
      logger.debug({ ...ref, err: error }, 'typing not shown to the agent');
    } finally {
      typist.isPosting = false;
    }
  }

  return {
    set(ref, isTyping) {
      const typist = typistOf(`${ref.channelId}/${ref.threadId}`);
      typist.wanted = isTyping;
      if (!typist.isPosting && typist.wanted !== typist.posted) void post(ref, typist);
    },
  };
}
