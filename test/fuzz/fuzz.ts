/**
 * A fuzzer reads the API document and calls everything in it, on a whole system:
 *
 *     npm run fuzz -- [examples of each operation] [seed]
 *
 * Ends with 1 when an answer was not as the document says, or was a failure of the server's.
 */
import { type CustomerClient, openSession } from '../support/customer-client.js';
import {
  identifiedChannel,
  identifiedEnv,
  identitySecret,
  vouchFor,
} from '../support/identified-channel.js';
import { eventsSecret, platformSecret, startSystem } from '../support/system.js';
import { startTestTemporal } from '../support/temporal-server.js';
import { waitUntil } from '../support/wait-until.js';
import { fuzz, installFuzzer } from './fuzzer.js';

const [examples = 40, seed = Date.now() % 1_000_000] = process.argv.slice(2).map(Number);
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

/** Uploads a file; gives the part of its address that stands for it. */
async function upload(gatewayUrl: string, { threadId, token }: CustomerClient): Promise<string> {
  const answer = await fetch(`${gatewayUrl}/v1/threads/${threadId}/attachments?name=mud.txt`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'text/plain' },
    body: 'Mud, five buckets.',
  });
  const { url } = (await answer.json()) as { url: string };
  return url.split('/').at(-1) ?? '';
}

/** Says how many sessions were opened, on any channel. */
async function countSessions(gatewayUrl: string): Promise<number> {
  const metrics = await (await fetch(`${gatewayUrl}/metrics`)).text();
  const [, count] =
    /duration_seconds_count\{route="[^"]*\/sessions",method="POST",status="201"\} (\d+)/.exec(
      metrics,
    ) ?? [];
  return Number(count ?? 0);
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
    hasPlatform: true,
    more: (origins) => [{ ...identifiedChannel(origins), limits: { sessionsPerMinute: 100_000 } }],
    env: { ...identifiedEnv, LOG_LEVEL: 'error' },
  });
  try {
    const [gatewayUrl = ''] = system.gatewayUrls;
    const open = await openSession(gatewayUrl);
    await open.send(gatewayUrl, 'first');
    const identified = await openSession(gatewayUrl, 'den', {
      identityToken: await vouchFor('zed-zebra'),
    });
    await identified.send(gatewayUrl, 'first');
    const closed = await openSession(gatewayUrl);
    await closed.send(gatewayUrl, 'first');
    await closed.call(gatewayUrl, '/end');
    await waitUntil('a closed thread', async () => {
      return (await closed.snapshot(gatewayUrl)).state === 'closed';
    });
    const file = await upload(gatewayUrl, open);
    const boxToken = await readBoxToken(gatewayUrl);
    const adminCookie = await readAdminCookie(system.simulatorUrl);

    const pass = async (
      name: string,
      { token, threadId }: Pick<CustomerClient, 'token' | 'threadId'>,
      filters: readonly string[],
      parts: Readonly<Record<string, string>> = {},
    ): Promise<boolean> => {
      console.log(`\n== ${name}`);
      const isClean = await fuzz({
        gatewayUrl,
        ways: {
          session: { bearer: token },
          boxToken: { bearer: boxToken },
          boxClient: { username: boxClient.client_id, password: boxClient.client_secret },
          adminCookie: { api_key: adminCookie },
        },
        secrets: { events: eventsSecret, platform: platformSecret, identity: identitySecret },
        parts: { channelId: 'watering-hole', threadId, postId: threadId, token: file, ...parts },
        filters,
        examples,
        seed,
      });
      if (!isClean) console.log(`== ${name}: something was not as described`);
      return isClean;
    };

    // A stream of an open thread does not end, and an end would leave nothing open.
    const staysOpen = [
      '--exclude-operation-id=followThread',
      '--exclude-operation-id=endThread',
    ] as const;
    const before = await countSessions(gatewayUrl);
    const results = [
      await pass(
        'a customer for whom a site vouches',
        identified,
        ['--include-tag=Customers', ...staysOpen],
        { channelId: 'den' },
      ),
    ];
    const vouchedFor = (await countSessions(gatewayUrl)) - before;
    results.push(
      vouchedFor > 0,
      await pass('an open thread', open, [...staysOpen, '--exclude-tag=Platforms']),
      await pass('a closed thread', closed, ['--include-tag=Customers']),
      await pass('a platform', open, ['--include-tag=Platforms'], { channelId: 'bush-telegraph' }),
      await pass(
        'threads, channels and files that there are not',
        closed,
        ['--include-path-regex=[{]'],
        {
          channelId: 'nowhere',
          threadId: 'nobody',
          postId: 'nothing',
          token: 'no.file',
        },
      ),
    );
    const { state } = await open.snapshot(gatewayUrl);
    const internal = await countInternal(gatewayUrl);
    console.log(
      `\nthe open thread is ${state}; ${vouchedFor} sessions vouched for; ${internal} internal errors`,
    );
    process.exitCode = results.every(Boolean) && internal === 0 && state === 'open' ? 0 : 1;
  } finally {
    await system.close();
  }
} finally {
  await temporal.stop();
}
