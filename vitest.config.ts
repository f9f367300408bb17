import { defineConfig } from 'vitest/config';

const temporalServer = 'test/support/temporal-global-setup.ts';

const patient = { testTimeout: 60_000, hookTimeout: 60_000 };
/** Suites that start a system, or measure time, run one file at a time: two cores carry no more. */
const heavy = {
  ...patient,
  fileParallelism: false,
  sequence: { groupOrder: 1 },
  // What of a file may run side by side mostly waits.
  maxConcurrency: 20,
};

export default defineConfig({
  test: {
    // By default one core is left idle; on two that would be half of the machine.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/architecture/**/*.test.ts'],
          isolate: false,
        },
      },
      {
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          testTimeout: 20_000,
          isolate: false,
        },
      },
      {
        test: {
          name: 'workflows',
          include: ['test/workflows/**/*.test.ts', 'test/replay/**/*.test.ts'],
          globalSetup: temporalServer,
          ...heavy,
          isolate: false,
        },
      },
      { test: { name: 'browser', include: ['test/browser/*/**/*.test.ts'], ...patient } },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: temporalServer,
          ...heavy,
        },
      },
      // Systems with browsers wait for each other most of the time: two carry no time limits of their own.
      {
        test: {
          name: 'pages',
          include: ['test/browser/*.test.ts'],
          globalSetup: temporalServer,
          ...patient,
          sequence: { groupOrder: 2 },
        },
      },
      // Systems that are overloaded, killed and lied to: a run of its own, `npm run test:chaos`.
      {
        test: {
          name: 'chaos',
          include: ['test/chaos/**/*.test.ts'],
          globalSetup: temporalServer,
          ...heavy,
        },
      },
    ],
  },
});
