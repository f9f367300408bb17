import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { describeRounds, race, raceChannels, raceEnv } from '../support/close-race.js';
import { type Endings, startEndings } from '../support/endings.js';
import { problemsOfReplay } from '../support/replayed.js';

let endings: Endings;
beforeAll(async () => {
  endings = await startEndings({
    temporalAddress: inject('temporalAddress'),
    channels: raceChannels,
    env: raceEnv,
  });
});
afterAll(() => endings?.close());

test('messages that race an agent who closes have one verdict each, and it is true', async () => {
  const seed = Date.now() % 1_000_000;
  const rounds = await race(endings, { rounds: 20, lanes: 5, seed });
  process.stdout.write(`seed ${seed}\n${describeRounds(rounds)}\n`);
  expect(rounds.flatMap((round) => round.problems)).toEqual([]);
  expect(rounds).toHaveLength(20);
  const refs = rounds.map(({ ref }) => ref);
  expect(await problemsOfReplay(endings.temporal, refs)).toEqual([]);
  // Without both, nothing raced.
  for (const outcome of ['sent', 'refused', 'turnedAway'] as const) {
    expect(rounds.some((round) => round[outcome] > 1)).toBe(true);
  }
}, 150_000);
