import { setTimeout as pause } from 'node:timers/promises';
import type { SimulatedRequest, SimulatorClient } from '../support/simulator-client.js';

/** Counts the reads that arrive at the simulator, from its making on. */
interface ReadCounter {
  stop(): Promise<void>;
  total(): number;
  /** The most in any second, wherever it begins. */
  most(): number;
  refused(): number;
  /** How long it has counted. */
  seconds(): number;
}

const reading = new Set(['listContacts', 'getContact', 'listContactMessages', 'searchMessages']);
/** The simulator keeps its newest 500 requests. */
const lookEveryMs = 2_000;

/** Starts to count. */
export function createReadCounter(simulator: SimulatorClient): ReadCounter {
  const seen = new Map<string, SimulatedRequest>();
  const startedAtMs = Date.now();
  let stoppedAtMs = 0;

  const look = async (): Promise<void> => {
    for (const request of await simulator.requests()) {
      const { operation, path, at } = request;
      const isNew = Date.parse(at) >= startedAtMs;
      if (isNew && reading.has(operation)) seen.set(`${at} ${path}`, request);
    }
  };
  const stopping = new AbortController();
  const counting = (async () => {
    while (!stopping.signal.aborted) {
      await look();
      await pause(lookEveryMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
    await look();
  })();

  const moments = () =>
    [...seen.values()].map(({ at }) => Date.parse(at)).toSorted((a, b) => a - b);
  return {
    async stop() {
      stopping.abort();
      await counting;
      stoppedAtMs = Date.now();
    },
    total: () => seen.size,
    most() {
      const all = moments();
      return Math.max(
        0,
        ...all.map((fromMs) => all.filter((at) => at >= fromMs && at < fromMs + 1_000).length),
      );
    },
    refused: () => [...seen.values()].filter(({ answer }) => answer !== '200').length,
    seconds: () => (stoppedAtMs - startedAtMs) / 1_000,
  };
}
