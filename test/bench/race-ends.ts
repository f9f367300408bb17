/**
 * The race of customers' messages against an agent who closes, a thousand times:
 *
 *     npm run race:ends -- [rounds] [seed]
 *
 * Ends with 1 when a message had no verdict, two, or a wrong one, or a contact was left open.
 */
import { describeRounds, type Round, race, raceChannels, raceEnv } from '../support/close-race.js';
import { startEndings } from '../support/endings.js';
import { problemsOfReplay } from '../support/replayed.js';
import { startTestTemporal } from '../support/temporal-server.js';

const [rounds = 1_000, seed = Date.now() % 1_000_000] = process.argv.slice(2).map(Number);
const lanes = 5;

console.log(`${rounds} rounds, ${lanes} side by side, seed ${seed}`);
const startedAtMs = Date.now();
const temporal = await startTestTemporal();
try {
  const endings = await startEndings({
    temporalAddress: temporal.address,
    channels: raceChannels,
    env: { ...raceEnv, LOG_LEVEL: 'warn' },
  });
  try {
    const ran: Round[] = [];
    await race(endings, {
      rounds,
      lanes,
      seed,
      onRound(round, index) {
        ran.push(round);
        for (const problem of round.problems) console.log(`round ${index}: ${problem}`);
        if (ran.length % 100 === 0 || ran.length === rounds) console.log(describeRounds(ran));
      },
    });
    const refs = ran.map(({ ref }) => ref);
    const unreplayed = await problemsOfReplay(endings.temporal, refs);
    for (const problem of unreplayed) console.log(problem);
    const bad = ran.filter(({ problems }) => problems.length > 0).length + unreplayed.length;
    console.log(`${bad} problems, ${Math.round((Date.now() - startedAtMs) / 1_000)} s`);
    process.exitCode = bad === 0 && ran.length === rounds ? 0 : 1;
  } finally {
    await endings.close();
  }
} finally {
  await temporal.stop();
}
