import { defineConfig } from 'vitest/config';

const temporalServer = 'test/support/temporal-global-setup.ts';

/** Suites that start processes or a browser run one file at a time: two cores carry no more. */
const heavy = { fileParallelism: false, testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/architecture/**/*.test.ts'],
        },
      },
      { test: { name: 'contract', include: ['test/contract/**/*.test.ts'], testTimeout: 20_000 } },
      {
        test: {
          name: 'workflows',
          include: ['test/workflows/**/*.test.ts', 'test/replay/**/*.test.ts'],
          globalSetup: temporalServer,
          ...heavy,
          // These tests mostly wait, each on a task queue of its own.
          maxConcurrency: 20,
          isolate: false,
        },
      },
      { test: { name: 'browser', include: ['test/browser/widget/**/*.test.ts'], ...heavy } },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts', 'test/browser/*.test.ts'],
          globalSetup: temporalServer,
          ...heavy,
        },
      },
    ],
  },
});
