/** @module Files as they flow, a piece at a time. */

/**
 * The most that a customer may send and the most that is passed on. LOW confidence (cxone.md 2.8):
 * about 40 MB, so the smaller reading of that for what goes there, the larger for what comes.
 */
export const mostUploadBytes = 40_000_000;
export const mostDownloadBytes = 40 * 1024 * 1024;

/** Passes pieces on until there are more than `mostBytes`; throws what `overrun` makes then. */
export async function* limited(
  pieces: AsyncIterable<Uint8Array>,
  mostBytes: number,
  overrun: () => Error,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    if (bytes > mostBytes) throw overrun();
    yield piece;
  }
}

/** Reads how a file begins, and gives it whole all the same. */
export async function peek(
  pieces: AsyncIterable<Uint8Array>,
  wantedBytes: number,
): Promise<{ readonly head: Buffer; readonly content: AsyncIterable<Uint8Array> }> {
  const rest = pieces[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let bytes = 0;
  let isOver = false;
  while (bytes < wantedBytes && !isOver) {
    const next = await rest.next();
    isOver = next.done === true;
    if (next.done === true) break;
    first.push(next.value);
    bytes += next.value.length;
  }
  async function* whole(): AsyncGenerator<Uint8Array> {
    try {
      for (let piece = first.shift(); piece; piece = first.shift()) yield piece;
      for (;;) {
        if (isOver) return;
        const next = await rest.next();
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      await rest.return?.();
    }
  }
  return { head: Buffer.concat(first).subarray(0, wantedBytes), content: whole() };
}
