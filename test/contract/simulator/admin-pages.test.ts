import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Simulator } from '../../../src/simulators/cxone/simulator.js';
import { openDfo, request, startTestSimulator } from './simulator-harness.js';

let simulator: Simulator;

beforeEach(async () => {
  simulator = await startTestSimulator({ actionUrl: 'https://chat.example/a/integration/action' });
});
afterEach(() => simulator.close());

/** Gives the address that the browser is sent to. */
async function open(place: string): Promise<URL> {
  const { status, headers } = await request(`${simulator.url}/simulator/integration/${place}`);
  expect(status).toBe(302);
  return new URL(headers.get('location') ?? '');
}

test.each(['action', 'reconnect', 'remove'])(
  'the console opens %s as CXone does, each time with a token of its own',
  async (place) => {
    const url = await open(place);
    expect(`${url.origin}${url.pathname}`).toBe(`https://chat.example/a/integration/${place}`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      userId: '11002',
      brandId: '1001',
      token: expect.stringMatching(/^[\da-f-]{36}$/),
      apiHost: simulator.url,
      backUrl: `${simulator.url}/console/`,
    });
    const other = await open(place);
    expect(other.searchParams.get('token')).not.toBe(url.searchParams.get('token'));
  },
);

test('the middleware is named the host at which it calls, the browser its own', async () => {
  const asCalled = simulator.url.replace('127.0.0.1', 'localhost');
  const dfo = await openDfo({ url: asCalled });
  await dfo.call('GET', '/channels');
  const { searchParams } = await open('action');
  expect(searchParams.get('apiHost')).toBe(asCalled);
  expect(searchParams.get('backUrl')).toBe(`${simulator.url}/console/`);
});

test('there is no link to anything else, and none without the address of the pages', async () => {
  const { status } = await request(`${simulator.url}/simulator/integration/elsewhere`);
  expect(status).toBe(404);
  const bare = await startTestSimulator();
  expect((await request(`${bare.url}/simulator/integration/action`)).status).toBe(404);
  await bare.close();
});

test('channels are shown page by page', async () => {
  const dfo = await openDfo(simulator);
  const ids = ['c-1', 'c-2', 'c-3'];
  for (const id of ids) {
    await dfo.call('POST', '/channels', {
      id,
      idOnExternalPlatform: id,
      channelIntegrationId: 'i-1',
      realExternalPlatformId: 'custom',
      name: id,
      isPrivate: true,
      hasTreeStructure: false,
    });
  }
  const page = async (query: string) => {
    const { body } = await dfo.call('GET', `/channels?${query}`);
    return (body as unknown as { id: string }[]).map(({ id }) => id);
  };
  expect(await page('')).toEqual(ids);
  expect(await page('size=2')).toEqual(['c-1', 'c-2']);
  expect(await page('size=2&page=2')).toEqual(['c-3']);
  expect(await page('size=2&page=3')).toEqual([]);
});
