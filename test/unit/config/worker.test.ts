import { expect, it } from 'vitest';
import type { ReadFile } from '../../../src/config/environment.js';
import { loadWorkerConfig } from '../../../src/config/worker.js';
import { channelsOnly, gatewayEnv } from './environments.js';

const workerEnv = Object.fromEntries(
  Object.entries(gatewayEnv).filter(([name]) => name.startsWith('CXONE_')),
);

it('a worker needs only what it is told of the contact centre, and has no metrics by default', () => {
  const config = loadWorkerConfig(workerEnv, channelsOnly);
  expect(Object.keys(config).toSorted()).toEqual([
    'channels',
    'cxone',
    'logLevel',
    'metricsPort',
    'temporal',
  ]);
  expect(config.metricsPort).toBeNull();
});

it('a worker makes addresses of files where it is told all that a gateway makes them of', () => {
  const told = { GATEWAY_PUBLIC_URL: 'https://chat.example/', SESSION_TOKEN_KEY: 'k'.repeat(32) };
  const load = (env: object) => loadWorkerConfig({ ...workerEnv, ...env }, channelsOnly).fileLinks;
  expect(load(told)).toEqual({ publicUrl: 'https://chat.example', key: told.SESSION_TOKEN_KEY });
  for (const name of Object.keys(told)) expect(load({ ...told, [name]: '' })).toBeUndefined();
});

it.each([
  ['off', null],
  ['0', 0],
  ['9464', 9464],
])('a metrics port of %s is %s', (text, port) => {
  const config = loadWorkerConfig({ ...workerEnv, WORKER_METRICS_PORT: text }, channelsOnly);
  expect(config.metricsPort).toBe(port);
});

it.each(['on', 'false', '99999'])('a metrics port of %s is refused', (text) => {
  expect(() => loadWorkerConfig({ ...workerEnv, WORKER_METRICS_PORT: text }, channelsOnly)).toThrow(
    'WORKER_METRICS_PORT: expected a port, 0 to 65535, or "off"',
  );
});

const noChannels: ReadFile = () => '{ "channels": [] }';

it("a worker's failure lists the variables and the channels together", () => {
  expect(() => loadWorkerConfig({ ...workerEnv, LOG_LEVEL: 'loud' }, noChannels)).toThrow(
    [
      "The worker's configuration is wrong:",
      '  LOG_LEVEL: expected fatal, error, warn, info, debug, trace or silent',
      '  channels: expected at least one channel',
    ].join('\n'),
  );
});
