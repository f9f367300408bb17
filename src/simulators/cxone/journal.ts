import { type FileHandle, mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

/** Keeps one JSON line per change on disk, in the order in which the changes were made. */
export interface Journal {
  /** Queues one line; it is on its way, not yet written. */
  append(line: string): void;
  /** Resolves when every line queued so far is written; rejects when the disk refuses. */
  flushed(): Promise<void>;
  /** Replaces the whole content, atomically. */
  rewrite(lines: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** Keeps nothing: the state lives as long as the process. */
export const memoryJournal: Journal = {
  append: () => undefined,
  flushed: () => Promise.resolve(),
  rewrite: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

/** Opens the journal of a folder and returns its whole lines; a torn last line is left out. */
export async function openJournal(folder: string): Promise<{ journal: Journal; lines: string[] }> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'journal.jsonl');
  const content = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const lines = content.split('\n');
  // What follows the last newline was cut short by a crash: nobody was answered for it.
  lines.pop();
  return { journal: createJournal(path), lines };
}

function createJournal(path: string): Journal {
  let file: FileHandle | undefined;
  // What is queued before the disk is free shares one write.
  let batch: { lines: string[]; done: Promise<void> } | undefined;
  // Once a write has failed, this stays rejected: nothing after it may be called durable.
  let tail: Promise<void> = Promise.resolve();

  function inOrder(work: () => Promise<void>): Promise<void> {
    tail = tail.then(work);
    tail.catch(() => undefined);
    return tail;
  }

  function openBatch(): { lines: string[]; done: Promise<void> } {
    const lines: string[] = [];
    const done = inOrder(async () => {
      if (batch?.lines === lines) batch = undefined;
      file ??= await open(path, 'a');
      await file.appendFile(`${lines.join('\n')}\n`);
    });
    return { lines, done };
  }

  return {
    append(line) {
      batch ??= openBatch();
      batch.lines.push(line);
    },
    flushed: () => batch?.done ?? tail,
    rewrite(lines) {
      // What is queued so far is part of the new content; what comes later is written after it.
      batch = undefined;
      return inOrder(async () => {
        await file?.close();
        file = undefined;
        const draft = `${path}.new`;
        const handle = await open(draft, 'w');
        try {
          await handle.writeFile(lines.map((line) => `${line}\n`).join(''));
          await handle.sync();
        } finally {
          await handle.close();
        }
        await rename(draft, path);
      });
    },
    async close() {
      try {
        await tail;
      } finally {
        await file?.close();
        file = undefined;
      }
    },
  };
}
