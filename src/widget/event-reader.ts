/** Keeps the thread's event stream open and in step: reconnects, resumes, and notices a silent line. */
import { type Backoff, createBackoff, type Pause } from './backoff.js';
import { createSseParser } from './sse.js';
import { parseThreadEvent, type ThreadEvent } from './wire.js';

/** Reads the thread's events until stopped. */
export interface EventReader {
  readonly start: () => void;
  /** Tries again at once instead of waiting on, and cuts a line that has been too quiet. */
  readonly wake: () => void;
  /** Cuts the connection; with `start` it is opened anew. */
  readonly stop: () => void;
  /** Cuts the connection and opens it again, after the network changed. */
  readonly restart: () => void;
}

/** What a connection attempt gave: a stream, the end of the thread, or that it is not worth trying. */
export type Connected =
  | { readonly kind: 'stream'; readonly body: ReadableStream<Uint8Array> }
  /** Nothing more comes, unless a verdict on a message is still owed. */
  | { readonly kind: 'ended'; readonly isVerdictOwed: boolean }
  | { readonly kind: 'given-up' };

/** The gateway sends a comment every 15 s: three missed ones mean that the line is dead. */
const silenceMs = 45_000;
/** After a sleep the page looks at the line sooner than the timer does. */
const suspiciousMs = 20_000;
const connectMs = 20_000;
/** A line that lived this long was a good one, and the next wait starts small again. */
const goodLineMs = 5_000;
/** A page that is back within a second was never away, in the thread's eyes. */
const firstWaitMs = 500;

/** Creates a reader; `connect` gets a signal that ends the attempt and the stream. */
export function createEventReader(deps: {
  readonly connect: (signal: AbortSignal) => Promise<Connected>;
  readonly lastSeq: () => number;
  readonly onEvent: (event: ThreadEvent) => void;
  readonly onConnecting: () => void;
  readonly onOnline: () => void;
  /** Returns how long the gateway asked to be left alone, in milliseconds. */
  readonly onTrouble: (error: unknown) => number | undefined;
  readonly pause: Pause;
  readonly backoff?: Backoff;
}): EventReader {
  const { connect, lastSeq, onEvent, onConnecting, onOnline, onTrouble, pause } = deps;
  const backoff = deps.backoff ?? createBackoff({ baseMs: firstWaitMs });
  let controller: AbortController | undefined;
  let gapAt: number | undefined;
  let open: { readonly line: AbortController; heardAt: number } | undefined;

  /** Returns false for an event that came too early: what is missing is fetched first. */
  function take(event: ThreadEvent): boolean {
    const expected = lastSeq() + 1;
    if (event.seq !== undefined && event.seq > expected && gapAt !== expected) {
      gapAt = expected;
      return false;
    }
    onEvent(event);
    return true;
  }

  async function read(body: ReadableStream<Uint8Array>, line: AbortController): Promise<void> {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    const parse = createSseParser({
      onEvent: ({ name, data, id }) => {
        if (!line.signal.aborted && !take(parseThreadEvent(name, data, id))) {
          line.abort();
        }
      },
    });
    const opened = { line, heardAt: Date.now() };
    open = opened;
    for (;;) {
      const watchdog = setTimeout(() => line.abort(), silenceMs);
      const { done, value } = await reader.read().finally(() => clearTimeout(watchdog));
      if (done) {
        return;
      }
      opened.heardAt = Date.now();
      parse(decoder.decode(value, { stream: true }));
    }
  }

  /** Returns the wait before the next attempt, or undefined when there shall be none. */
  async function attempt(line: AbortController): Promise<number | undefined> {
    const deadline = setTimeout(() => line.abort(), connectMs);
    const connected = await connect(line.signal).finally(() => clearTimeout(deadline));
    if (connected.kind === 'given-up') {
      return undefined;
    }
    onOnline();
    if (connected.kind === 'ended') {
      return connected.isVerdictOwed ? backoff.next() : undefined;
    }
    const openedAt = Date.now();
    try {
      await read(connected.body, line);
    } finally {
      if (Date.now() - openedAt > goodLineMs) {
        backoff.reset();
      }
    }
    return backoff.next();
  }

  async function run(own: AbortController): Promise<void> {
    while (!own.signal.aborted) {
      onConnecting();
      const line = new AbortController();
      const cut = () => line.abort();
      own.signal.addEventListener('abort', cut);
      let waitMs: number | undefined;
      try {
        waitMs = await attempt(line);
        if (waitMs === undefined) {
          break;
        }
      } catch (error) {
        if (own.signal.aborted) {
          return;
        }
        const askedMs = onTrouble(error);
        waitMs = Math.max(askedMs ?? 0, backoff.next());
      } finally {
        own.signal.removeEventListener('abort', cut);
        line.abort();
      }
      await pause.wait(waitMs);
    }
    if (controller === own) {
      controller = undefined;
    }
  }

  function start(): void {
    if (controller === undefined) {
      controller = new AbortController();
      void run(controller);
    }
  }

  function stop(): void {
    controller?.abort();
    controller = undefined;
    pause.wake();
  }

  return {
    start,
    stop,
    wake: () => {
      pause.wake();
      if (open !== undefined && Date.now() - open.heardAt > suspiciousMs) {
        open.line.abort();
      }
    },
    restart: () => {
      stop();
      backoff.reset();
      start();
    },
  };
}
