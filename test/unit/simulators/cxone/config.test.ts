import { expect, test } from 'vitest';
import {
  loadSimulatorConfig,
  SimulatorConfigError,
} from '../../../../src/simulators/cxone/config.js';

const enough = {
  CXONE_TENANT_ID: 'tenant-1',
  CXONE_CLIENT_ID: 'client',
  CXONE_CLIENT_SECRET: 'secret',
  CXONE_ACCESS_KEY_ID: 'key',
  CXONE_ACCESS_KEY_SECRET: 'key-secret',
  BOX_CLIENT_ID: 'cxone',
  BOX_CLIENT_SECRET: 'box-secret',
};

test('the credentials are enough, the rest has defaults', () => {
  expect(loadSimulatorConfig(enough)).toMatchObject({
    host: '127.0.0.1',
    port: 9090,
    boxUrl: 'http://127.0.0.1:8080/integration/box',
    eventsUrl: 'http://127.0.0.1:8080/integration/events',
    actionUrl: 'http://127.0.0.1:8080/integration/action',
    adminAccess: 'loopback',
    tokenTtlSeconds: 3600,
    dataDir: '.data/simulator',
  });
});

test('a value may come from a file', () => {
  const { BOX_CLIENT_SECRET: _secret, ...others } = enough;
  const config = loadSimulatorConfig(
    { ...others, BOX_CLIENT_SECRET_FILE: '/run/secrets/box' },
    (path) => `from ${path}\n`,
  );
  expect(config.box.clientSecret).toBe('from /run/secrets/box');
});

test('one error lists everything that is wrong, by name', () => {
  const { CXONE_TENANT_ID: _tenant, BOX_CLIENT_SECRET: _secret, ...others } = enough;
  const load = () =>
    loadSimulatorConfig(
      {
        ...others,
        SIMULATOR_PORT: 'ninety',
        SIMULATOR_BOX_URL: 'ftp://x',
        BOX_CLIENT_SECRET_FILE: '/no',
      },
      () => {
        throw new Error('ENOENT');
      },
    );
  expect(load).toThrow(SimulatorConfigError);
  for (const name of [
    'CXONE_TENANT_ID: is missing',
    'SIMULATOR_PORT',
    'SIMULATOR_BOX_URL',
    'BOX_CLIENT_SECRET_FILE',
  ]) {
    expect(load).toThrow(name);
  }
});
