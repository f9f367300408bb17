import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ConfigError } from '../../../src/config/config-error.js';
import { gatewayVariables, loadGatewayConfig } from '../../../src/config/gateway.js';
import { sandboxVariables } from '../../../src/config/sandbox.js';
import { temporalServerVariables } from '../../../src/config/temporal-server.js';
import { loadWorkerConfig, workerVariables } from '../../../src/config/worker.js';
import { simulatorVariables } from '../../../src/simulators/cxone/config.js';
import { platformVariables } from '../../../src/simulators/platform/config.js';
import { channelsOnly, gatewayEnv } from './environments.js';

const lines = readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8').split('\n');
const example = Object.fromEntries(
  lines.flatMap((line) => {
    const [, name, value] = /^([A-Z_]+)=(.*)$/.exec(line) ?? [];
    return name === undefined ? [] : [[name, value]];
  }),
);

it('the example names every variable that a process reads, and no other', () => {
  const read = new Set([
    ...gatewayVariables,
    ...workerVariables,
    ...temporalServerVariables,
    ...sandboxVariables,
    ...simulatorVariables,
    ...platformVariables,
  ]);
  expect(Object.keys(example).toSorted()).toEqual([...read].toSorted());
});

it('the example says of each variable in one sentence what it is', () => {
  const undescribed = lines.filter(
    (line, index) => /^[A-Z_]+=/.test(line) && !/^# .+\.$/.test(lines[index - 1] ?? ''),
  );
  expect(undescribed).toEqual([]);
});

it('the example lacks exactly what must be given', () => {
  let missing: readonly string[] = [];
  try {
    loadGatewayConfig(example, channelsOnly);
  } catch (error) {
    if (error instanceof ConfigError) missing = error.problems.map(({ name }) => name);
  }
  expect(missing.toSorted()).toEqual(Object.keys(gatewayEnv).toSorted());
});

it('the example with that given is the same as the defaults', () => {
  const given = { ...example, ...gatewayEnv };
  expect(loadGatewayConfig(given, channelsOnly)).toEqual(
    loadGatewayConfig(gatewayEnv, channelsOnly),
  );
  // A worker that is told no address of the gateway writes none.
  const { GATEWAY_PUBLIC_URL } = example;
  expect(loadWorkerConfig(given, channelsOnly)).toEqual(
    loadWorkerConfig({ ...gatewayEnv, GATEWAY_PUBLIC_URL }, channelsOnly),
  );
});
