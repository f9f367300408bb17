/**
 * A fuzzer reads the API document and calls everything in it, on a whole system:
 *
 *     npm run fuzz -- [examples of each operation] [seed]
 *
 * Ends with 1 when an answer was not as the document says, or was a failure of the server's.
 */
import { openSession } from '../support/customer-client.js';
import { eventsSecret, startSystem } from '../support/system.js';
import { startTestTemporal } from '../support/temporal-server.js';
import { waitUntil } from '../support/wait-until.js';
import { type FuzzPass, fuzz, installFuzzer } from './fuzzer.js';

const [examples = 40, seed = Date.now() % 1_000_000] = process.argv.slice(2).map(Number);
const channelId = 'watering-hole';
const boxClient = { client_id: 'cxone', client_secret: 'box-secret' };

/** Gets a token of the box, as the contact centre does. */
async function readBoxToken(gatewayUrl: string): Promise<string> {
  const answer = await fetch(`${gatewayUrl}/integration/box/1.0/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ grant_type: 'client_credentials', ...boxClient }),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** Gets an admin's session, as a browser does that the console sends to the pages. */
async function readAdminCookie(simulatorUrl: string): Promise<string> {
  const link = await fetch(`${simulatorUrl}/simulator/integration/action`, { redirect: 'manual' });
  const page = await fetch(link.headers.get('location') ?? '', { redirect: 'manual' });
  const [cookie = ''] = page.headers.getSetCookie();
  return /=([^;]+)/.exec(cookie)?.[1] ?? '';
}

/** Says how often the gateway met something that it did not expect. */
async function countInternal(gatewayUrl: string): Promise<number> {
  const metrics = await (await fetch(`${gatewayUrl}/metrics`)).text();
  return Number(/refusals_total\{code="INTERNAL"\} (\d+)/.exec(metrics)?.[1] ?? 0);
}

console.log(`${examples} examples of each operation, seed ${seed}`);
await installFuzzer();
const temporal = await startTestTemporal();
try {
  const system = await startSystem({
    temporalAddress: temporal.address,
    env: { LOG_LEVEL: 'error' },
  });
  try {
    const [gatewayUrl = ''] = system.gatewayUrls;
    const open = await openSession(gatewayUrl);
    await open.send(gatewayUrl, 'first');
    const closed = await openSession(gatewayUrl);
    await closed.send(gatewayUrl, 'first');
    await closed.call(gatewayUrl, '/end');
    await waitUntil('a closed thread', async () => {
      return (await closed.snapshot(gatewayUrl)).state === 'closed';
    });
    const boxToken = await readBoxToken(gatewayUrl);
    const adminCookie = await readAdminCookie(system.simulatorUrl);

    const pass = async (
      name: string,
      parts: Pick<FuzzPass, 'channelId' | 'threadId'>,
      token: string,
      filters: readonly string[],
    ): Promise<boolean> => {
      console.log(`\n== ${name}`);
      const ways = {
        session: { bearer: token },
        boxToken: { bearer: boxToken },
        boxClient: { username: boxClient.client_id, password: boxClient.client_secret },
        adminCookie: { api_key: adminCookie },
      };
      const isClean = await fuzz({
        gatewayUrl,
        ways,
        eventsSecret,
        ...parts,
        filters,
        examples,
        seed,
      });
      if (!isClean) console.log(`== ${name}: something was not as described`);
      return isClean;
    };

    const nowhere = { channelId: 'nowhere', threadId: 'nobody' };
    const results = [
      // A stream of an open thread does not end, and an end would leave nothing open.
      await pass('an open thread', { channelId, threadId: open.threadId }, open.token, [
        '--exclude-operation-id=followThread',
        '--exclude-operation-id=endThread',
      ]),
      await pass('a closed thread', { channelId, threadId: closed.threadId }, closed.token, [
        '--include-tag=Customers',
      ]),
      await pass('threads and channels that there are not', nowhere, closed.token, [
        '--include-path-regex=[{]',
      ]),
    ];
    const { state } = await open.snapshot(gatewayUrl);
    const internal = await countInternal(gatewayUrl);
    console.log(`\nthe open thread is ${state}; ${internal} internal errors`);
    process.exitCode = results.every(Boolean) && internal === 0 && state === 'open' ? 0 : 1;
  } finally {
    await system.close();
  }
} finally {
  await temporal.stop();
}
