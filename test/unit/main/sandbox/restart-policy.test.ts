import { expect, test } from 'vitest';
import { decideRestart, type EndedRun } from '../../../../src/main/sandbox/restart-policy.js';

const second = 1_000;

/** Runs of these lengths, one after the other. */
function runsOf(...lengths: number[]): EndedRun[] {
  let time = 0;
  return lengths.map((length) => {
    const startedAt = time;
    time += length;
    return { startedAt, endedAt: time };
  });
}

test('a process that ran for long is started again almost at once', () => {
  expect(decideRestart(runsOf(3_600 * second))).toEqual({ kind: 'restart', delayMs: 250 });
});

test('each quick death doubles the wait', () => {
  const delays = [1, 2, 3, 4].map((deaths) =>
    decideRestart(runsOf(...Array.from({ length: deaths }, () => second))),
  );
  expect(delays).toEqual([250, 500, 1_000, 2_000].map((delayMs) => ({ kind: 'restart', delayMs })));
});

test('five quick deaths in a row are enough', () => {
  const runs = runsOf(second, second, second, second, second);
  expect(decideRestart(runs)).toEqual({ kind: 'give up', quickDeaths: 5 });
});

test('a long run makes earlier quick deaths forgotten', () => {
  const runs = runsOf(60 * second, second, second, second, second, 60 * second);
  expect(decideRestart(runs)).toEqual({ kind: 'restart', delayMs: 250 });
  expect(decideRestart([...runs, ...runsOf(second, second)])).toEqual({
    kind: 'restart',
    delayMs: 500,
  });
});
