/** @module All pages that this gateway holds open, by thread. */
import type { Logger } from 'pino';
import { RequestError } from '../../domain/errors.js';
import type { GatewayQueue, MessageId, ThreadRef } from '../../domain/ids.js';
import type { Pages } from '../../ports/channel.js';
import type { Clock } from '../../ports/clock.js';
import type { Threads } from '../../ports/threads.js';
import type { AttachmentLinks } from '../attachments/attachment-links.js';
import { createToFileUrl } from '../attachments/page-files.js';
import { keepAliveFrame, retryFrame, typingFrame } from './frames.js';
import type { PageStream } from './page-stream.js';
import type { StreamSink } from './stream-sink.js';
import { createThreadPages, type ThreadPages } from './thread-pages.js';

const keepAliveEveryMs = 15_000;
/** How long a page waits before it connects again after its stream broke. */
const retryMs = 1_000;
/** Pages of a gateway that stops come back spread over this time. */
const closeSpreadMs = 4_000;
/** Threads are told again spread over this time. */
const reannounceSpreadMs = 5_000;
/** Pages of one thread at one gateway; a person has a few tabs. */
const mostPagesPerThread = 20;
/** How many threads are told of a stopping gateway at a time. */
const goneAtOnce = 10;
const longestFarewellMs = 2_000;

/** A page's stream that was prepared and waits for its connection. */
export interface OpenedStream {
  start(sink: StreamSink): void;
}

/** All streams of this gateway. */
export interface StreamHub extends Pages {
  /**
   * Opens a stream after a sequence number; undefined when the thread is closed and nothing is left.
   * The stream is over when `connection` aborts.
   * Throws `UNAVAILABLE` when the thread cannot be asked, `RATE_LIMITED` beyond 20 pages a thread.
   */
  open(
    ref: ThreadRef,
    afterSeq: number,
    connection: AbortSignal,
  ): Promise<OpenedStream | undefined>;
  /** Says whether a page of the thread is open here. */
  hasPages(ref: ThreadRef): boolean;
  /** Shows the pages what becomes of a message that went out with this gateway as its `via`. */
  follow(ref: ThreadRef, id: MessageId): void;
  /** Notes that a page of the thread is going away. */
  leave(ref: ThreadRef): void;
  reannounce(): void;
  /** Ends every stream and tells the threads, for at most two seconds. */
  close(): Promise<void>;
}

function keyOf({ channelId, threadId }: ThreadRef): string {
  return `${channelId}/${threadId}`;
}

/** Makes a hub without streams. */
export function createStreamHub(deps: {
  readonly threads: Threads;
  readonly gateway: GatewayQueue;
  readonly links: AttachmentLinks;
  readonly clock: Clock;
  readonly logger: Logger;
}): StreamHub {
  const byThread = new Map<string, ThreadPages>();
  const keepAlive = setInterval(() => {
    for (const stream of allStreams()) stream.writeFrame(keepAliveFrame);
  }, keepAliveEveryMs);
  keepAlive.unref();

  function* allStreams(): Iterable<PageStream> {
    for (const pages of byThread.values()) yield* pages.streams();
  }

  function pagesOf(ref: ThreadRef): ThreadPages {
    const key = keyOf(ref);
    const known = byThread.get(key);
    if (known) return known;
    const pages = createThreadPages({
      ...deps,
      ref,
      toFileUrl: createToFileUrl(deps.links, ref),
      onEmpty: () => byThread.delete(key),
    });
    byThread.set(key, pages);
    return pages;
  }

  return {
    async open(ref, afterSeq, connection) {
      const pages = pagesOf(ref);
      if ([...pages.streams()].length >= mostPagesPerThread) {
        throw new RequestError('RATE_LIMITED', 'Too many pages of this thread are open.');
      }
      const stream = pages.add(afterSeq);
      const remove = () => pages.remove(stream);
      connection.addEventListener('abort', remove, { once: true });
      if (connection.aborted) remove();
      try {
        await pages.announce();
        if (await stream.prepare()) {
          return {
            start: (sink) => {
              sink.write(retryFrame(retryMs));
              stream.start(sink);
            },
          };
        }
      } catch (error) {
        remove();
        throw error;
      }
      remove();
      return undefined;
    },
    hasPages: (ref) => byThread.get(keyOf(ref))?.hasPages() ?? false,
    async show(ref, events) {
      const pages = byThread.get(keyOf(ref));
      if (!pages?.hasPages()) {
        pages?.forgotten();
        return false;
      }
      pages.offer(events);
      return true;
    },
    showTyping(ref, typing) {
      const frame = typingFrame(typing);
      for (const stream of byThread.get(keyOf(ref))?.streams() ?? []) stream.writeFrame(frame);
    },
    follow: (ref, id) => pagesOf(ref).follow(id),
    leave: (ref) => pagesOf(ref).leave(),
    reannounce() {
      for (const pages of byThread.values()) pages.reannounce(Math.random() * reannounceSpreadMs);
    },
    async close() {
      clearInterval(keepAlive);
      for (const stream of allStreams())
        stream.end(retryMs + Math.round(Math.random() * closeSpreadMs));
      const farewells = [...byThread.values()];
      const tellNext = async (): Promise<void> => {
        for (let pages = farewells.pop(); pages; pages = farewells.pop()) {
          await pages.goneNow().catch(() => undefined);
        }
      };
      const told = Promise.all(Array.from({ length: goneAtOnce }, tellNext));
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise((resolve) => {
        timer = setTimeout(resolve, longestFarewellMs);
      });
      await Promise.race([told, limit]);
      clearTimeout(timer);
      farewells.length = 0;
      for (const pages of byThread.values()) pages.stop();
      byThread.clear();
    },
  };
}
