import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  anyCommands,
  budgets,
  commandsThatEveryRunHearsAlike,
  deliveries,
  idleTimes,
} from '../../support/domain-commands.js';
import { createWorld } from '../../support/domain-world.js';
import type { Sightings } from '../../support/domain-world-rules.js';

/** What must have been met often enough for the first property to mean something. */
const expectedSightings = `
  sent, failed, refused, repeat, archived, shown, noPage, unanswered, opened during a show, second end,
  post inDoubt, look done, look absent, lookAgain done, lookAgain absent, post deferred,
  look deferred, report inDoubt, endContact done, shutThread done, readBack readBack, block,
  findContact done, findContact absent, findContact deferred, endContact deferred, shutThread deferred, readBack deferred,
  post contactEnded, posted to another contact, old news, another's news, probe,
  delivery taken, delivery lostAfter, delivery lostBefore, delivery taken again, delivery gone,
  delivery deferred, a delivery is given up, an agent is told that a message is gone,
  customer quotes, customer quotes nothing, agent quotes, agent quotes nothing,
  posted as an answer, refused with what it answers,
  ended by agent, ended by idle, ended by customer, ended by operator`
  .split(',')
  .map((name) => name.trim());

const worldRules = fc.record({ updates: budgets, idleAfterMs: idleTimes, delivery: deliveries });

describe('whatever happens, in whatever order', () => {
  test('a thread keeps what it owes at every step, and owes nothing in the end', () => {
    const sightings: Sightings = {};
    fc.assert(
      fc.property(anyCommands, worldRules, (commands, rules) => {
        const world = createWorld({ handOver: 'asCommanded', ...rules }, sightings);
        for (const command of commands) world.perform(command);
        world.drain();
      }),
      { numRuns: 600 },
    );
    expect(expectedSightings.filter((one) => sightings[one] === undefined)).toEqual([]);
  }, 60_000);

  test('a run that hands over at every quiet moment changes nothing that can be seen', () => {
    fc.assert(
      fc.property(commandsThatEveryRunHearsAlike, worldRules, (commands, rules) => {
        const [one, many] = (['never', 'always'] as const).map((handOver) => {
          const world = createWorld({ handOver, ...rules });
          for (const command of commands) world.perform(command);
          world.drain();
          return world.outcome();
        });
        expect(many).toEqual(one);
      }),
      { numRuns: 300 },
    );
  }, 60_000);
});
