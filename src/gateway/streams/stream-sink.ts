/** @module Where a stream's frames go. */
import type { Response } from 'express';

/** One open connection to a page. */
export interface StreamSink {
  write(frame: string): void;
  /** Bytes that were written and that the page has not taken yet. */
  pendingBytes(): number;
  /** Resolves when the page has taken what was written, or is gone. */
  drained(): Promise<void>;
  end(lastFrame: string): void;
  /** Cuts the connection without a word. */
  drop(): void;
}

/** Makes a sink of an answer whose head was sent. */
export function toStreamSink(res: Response): StreamSink {
  return {
    write: (frame) => {
      if (res.writable) res.write(frame);
    },
    pendingBytes: () => res.writableLength,
    drained: () =>
      new Promise((resolve) => {
        if (!res.writable || !res.writableNeedDrain) {
          resolve();
          return;
        }
        const done = () => {
          res.off('drain', done);
          res.off('close', done);
          resolve();
        };
        res.once('drain', done);
        res.once('close', done);
      }),
    end: (lastFrame) => res.end(lastFrame),
    drop: () => res.destroy(),
  };
}
