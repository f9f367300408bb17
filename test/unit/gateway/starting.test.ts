import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { pino } from 'pino';
import { Counter, Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createStartingApp } from '../../../src/gateway/starting.js';

let server: Server;
let url: string;

beforeEach(async () => {
  const metrics = new Registry();
  new Counter({ name: 'starts_total', help: 'Starts.', registers: [metrics] }).inc();
  const app = createStartingApp({
    publicUrl: 'https://chat.example',
    metrics,
    logger: pino({ level: 'silent' }),
    readiness: async () => ({ ok: false, reason: 'the river is dry' }),
  });
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  url = typeof address === 'object' && address ? `http://127.0.0.1:${address.port}` : '';
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

test('a gateway that starts is up, is not ready, and says why', async () => {
  expect((await fetch(`${url}/livez`)).status).toBe(200);
  const ready = await fetch(`${url}/readyz`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toEqual({ status: 'not ready', reason: 'the river is dry' });
  expect(await (await fetch(`${url}/metrics`)).text()).toContain('starts_total 1');
});

test.each([
  ['POST', '/v1/channels/watering-hole/sessions'],
  ['POST', '/integration/box/1.0/token'],
  ['GET', '/v1/threads/t-1/events'],
  ['GET', '/'],
])('whoever calls %s %s is to come again', async (method, path) => {
  const answer = await fetch(`${url}${path}`, { method });
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toBe('1');
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  const requestId = answer.headers.get('x-request-id');
  expect(requestId).toBeTruthy();
  expect(await answer.json()).toMatchObject({ code: 'UNAVAILABLE', status: 503, requestId });
});

test('a method that a path does not take is refused without a stack', async () => {
  const answer = await fetch(`${url}/livez`, { method: 'DELETE' });
  expect(answer.status).toBe(405);
  const text = await answer.text();
  expect(JSON.parse(text)).toMatchObject({ code: 'METHOD_NOT_ALLOWED' });
  expect(text).not.toContain('.ts');
});
