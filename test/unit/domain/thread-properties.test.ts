import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyCommands, budgets, commandsWithoutHolds } from '../../support/domain-commands.js';
import { createWorld, type Sightings } from '../../support/domain-world.js';

/** What must have been met often enough for the first property to mean something. */
const expectedSightings = `
  sent, failed, refused, repeat, archived, shown, not shown, opened during a show, second end,
  post inDoubt, look done, look absent, lookAgain done, lookAgain absent, post deferred,
  look deferred, report inDoubt, endContact done, shutThread done,
  ended by agent, ended by idle, ended by customer, ended by operator`
  .split(',')
  .map((name) => name.trim());

describe('whatever happens, in whatever order', () => {
  test('a thread keeps what it owes at every step, and owes nothing in the end', () => {
    const sightings: Sightings = {};
    fc.assert(
      fc.property(anyCommands, budgets, (commands, updates) => {
        const world = createWorld('asCommanded', updates, sightings);
        for (const command of commands) world.perform(command);
        world.drain();
      }),
      { numRuns: 400 },
    );
    expect(expectedSightings.filter((one) => sightings[one] === undefined)).toEqual([]);
  }, 60_000);

  test('a run that hands over at every quiet moment changes nothing that can be seen', () => {
    fc.assert(
      fc.property(commandsWithoutHolds, budgets, (commands, updates) => {
        const [one, many] = (['never', 'always'] as const).map((handOver) => {
          const world = createWorld(handOver, updates);
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
