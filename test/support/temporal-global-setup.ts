/**
 * Gives a vitest project its Temporal server: the one at TEST_TEMPORAL_ADDRESS, else one in memory
 * that lives as long as the run. Read the address with `inject('temporalAddress')`.
 */
import type { ProvidedContext } from 'vitest';
import type { TestProject } from 'vitest/node';
import { startTestTemporal } from './temporal-server.js';

declare module 'vitest' {
  interface ProvidedContext {
    temporalAddress: string;
  }
}

const address = 'temporalAddress' satisfies keyof ProvidedContext;

/** Called by vitest before the project's first test; what it returns is called after the last. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['TEST_TEMPORAL_ADDRESS'];
  if (given) {
    project.provide(address, given);
    return async () => undefined;
  }
  const server = await startTestTemporal();
  project.provide(address, server.address);
  return () => server.stop();
}
