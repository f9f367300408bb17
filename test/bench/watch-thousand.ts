/**
 * `npm run watch:thousand`: a thousand open threads on one channel, with real processes and a tenant
 * that keeps its published limits. Agents close fifty contacts by status alone while nobody writes.
 * Prints how long it took until each was noticed, and how many reads that cost; fails when a thread
 * was noticed too late or ended without a reason, or when the reads were too many.
 * `npm run watch:thousand -- --threads 100 --ended 10` for a shorter look.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type CustomerClient, openSession, type PageStream } from '../support/customer-client.js';
import { simulatorAt } from '../support/simulator-client.js';
import { startSystem } from '../support/system.js';
import { startTestTemporal } from '../support/temporal-server.js';
import { show, toLatency } from './figures.js';
import { createReadCounter } from './read-counter.js';

const { values } = parseArgs({
  options: {
    threads: { type: 'string', default: '1000' },
    ended: { type: 'string', default: '50' },
    check: { type: 'string', default: '15' },
  },
});
const threads = Number(values.threads);
const ended = Number(values.ended);
const contactCheckMs = Number(values.check) * 1_000;

/** The contract: a check, and a round of a second for each 250 open threads. */
const noticedWithinMs = contactCheckMs + Math.max(1_000, (threads / 250) * 1_000);
/** On top: the way from the thread to the open page, on a machine that has other things to do. */
const shownWithinMs = 1_000;
const readsPerSecond = 30;
/** About twenty threads a second begin on two cores. */
const openWithinMs = 60_000 + threads * 300;
const callersAtOnce = 8;

const channels = {
  channels: [
    {
      id: 'watering-hole',
      name: 'The Watering Hole',
      adapter: { kind: 'widget', allowedOrigins: [], identity: { kind: 'anonymous' } },
      policy: { idleAfter: '6h', contactCheck: `${contactCheckMs}ms` },
      limits: { sessionsPerMinute: 100_000, messagesPerMinute: 100_000 },
    },
  ],
};

const folder = await mkdtemp(join(tmpdir(), 'isthmus-watch-'));
const temporal = await startTestTemporal({ dataFile: join(folder, 'temporal.db') });
const system = await startSystem({
  temporalAddress: temporal.address,
  channels,
  env: { LOG_LEVEL: 'warn' },
});
const gatewayUrl = system.gatewayUrls[0] ?? '';
const simulator = simulatorAt(system.simulatorUrl);
const problems: string[] = [];

/** Begins a thread; the gateway may say that it is behind. */
async function beginThread(deadlineMs: number): Promise<CustomerClient> {
  const customer = await openSession(gatewayUrl);
  while ((await customer.send(gatewayUrl, 'm-1')) !== 202) {
    if (Date.now() > deadlineMs) throw new Error('the threads were not opened in time');
    await pause(500);
  }
  return customer;
}

async function openThreads(): Promise<CustomerClient[]> {
  const customers: CustomerClient[] = [];
  const deadlineMs = Date.now() + openWithinMs;
  await Promise.all(
    Array.from({ length: callersAtOnce }, async (_none, caller) => {
      for (let index = caller; index < threads; index += callersAtOnce) {
        customers.push(await beginThread(deadlineMs));
      }
    }),
  );
  while ((await simulator.state()).contacts.length < threads) {
    if (Date.now() > deadlineMs) throw new Error('the contacts were not opened in time');
    await pause(1_000);
  }
  return customers;
}

/** Closes a contact as an agent does, without an event; gives the moment. */
async function closeContact(contact: string): Promise<number> {
  await simulator.post(`/agent/contacts/${contact}/status`, { status: 'closed', event: false });
  return Date.now();
}

interface Ending {
  readonly page: PageStream;
  readonly closedAtMs: number;
}

/** Closes contacts of all ages, spread over a check, so that every moment of a round is met. */
async function endSome(customers: readonly CustomerClient[]): Promise<Ending[]> {
  const { contacts } = await simulator.state();
  const contactOf = new Map(contacts.map((one) => [one.threadIdOnExternalPlatform, one.id]));
  const chosen = customers.filter((_one, index) => index % Math.floor(threads / ended) === 0);
  const pages = chosen.map((customer) => customer.open(gatewayUrl));
  await pause(3_000);
  const endings: Ending[] = [];
  for (const [index, customer] of chosen.slice(0, ended).entries()) {
    const page = pages[index];
    const contact = contactOf.get(customer.threadId);
    if (page === undefined || contact === undefined) throw new Error('a thread has no contact');
    endings.push({ page, closedAtMs: await closeContact(contact) });
    await pause(contactCheckMs / ended);
  }
  return endings;
}

function noticedAfterMs({ page, closedAtMs }: Ending): number {
  const closed = page.events.find((event) => event.state === 'closed');
  return closed === undefined ? Number.POSITIVE_INFINITY : closed.arrivedAtMs - closedAtMs;
}

try {
  await simulator.put('/limits', 'published');
  console.info(`opening ${threads} threads`);
  const openedFromMs = Date.now();
  const customers = await openThreads();
  console.info(`opened in ${show((Date.now() - openedFromMs) / 1_000)} s`);

  const reads = createReadCounter(simulator);
  const endings = await endSome(customers);
  const limit = AbortSignal.timeout(noticedWithinMs + 30_000);
  await Promise.race([
    Promise.all(endings.map(({ page }) => page.ended)),
    new Promise<void>((resolve) => limit.addEventListener('abort', () => resolve())),
  ]);
  // Two rounds more, in which nothing may end.
  await pause(2 * contactCheckMs);
  await reads.stop();

  const took = endings.map(noticedAfterMs);
  const worstMs = Math.max(...took);
  console.info(
    `noticed after: p50 ${show(toLatency(took).p50)} ms, max ${show(worstMs)} ms` +
      ` (contract: ${noticedWithinMs} ms)`,
  );
  if (worstMs > noticedWithinMs + shownWithinMs) problems.push('an end was noticed too late');

  console.info(
    `reads: ${reads.total()} in ${show(reads.seconds())} s, at most ${reads.most()} in a second,` +
      ` refused ${reads.refused()}`,
  );
  if (reads.most() > readsPerSecond) problems.push('there were too many reads in a second');
  if (reads.refused() > 0) problems.push('the tenant refused reads');

  const { threads: held, violations } = await simulator.state();
  const shut = held.filter(({ canAddMoreMessages }) => !canAddMoreMessages).length;
  console.info(`ended ${shut} threads of ${threads}; agents closed ${endings.length}`);
  if (shut !== endings.length) problems.push('a thread was ended that no agent had closed');
  if (violations.length > 0) problems.push(`the simulator objects: ${JSON.stringify(violations)}`);
} finally {
  await system.close();
  await temporal.stop();
  await rm(folder, { recursive: true, force: true });
}
for (const problem of problems) console.error(problem);
process.exit(problems.length === 0 ? 0 : 1);
