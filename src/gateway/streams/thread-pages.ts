/** @module The pages of one thread that are open here: their streams, their presence, what is followed. */
import type { Logger } from 'pino';
import type { GatewayQueue, MessageId, ThreadRef } from '../../domain/ids.js';
import type { CustomerEvent, ThreadSnapshot } from '../../domain/messages.js';
import type { Clock } from '../../ports/clock.js';
import type { Threads } from '../../ports/threads.js';
import type { ToFileUrl } from '../customer-event-json.js';
import { createFollow } from './follow.js';
import { createPageStream, type PageStream } from './page-stream.js';
import { createPresence } from './presence.js';

/** The pages of one thread. */
export interface ThreadPages {
  /** Adds a page that has everything up to a number; it is started by its owner. */
  add(afterSeq: number): PageStream;
  /** Removes a page whose connection is gone. */
  remove(stream: PageStream): void;
  /** Tells the thread of its first page here; resolves to whether the thread knows. */
  announce(): Promise<boolean>;
  hasPages(): boolean;
  streams(): Iterable<PageStream>;
  offer(events: readonly CustomerEvent[]): void;
  follow(id: MessageId): void;
  leave(): void;
  /** Notes that the thread was told that no page is open here. */
  forgotten(): void;
  reannounce(delayMs: number): void;
  goneNow(): Promise<void>;
  stop(): void;
}

/** Makes the pages of a thread, none yet; `onEmpty` is called whenever nothing is left to do. */
export function createThreadPages(deps: {
  readonly ref: ThreadRef;
  readonly threads: Threads;
  readonly gateway: GatewayQueue;
  readonly toFileUrl: ToFileUrl;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onEmpty: () => void;
}): ThreadPages {
  const { ref, threads, gateway, clock, logger } = deps;
  const streams = new Set<PageStream>();

  const hasPages = () => streams.size > 0;

  function settle(): void {
    if (!hasPages() && presence.isSettled() && follow.isIdle()) deps.onEmpty();
  }

  function offer(events: readonly CustomerEvent[]): void {
    follow.note(events);
    for (const stream of streams) stream.offer(events);
  }

  /** Reads the thread for one page; what comes is shown to all of them. */
  async function read(afterSeq: number): Promise<ThreadSnapshot | undefined> {
    const snapshot = await threads.read(ref, afterSeq);
    if (snapshot) offer(snapshot.events);
    return snapshot;
  }

  function catchUpAll(): void {
    for (const stream of streams) stream.catchUp();
  }

  async function readNewest(): Promise<void> {
    const started = [...streams].filter((stream) => stream.isStarted());
    if (started.length === 0) return;
    let snapshot: ThreadSnapshot | undefined;
    do {
      const newest = Math.max(...started.map((stream) => stream.lastSeq()));
      snapshot = await read(newest);
    } while (snapshot?.hasMore === true && snapshot.events.length > 0 && hasPages());
  }

  const presence = createPresence({
    ref,
    threads,
    gateway,
    clock,
    logger,
    hasPages,
    onTriedAgain: catchUpAll,
    onSettled: settle,
  });
  const follow = createFollow({ clock, read: readNewest, onIdle: settle });

  return {
    add(afterSeq) {
      const stream = createPageStream({ afterSeq, read, toFileUrl: deps.toFileUrl, logger });
      streams.add(stream);
      return stream;
    },
    remove(stream) {
      stream.stop();
      if (streams.delete(stream) && !hasPages()) presence.dropped();
    },
    announce: () => presence.opened(),
    hasPages,
    streams: () => streams,
    offer,
    follow(id) {
      follow.follow(id);
      presence.threadExists();
    },
    leave: () => presence.left(),
    forgotten: () => presence.forgotten(),
    reannounce: (delayMs) => presence.reannounce(delayMs),
    goneNow: () => presence.goneNow(),
    stop() {
      presence.stop();
      follow.stop();
      for (const stream of streams) stream.stop();
    },
  };
}
