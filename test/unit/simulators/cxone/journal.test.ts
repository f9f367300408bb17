import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openJournal } from '../../../../src/simulators/cxone/journal.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'journal-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const linesOnDisk = async () => (await openJournal(folder)).lines;

test('what is flushed is on disk, in order, while later lines still come', async () => {
  const { journal } = await openJournal(folder);
  const flushes: Promise<void>[] = [];
  for (let index = 0; index < 200; index += 1) {
    journal.append(`line ${index}`);
    flushes.push(journal.flushed());
    if (index % 7 === 0) await flushes.at(-1);
  }
  await Promise.all(flushes);
  expect(await linesOnDisk()).toEqual(Array.from({ length: 200 }, (_, index) => `line ${index}`));
  await journal.close();
});

test('a line that comes while the content is replaced is kept', async () => {
  const { journal } = await openJournal(folder);
  journal.append('old 1');
  const first = journal.flushed();
  journal.append('old 2');
  const rewritten = journal.rewrite(['snapshot']);
  journal.append('new');
  await Promise.all([first, rewritten, journal.flushed()]);
  expect(await linesOnDisk()).toEqual(['snapshot', 'new']);
  await journal.close();
});

test('closing writes what is still queued', async () => {
  const { journal } = await openJournal(folder);
  journal.append('last words');
  await journal.close();
  expect(await linesOnDisk()).toEqual(['last words']);
});

test('after a write that failed nothing is called durable', async () => {
  const { journal } = await openJournal(folder);
  await rm(folder, { recursive: true });
  journal.append('lost');
  await expect(journal.flushed()).rejects.toThrow('ENOENT');
  journal.append('lost too');
  await expect(journal.flushed()).rejects.toThrow('ENOENT');
});
