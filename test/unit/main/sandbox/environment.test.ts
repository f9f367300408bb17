import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadGatewayConfig } from '../../../../src/config/gateway.js';
import { loadSandboxConfig } from '../../../../src/config/sandbox.js';
import { loadWorkerConfig } from '../../../../src/config/worker.js';
import { loadCredentials } from '../../../../src/main/sandbox/credentials.js';
import { toLocalUrl, toSandboxEnvironments } from '../../../../src/main/sandbox/environment.js';
import { loadSimulatorConfig } from '../../../../src/simulators/cxone/config.js';
import { loadPlatformConfig } from '../../../../src/simulators/platform/config.js';

const channels = JSON.stringify({
  channels: [
    {
      id: 'watering-hole',
      name: 'The Watering Hole',
      adapter: { kind: 'widget', allowedOrigins: [], identity: { kind: 'anonymous' } },
    },
  ],
});
const readFile = () => channels;

async function wire(userEnv: NodeJS.ProcessEnv = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-environment-'));
  return toSandboxEnvironments(
    {
      config: loadSandboxConfig({ GATEWAY_PORT: '8081', SIMULATOR_PORT: '9091' }, readFile),
      credentials: await loadCredentials(join(folder, 'credentials.json')),
      dataDir: '/data',
      temporalAddress: '127.0.0.1:7234',
      channelsFile: '/channels.json',
      workerMetricsPort: 9464,
    },
    userEnv,
  );
}

test('each process accepts what it is told, and they are told the same', async () => {
  const environments = await wire();
  const gateway = loadGatewayConfig(environments.gateway, readFile);
  const worker = loadWorkerConfig(environments.worker, readFile);
  const simulator = loadSimulatorConfig(environments.simulator);
  expect(gateway.temporal.address).toBe('127.0.0.1:7234');
  expect(gateway.cxone).toEqual(worker.cxone);
  expect(gateway.box.clientSecret).toBe(simulator.box.clientSecret);
  expect(gateway.eventsSecret).toBe(simulator.eventsSecret);
  expect(simulator.boxUrl).toBe('http://127.0.0.1:8081/integration/box');
  expect(simulator.actionUrl).toBe(`${gateway.publicUrl}/integration/action`);
  expect(gateway.adminPages.integrationId).toBe('sandbox-integration');
  const platform = loadPlatformConfig(environments.platform);
  expect(platform).toMatchObject({
    port: 9191,
    gatewayUrl: 'http://127.0.0.1:8081',
    channelId: 'bush-telegraph',
    secret: environments.gateway['BUSH_TELEGRAPH_SECRET'],
  });
  expect(environments.worker['BUSH_TELEGRAPH_SECRET']).toBe(platform.secret);
  expect(environments.worker['CXONE_ISSUER']).toBe('http://127.0.0.1:9091');
  expect(worker.metricsPort).toBe(9464);
  expect(worker.fileLinks).toEqual({
    publicUrl: gateway.publicUrl,
    key: gateway.sessions.tokenKey,
  });
});

test("a tenant or a cluster of the user's own is not told to the stand-ins", async () => {
  const { gateway, worker, simulator, platform } = await wire({
    BUSH_TELEGRAPH_SECRET_FILE: '/real',
    CXONE_API_URL: 'https://tenant.example/dfo/3.0',
    CXONE_ACCESS_KEY_SECRET: 'real',
    BOX_CLIENT_SECRET_FILE: '/real',
    TEMPORAL_API_KEY: 'real',
    TEMPORAL_TLS_CA: 'real',
    GATEWAY_PORT_FILE: '/port',
  });
  for (const env of [gateway, worker, simulator, platform]) {
    expect(Object.keys(env)).not.toContain('CXONE_API_URL');
    expect(Object.entries(env).filter(([name]) => /_(FILE|CA|API_KEY)$/.test(name))).toEqual(
      env === simulator || env === platform ? [] : [['CHANNELS_FILE', '/channels.json']],
    );
    expect(Object.values(env)).not.toContain('real');
  }
});

test('limits and everything else of the user reach the processes', async () => {
  const { worker } = await wire({ CXONE_TIMEOUT: '2s', LOG_LEVEL: 'debug', PATH: '/bin' });
  expect(worker).toMatchObject({ CXONE_TIMEOUT: '2s', LOG_LEVEL: 'debug', PATH: '/bin' });
});

test.each([
  ['127.0.0.1', 'http://127.0.0.1:80'],
  ['0.0.0.0', 'http://127.0.0.1:80'],
  ['::1', 'http://[::1]:80'],
])('a process that listens at %s is reached at %s', (host, url) => {
  expect(toLocalUrl(host, 80)).toBe(url);
});
