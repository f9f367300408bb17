/**
 * @module One page's stream of a thread's events: each once, in order, none left out.
 *
 * An event is written exactly when its number follows the last one written, in one step that
 * nothing can come between. So it does not matter who hands events in, how often, or how late; what
 * would leave a gap makes the stream read what lies between.
 */
import type { Logger } from 'pino';
import type { CustomerEvent, ThreadSnapshot } from '../../domain/messages.js';
import type { ToFileUrl } from '../customer-event-json.js';
import { createBackOff } from './back-off.js';
import { eventFrame, retryFrame } from './frames.js';
import type { StreamSink } from './stream-sink.js';

/** A page that leaves this many bytes unread is dropped; it reads on when it connects again. */
const mostPendingBytes = 4 * 1024 * 1024;
/** A page that leaves more than this unread gets no further page of the past yet. */
const readOnBelowBytes = 64 * 1024;
const firstRereadMs = 250;
const longestRereadMs = 5_000;
/** How soon a page asks whether anything came after the end. */
const closedRetryMs = 1_000;

/** One page's stream. */
export interface PageStream {
  /** The number of the last event written. */
  lastSeq(): number;
  /** Whether frames are written; before, what is offered is only remembered as missing. */
  isStarted(): boolean;
  /**
   * Reads the first page of what is missing; false when the thread is closed and nothing is.
   * Throws what the thread's read throws. A number beyond the thread's last counts as its last.
   */
  prepare(): Promise<boolean>;
  start(sink: StreamSink): void;
  /** Writes what follows the last event written, and reads what lies between. */
  offer(events: readonly CustomerEvent[]): void;
  /** Reads whatever is missing. */
  catchUp(): void;
  /** Writes a frame that is no event. */
  writeFrame(frame: string): void;
  /** Ends the connection, and asks the page to wait `retryMs` before the next. */
  end(retryMs: number): void;
  /** Stops all work; for when the connection is gone. */
  stop(): void;
}

/** Makes a stream that has shown everything up to `afterSeq`; `read` reads the thread from there. */
export function createPageStream(deps: {
  readonly afterSeq: number;
  readonly read: (afterSeq: number) => Promise<ThreadSnapshot | undefined>;
  readonly toFileUrl: ToFileUrl;
  readonly logger: Logger;
}): PageStream {
  const { read, toFileUrl, logger } = deps;
  const backOff = createBackOff(firstRereadMs, longestRereadMs);
  let sink: StreamSink | undefined;
  let isStopped = false;
  let isReading = false;
  let mustRead = false;
  let lastSeq = deps.afterSeq;
  let missingUpTo = 0;
  let isClosedWritten = false;
  let first: ThreadSnapshot | undefined;
  let rereadTimer: NodeJS.Timeout | undefined;

  function stop(): void {
    isStopped = true;
    clearTimeout(rereadTimer);
  }

  function end(retryMs: number): void {
    if (isStopped) return;
    stop();
    sink?.end(retryFrame(retryMs));
  }

  function write(events: readonly CustomerEvent[]): void {
    if (!sink || isStopped) return;
    for (const event of events) {
      if (event.seq <= lastSeq) continue;
      if (event.seq !== lastSeq + 1) break;
      sink.write(eventFrame(event, toFileUrl));
      lastSeq = event.seq;
      if (event.type === 'state') isClosedWritten = event.state === 'closed';
    }
    if (sink.pendingBytes() > mostPendingBytes) {
      logger.info({ lastSeq }, 'slow page dropped');
      stop();
      sink.drop();
    }
  }

  function isBehind(): boolean {
    return !isStopped && (mustRead || missingUpTo > lastSeq);
  }

  /** Gives whether the thread is closed and all of it was written. */
  async function readOnce(): Promise<boolean> {
    mustRead = false;
    const before = lastSeq;
    const snapshot = await read(lastSeq);
    if (snapshot === undefined) {
      missingUpTo = 0;
      return false;
    }
    write(snapshot.events);
    if (snapshot.hasMore) mustRead = true;
    if (isBehind() && lastSeq === before) throw new RangeError('A read brought nothing on.');
    return !snapshot.hasMore && snapshot.state === 'closed' && lastSeq >= snapshot.lastSeq;
  }

  async function readOn(): Promise<void> {
    if (isReading || !sink) return;
    isReading = true;
    let isAllOfClosed = false;
    try {
      while (isBehind()) {
        if (sink.pendingBytes() > readOnBelowBytes) await sink.drained();
        isAllOfClosed = await readOnce();
        backOff.reset();
      }
    } catch (error) {
      logger.debug({ err: error }, 'thread not read for a page');
      mustRead = true;
      if (!isStopped) rereadTimer = setTimeout(() => void readOn(), backOff.next());
      return;
    } finally {
      isReading = false;
    }
    if (isAllOfClosed || isClosedWritten) end(closedRetryMs);
  }

  function catchUp(): void {
    mustRead = true;
    void readOn();
  }

  return {
    lastSeq: () => lastSeq,
    isStarted: () => sink !== undefined,
    async prepare() {
      first = await read(lastSeq);
      lastSeq = Math.min(lastSeq, first?.lastSeq ?? 0);
      return first?.state !== 'closed' || lastSeq < first.lastSeq;
    },
    start(opened) {
      sink = opened;
      if (first) {
        write(first.events);
        mustRead ||= first.hasMore || first.lastSeq > lastSeq;
        const isAllOfClosed = first.state === 'closed' && !isBehind();
        first = undefined;
        if (isAllOfClosed) end(closedRetryMs);
      }
      if (isBehind()) void readOn();
    },
    offer(events) {
      const newest = events.at(-1);
      if (isStopped || newest === undefined) return;
      missingUpTo = Math.max(missingUpTo, newest.seq);
      write(events);
      if (isBehind()) void readOn();
      else if (!isReading && isClosedWritten) end(closedRetryMs);
    },
    catchUp,
    writeFrame: (frame) => {
      if (!isStopped) sink?.write(frame);
    },
    end,
    stop,
  };
}
