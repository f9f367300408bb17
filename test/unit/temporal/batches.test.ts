import { expect, test } from 'vitest';
import { createBatches } from '../../../src/temporal/batches.js';

/** A workflow that answers when it is told to, and remembers what it was asked together. */
function createAsked() {
  const asked: string[] = [];
  const waiting: (() => void)[] = [];
  const failures: Error[] = [];
  const ask = createBatches<number, number>(async (key, questions) => {
    asked.push(`${key} ${questions.join(' ')}`);
    await new Promise<void>((resolve) => void waiting.push(resolve));
    const failure = failures.shift();
    if (failure) throw failure;
    return questions.filter((question) => question < 9).map((question) => question * 10);
  });
  const answerNext = async () => {
    waiting.shift()?.();
    await new Promise(setImmediate);
  };
  return { ask, asked, failures, answerNext };
}

test('what comes while a question is on its way is asked together after it', async () => {
  const { ask, asked, answerNext } = createAsked();
  const answers = Promise.all([1, 2, 3].map((question) => ask('a', question)));
  expect(asked).toEqual(['a 1']);
  await answerNext();
  expect(asked).toEqual(['a 1', 'a 2 3']);
  await answerNext();
  expect(await answers).toEqual([10, 20, 30]);
});

test('another key is asked at once, and a key again after its answer', async () => {
  const { ask, asked, answerNext } = createAsked();
  const first = Promise.all([ask('a', 1), ask('b', 2)]);
  expect(asked).toEqual(['a 1', 'b 2']);
  await answerNext();
  await answerNext();
  expect(await first).toEqual([10, 20]);
  const again = ask('a', 3);
  expect(asked.at(-1)).toBe('a 3');
  await answerNext();
  expect(await again).toBe(30);
});

test('a failure is that of its batch only', async () => {
  const { ask, failures, answerNext } = createAsked();
  failures.push(new Error('down'));
  const answers = Promise.allSettled([1, 2].map((question) => ask('a', question)));
  await answerNext();
  await answerNext();
  expect(await answers).toMatchObject([
    { status: 'rejected', reason: { message: 'down' } },
    { status: 'fulfilled', value: 20 },
  ]);
});

test('a question that is given no answer is told so', async () => {
  const { ask, answerNext } = createAsked();
  const answer = ask('a', 9);
  await Promise.all([expect(answer).rejects.toThrow('has no answer'), answerNext()]);
});
