/** What a scenario is, of whichever kind. */
import { setTimeout as pause } from 'node:timers/promises';
import type { TestEngine, TestGateway } from '../support/test-engine.js';

interface Stage {
  readonly engine: TestEngine;
  readonly gateway: TestGateway;
}

/** Lives through a workflow of its kind, and gives its id. The worker runs already. */
export type Scenario = (stage: Stage) => Promise<string>;

/** Waits for a condition. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await pause(20);
}
