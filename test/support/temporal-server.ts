/** A Temporal server for tests, found as `npm start` finds it. */
import { findTemporalCli } from '../../src/temporal/embedded/find-temporal-cli.js';
import {
  type EmbeddedTemporal,
  type EmbeddedTemporalOptions,
  startEmbeddedTemporal,
} from '../../src/temporal/embedded/start-embedded-temporal.js';

/** Starts a server on free ports; without a `dataFile` it keeps its data in memory. */
export async function startTestTemporal(
  options: Partial<EmbeddedTemporalOptions> = {},
): Promise<EmbeddedTemporal> {
  const { path } = await findTemporalCli({
    env: process.env,
    onProgress: (line) => process.stderr.write(`${line}\n`),
  });
  return startEmbeddedTemporal({ cli: path, env: process.env, ...options });
}
