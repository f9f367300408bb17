import { describe, expect, test, vi } from 'vitest';
import { type Connected, createEventReader } from '../../../src/widget/event-reader.js';
import type { ThreadEvent } from '../../../src/widget/wire.js';

const frame = (seq: number) =>
  `id: ${seq}\nevent: message\ndata: {"id":"m${seq}","from":"agent","text":"x","at":""}\n\n`;

/** A stream that gives these frames and ends; it does not end by itself when `isOpen`. */
function lineOf(seqs: readonly number[], isOpen = false): Connected {
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      controller.enqueue(new TextEncoder().encode(seqs.map(frame).join('')));
      if (!isOpen) {
        controller.close();
      }
    },
  });
  return { kind: 'stream', body };
}

function createScene(lines: Array<Connected | Error>) {
  const taken: number[] = [];
  const askedAfter: number[] = [];
  const troubles: unknown[] = [];
  const waits: number[] = [];
  const reader = createEventReader({
    connect: async () => {
      askedAfter.push(taken.at(-1) ?? 0);
      const line = lines.shift() ?? { kind: 'ended', isVerdictOwed: false };
      if (line instanceof Error) {
        throw line;
      }
      return line;
    },
    lastSeq: () => taken.at(-1) ?? 0,
    onEvent: (event: ThreadEvent) => taken.push(event.seq ?? 0),
    onConnecting: () => undefined,
    onOnline: () => undefined,
    onTrouble: (error) => {
      troubles.push(error);
      return 7_000;
    },
    pause: {
      wait: async (ms) => {
        waits.push(ms);
      },
      wake: () => undefined,
    },
  });
  reader.start();
  return { taken, askedAfter, troubles, waits };
}

describe('the event reader', () => {
  test('goes on after the last event when the stream ends', async () => {
    const scene = createScene([lineOf([1, 2]), lineOf([3])]);
    await vi.waitFor(() => expect(scene.askedAfter).toEqual([0, 2, 3]));
    expect(scene.taken).toEqual([1, 2, 3]);
  });

  test('fetches what is missing before it shows what came too early', async () => {
    const scene = createScene([lineOf([1, 3, 4]), lineOf([2, 3, 4])]);
    await vi.waitFor(() => expect(scene.askedAfter).toEqual([0, 1, 4]));
    expect(scene.taken).toEqual([1, 2, 3, 4]);
  });

  test('goes on over a gap that the gateway cannot fill', async () => {
    const scene = createScene([lineOf([1, 3]), lineOf([3, 4])]);
    await vi.waitFor(() => expect(scene.taken).toEqual([1, 3, 4]));
  });

  test('comes back after an error, and not before the gateway said', async () => {
    const error = new Error('busy');
    const scene = createScene([error, lineOf([1])]);
    await vi.waitFor(() => expect(scene.taken).toEqual([1]));
    expect(scene.troubles).toEqual([error]);
    expect(scene.waits[0]).toBe(7_000);
  });

  test('asks again at the end of a thread only while a verdict is owed', async () => {
    const owed: Connected = { kind: 'ended', isVerdictOwed: true };
    const scene = createScene([owed, owed, { kind: 'ended', isVerdictOwed: false }, lineOf([1])]);
    await vi.waitFor(() => expect(scene.askedAfter).toHaveLength(3));
    await Promise.resolve();
    expect(scene.askedAfter).toHaveLength(3);
    expect(scene.taken).toEqual([]);
  });
});
