import type { MessageId } from '../../src/domain/ids.js';
import type { CustomerEvent } from '../../src/domain/messages.js';
import { type Delivery, newPlatformLane } from '../../src/domain/platform-lane.js';
import type { ThreadState } from '../../src/domain/thread-state.js';
import { freshThread, patientPolicy, startMs } from './domain-builders.js';
import type { Command } from './domain-commands.js';

/** What became of one run of a world, for comparing two of them. */
export interface Outcome {
  readonly log: readonly CustomerEvent[];
  readonly stored: readonly MessageId[];
  readonly calls: readonly string[];
  readonly pages: readonly (readonly CustomerEvent[])[];
}

/** How often the interesting things happened, so that a test can see that they did. */
export type Sightings = Record<string, number>;

export interface World {
  perform(command: Command): void;
  /** Lets everything go well from now on until nothing is left to do, and checks what is owed. */
  drain(): void;
  outcome(): Outcome;
}

/** Makes the thread of a world. */
export function beginThread(tokens: number, idleAfterMs: number, delivery: Delivery): ThreadState {
  const state = freshThread({
    platform: newPlatformLane(delivery, startMs),
    policy: { ...patientPolicy, idleAfterMs, blockAfterAgentEndMs: 60_000 },
  });
  const budget = { tokens, atMs: startMs };
  return { ...state, contactCentreLane: { ...state.contactCentreLane, budget } };
}

/** What a world does at each moment at which a run could end. */
export type HandOver = 'asCommanded' | 'never' | 'always';

/** What differs between worlds. */
export interface WorldRules {
  readonly handOver: HandOver;
  /** Updates of the contact that the contact centre allows at once. */
  readonly updates: number;
  readonly idleAfterMs: number;
  readonly delivery: Delivery;
}
