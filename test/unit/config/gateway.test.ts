import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/config/config-error.js';
import type { Environment } from '../../../src/config/environment.js';
import { loadGatewayConfig } from '../../../src/config/gateway.js';
import { channelsOnly, filesOf, gatewayEnv, oneChannel } from './environments.js';

function failureOf(env: Environment, readFile = channelsOnly): ConfigError {
  try {
    loadGatewayConfig(env, readFile);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('The configuration was taken');
}

const namesIn = (error: ConfigError) => error.problems.map(({ name }) => name);

describe('a gateway', () => {
  it('has every default of the contract', () => {
    const { channels, ...config } = loadGatewayConfig(gatewayEnv, channelsOnly);
    expect(config).toEqual({
      listen: { host: '127.0.0.1', port: 8080 },
      publicUrl: 'http://localhost:8080',
      temporal: { address: '127.0.0.1:7233', namespace: 'default', taskQueue: 'threads' },
      cxone: {
        settings: {
          issuer: 'https://cxone.niceincontact.com',
          tenantId: 'tenant-1',
          credentials: {
            clientId: 'cxone-client',
            clientSecret: 'cxone-client-secret',
            accessKeyId: 'key-id',
            accessKeySecret: 'key-secret==',
          },
          timeoutMs: 10_000,
        },
        budgets: { readsPerSecond: 30, postsPerSecond: 100 },
      },
      adminPages: { apiHosts: [] },
      box: {
        clientId: 'box-client',
        clientSecret: 'box-secret',
        tokenKey: 'b'.repeat(32),
        tokenTtlMs: 3_600_000,
      },
      sessions: { tokenKey: 's'.repeat(32), tokenTtlMs: 86_400_000 },
      logLevel: 'info',
    });
    expect([...channels.keys()]).toEqual(['watering-hole']);
  });

  it('takes what it is told', () => {
    const config = loadGatewayConfig(
      {
        ...gatewayEnv,
        GATEWAY_HOST: '0.0.0.0',
        GATEWAY_PORT: '0',
        GATEWAY_PUBLIC_URL: 'https://chat.example.org/',
        TEMPORAL_ADDRESS: '[::1]:7000',
        TEMPORAL_API_KEY: 'cloud-key',
        CXONE_API_URL: 'http://127.0.0.1:9090/dfo/3.0/',
        CXONE_TOKEN_URL: 'http://127.0.0.1:9090/auth/token',
        CXONE_TIMEOUT: '250ms',
        CXONE_INTEGRATION_ID: 'integration-1',
        CXONE_API_HOSTS: 'API.example.org, other.example.org:8443',
        EVENTS_SECRET: 'whsec_is-not-special-here',
        SESSION_TOKEN_TTL: '90s',
      },
      channelsOnly,
    );
    expect(config.listen).toEqual({ host: '0.0.0.0', port: 0 });
    expect(config.publicUrl).toBe('https://chat.example.org');
    expect(config.temporal).toMatchObject({ address: '[::1]:7000', apiKey: 'cloud-key' });
    expect(config.cxone.settings).toMatchObject({
      apiUrl: 'http://127.0.0.1:9090/dfo/3.0',
      tokenUrl: 'http://127.0.0.1:9090/auth/token',
      timeoutMs: 250,
    });
    expect(config.adminPages).toEqual({
      integrationId: 'integration-1',
      apiHosts: ['api.example.org', 'other.example.org:8443'],
    });
    expect(config.eventsSecret).toBe('whsec_is-not-special-here');
    expect(config.sessions.tokenTtlMs).toBe(90_000);
  });

  it('names everything that is missing at once', () => {
    const error = failureOf({});
    expect(namesIn(error)).toEqual([
      'CXONE_CLIENT_ID',
      'CXONE_CLIENT_SECRET',
      'CXONE_ACCESS_KEY_ID',
      'CXONE_ACCESS_KEY_SECRET',
      'BOX_CLIENT_ID',
      'BOX_CLIENT_SECRET',
      'BOX_TOKEN_KEY',
      'SESSION_TOKEN_KEY',
      'CXONE_TENANT_ID',
    ]);
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toContain(
      'BOX_TOKEN_KEY is missing: expected a key of at least 32 characters',
    );
  });

  it('names what is wrong beside what is missing and what is wrong with the channels', () => {
    const { BOX_CLIENT_ID: _missing, ...env } = gatewayEnv;
    const error = failureOf(
      { ...env, GATEWAY_PORT: '70000', CXONE_TIMEOUT: '10' },
      filesOf({ 'channels.json': '{"channels": 5}' }),
    );
    expect(namesIn(error)).toEqual(['GATEWAY_PORT', 'CXONE_TIMEOUT', 'BOX_CLIENT_ID', 'channels']);
  });

  it.each([
    ['GATEWAY_PORT', '8080x'],
    ['GATEWAY_PORT', '-1'],
    ['GATEWAY_PORT', '1e3'],
    ['GATEWAY_PUBLIC_URL', 'localhost:8080'],
    ['GATEWAY_PUBLIC_URL', 'ftp://example.org'],
    ['TEMPORAL_ADDRESS', 'localhost'],
    ['TEMPORAL_ADDRESS', 'http://localhost:7233'],
    ['CXONE_API_URL', 'https://api.example.org'],
    ['CXONE_ISSUER', 'cxone'],
    ['CXONE_TIMEOUT', '0s'],
    ['CXONE_TIMEOUT', '1.5s'],
    ['CXONE_READS_PER_SECOND', '0'],
    ['CXONE_READS_PER_SECOND', 'many'],
    ['CXONE_API_HOSTS', 'https://api.example.org'],
    ['CXONE_API_HOSTS', 'a.example,,b.example'],
    ['BOX_TOKEN_KEY', 'x'.repeat(31)],
    ['BOX_TOKEN_TTL', '1 h'],
    ['SESSION_TOKEN_KEY', 'short'],
    ['SESSION_TOKEN_TTL', 'forever'],
    ['TEMPORAL_TLS_CA', '/nowhere.pem'],
    ['LOG_LEVEL', 'loud'],
    ['CHANNELS_FILE', 'nowhere.json'],
  ])('refuses %s with the value %s', (name, value) => {
    const error = failureOf({ ...gatewayEnv, [name]: value });
    expect(namesIn(error)).toEqual([name]);
  });

  it('takes an empty variable for a missing one', () => {
    const config = loadGatewayConfig({ ...gatewayEnv, GATEWAY_PORT: '' }, channelsOnly);
    expect(config.listen.port).toBe(8080);
    expect(namesIn(failureOf({ ...gatewayEnv, BOX_CLIENT_ID: '' }))).toEqual(['BOX_CLIENT_ID']);
  });

  it('never says the value of a secret', () => {
    const secret = 'not-to-be-seen';
    const error = failureOf({
      ...gatewayEnv,
      BOX_TOKEN_KEY: secret,
      SESSION_TOKEN_KEY: secret,
      TEMPORAL_TLS_KEY: secret,
      CXONE_API_URL: `https://user:${secret}@example.org/dfo/3.0`,
    });
    expect(namesIn(error)).toContain('TEMPORAL_TLS_KEY');
    expect(error.problems).toHaveLength(5);
    expect(JSON.stringify(error.problems) + error.message + String(error.stack)).not.toContain(
      secret,
    );
  });

  it('needs no tenant where the API is given', () => {
    const { CXONE_TENANT_ID: _tenant, ...env } = gatewayEnv;
    const config = loadGatewayConfig(
      { ...env, CXONE_API_URL: 'http://127.0.0.1:9090/dfo/3.0' },
      channelsOnly,
    );
    expect(config.cxone.settings).not.toHaveProperty('tenantId');
  });
});

describe('a variable in a file', () => {
  const key = 'k'.repeat(40);

  it('is read without the line end of the file', () => {
    const { BOX_TOKEN_KEY: _direct, ...env } = gatewayEnv;
    const config = loadGatewayConfig(
      { ...env, BOX_TOKEN_KEY_FILE: '/run/secrets/box' },
      filesOf({ 'channels.json': oneChannel, '/run/secrets/box': `${key}\n` }),
    );
    expect(config.box.tokenKey).toBe(key);
  });

  it('is a problem of its own when the file cannot be read, and not missing as well', () => {
    const { BOX_TOKEN_KEY: _direct, ...env } = gatewayEnv;
    const error = failureOf({ ...env, BOX_TOKEN_KEY_FILE: '/nowhere' });
    expect(error.problems).toEqual([
      { name: 'BOX_TOKEN_KEY_FILE', expected: 'the path of a file that can be read' },
    ]);
  });

  it('is missing when the file is empty', () => {
    const { BOX_CLIENT_ID: _direct, ...env } = gatewayEnv;
    const files = filesOf({ 'channels.json': oneChannel, '/empty': '\n' });
    const error = failureOf({ ...env, BOX_CLIENT_ID_FILE: '/empty' }, files);
    expect(error.problems).toEqual([
      { name: 'BOX_CLIENT_ID', expected: 'a text', isMissing: true },
    ]);
  });

  it('excludes the variable itself', () => {
    const error = failureOf({ ...gatewayEnv, BOX_TOKEN_KEY_FILE: '/run/secrets/box' });
    expect(error.message).toContain('only one of BOX_TOKEN_KEY and BOX_TOKEN_KEY_FILE');
  });

  it('may hold the path of the channels file', () => {
    const config = loadGatewayConfig(
      { ...gatewayEnv, CHANNELS_FILE_FILE: '/where' },
      filesOf({ '/where': '/etc/channels.json\n', '/etc/channels.json': oneChannel }),
    );
    expect(config.channels.size).toBe(1);
  });
});

describe("Temporal's TLS", () => {
  const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

  it('takes a PEM text and the path of a PEM file alike', () => {
    const config = loadGatewayConfig(
      {
        ...gatewayEnv,
        TEMPORAL_TLS_CERT: pem,
        TEMPORAL_TLS_KEY: '/key.pem',
        TEMPORAL_TLS_CA_FILE: '/ca.pem',
      },
      filesOf({ 'channels.json': oneChannel, '/key.pem': pem, '/ca.pem': pem }),
    );
    expect(config.temporal.tls).toEqual({ cert: pem, key: pem, ca: pem.trimEnd() });
  });

  it.each([
    ['TEMPORAL_TLS_CERT', 'TEMPORAL_TLS_KEY'],
    ['TEMPORAL_TLS_KEY', 'TEMPORAL_TLS_CERT'],
  ])('takes no %s without %s', (given, missing) => {
    const error = failureOf({ ...gatewayEnv, [given]: pem });
    expect(error.problems).toEqual([
      { name: missing, isMissing: true, expected: `it together with ${given}` },
    ]);
  });
});
