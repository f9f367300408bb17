import { expect, it } from 'vitest';
import { createEndpoints } from '../../../src/cxone/discovery.js';
import type { Http, HttpRequest } from '../../../src/cxone/http.js';
import type { CxoneSettings } from '../../../src/cxone/settings.js';
import { credentials } from '../../contract/cxone/adapter.js';
import { fixture } from '../../contract/cxone/scripted-dfo.js';

function endpointsOf(settings: Pick<CxoneSettings, 'issuer'> & Partial<CxoneSettings>) {
  const asked: string[] = [];
  const http: Http = {
    async exchange({ base, path }: HttpRequest) {
      asked.push(base + path);
      const name = path.includes('openid') ? 'openid-configuration' : 'cxone-configuration';
      return { status: 200, text: fixture(`${name}.json`) };
    },
    async close() {},
  };
  const quiet = () => undefined;
  const endpoints = createEndpoints({
    settings: { tenantId: 'tenant 1', credentials, timeoutMs: 1_000, ...settings },
    budgets: { readsPerSecond: 1, postsPerSecond: 1 },
    clock: () => 0,
    logger: { debug: quiet, warn: quiet },
    http,
  });
  return { endpoints, asked };
}

it('an area of CXone is found by the tenant, once', async () => {
  const { endpoints, asked } = endpointsOf({ issuer: 'https://cxone.niceincontact.com' });
  const urls = await Promise.all([endpoints.apiUrl(), endpoints.apiUrl()]);
  expect([...urls, await endpoints.apiUrl()]).toEqual(
    Array(3).fill('https://api-de-na1.niceincontact.com/dfo/3.0'),
  );
  expect(await endpoints.tokenUrl()).toBe('https://cxone.niceincontact.com/auth/token');
  expect(asked).toEqual([
    'https://cxone.niceincontact.com/.well-known/cxone-configuration?tenantId=tenant%201',
    'https://cxone.niceincontact.com/.well-known/openid-configuration',
  ]);
});

it('an issuer on plain http names its endpoint', async () => {
  const { endpoints } = endpointsOf({ issuer: 'http://127.0.0.1:9090' });
  expect(await endpoints.apiUrl()).toBe('https://api-na1.niceincontact.com/dfo/3.0');
});

it('a given address wins, and nothing is asked', async () => {
  const { endpoints, asked } = endpointsOf({
    issuer: 'https://cxone.niceincontact.com',
    tokenUrl: 'https://a.example/token',
    apiUrl: 'https://b.example/dfo/3.0',
  });
  expect(await endpoints.tokenUrl()).toBe('https://a.example/token');
  expect(await endpoints.apiUrl()).toBe('https://b.example/dfo/3.0');
  expect(asked).toEqual([]);
});
