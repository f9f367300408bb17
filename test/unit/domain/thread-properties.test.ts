import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  anyCommands,
  budgets,
  commandsWithoutHolds,
  idleTimes,
} from '../../support/domain-commands.js';
import { createWorld } from '../../support/domain-world.js';
import type { Sightings } from '../../support/domain-world-rules.js';

/** What must have been met often enough for the first property to mean something. */
const expectedSightings = `
  sent, failed, refused, repeat, archived, shown, not shown, opened during a show, second end,
  post inDoubt, look done, look absent, lookAgain done, lookAgain absent, post deferred,
  look deferred, report inDoubt, endContact done, shutThread done, readBack readBack, block,
  endContact deferred, shutThread deferred, readBack deferred,
  post contactEnded, posted to another contact, old news, another's news, probe,
  ended by agent, ended by idle, ended by customer, ended by operator`
  .split(',')
  .map((name) => name.trim());

describe('whatever happens, in whatever order', () => {
  test('a thread keeps what it owes at every step, and owes nothing in the end', () => {
    const sightings: Sightings = {};
    fc.assert(
      fc.property(anyCommands, budgets, idleTimes, (commands, updates, idleAfterMs) => {
        const world = createWorld({ handOver: 'asCommanded', updates, idleAfterMs }, sightings);
        for (const command of commands) world.perform(command);
        world.drain();
      }),
      { numRuns: 400 },
    );
    expect(expectedSightings.filter((one) => sightings[one] === undefined)).toEqual([]);
  }, 60_000);

  test('a run that hands over at every quiet moment changes nothing that can be seen', () => {
    fc.assert(
      fc.property(commandsWithoutHolds, budgets, idleTimes, (commands, updates, idleAfterMs) => {
        const [one, many] = (['never', 'always'] as const).map((handOver) => {
          const world = createWorld({ handOver, updates, idleAfterMs });
          for (const command of commands) world.perform(command);
          world.drain();
          return world.outcome();
        });
        expect(many).toEqual(one);
      }),
      { numRuns: 200 },
    );
  }, 60_000);
});
