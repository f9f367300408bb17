/**
 * A thousand customers whose pages go at the same moment, so that a thousand threads are due at
 * once: how long it takes to warn and to close them all, and what that costs.
 *
 *     npm run idle:thousand -- [threads]
 *
 * By the default policy, so a run takes about six minutes (Linux). Ends with 1 when a thread was not
 * closed, here and in the contact centre, within the limit.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { defaultPolicy } from '../../src/domain/policy.js';
import {
  type CustomerClient,
  openPage,
  openSession,
  type PageStream,
} from '../support/customer-client.js';
import { simulatorAt } from '../support/simulator-client.js';
import { type System, startSystem } from '../support/system.js';
import { startTestTemporal } from '../support/temporal-server.js';
import { waitUntil } from '../support/wait-until.js';
import { cpuMsOf } from './cpu.js';
import { printTable, show, toLatency } from './figures.js';

const [count = 1_000] = process.argv.slice(2).map(Number);
/** Everything is over within this after the moment at which all are due. */
const limitMs = 5 * 60_000;
const sideBySide = 10;
const { idleAfterMs, countdownMs, texts } = defaultPolicy;

interface Visit {
  readonly customer: CustomerClient;
  readonly page: PageStream;
}

/** Works through as many jobs as there are, some side by side. */
async function each<Answer>(
  jobs: number,
  perform: (index: number) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < jobs; index = next++) answers[index] = await perform(index);
  };
  await Promise.all(Array.from({ length: sideBySide }, work));
  return answers;
}

async function visit(gatewayUrl: string): Promise<Visit> {
  const customer = await openSession(gatewayUrl);
  while ((await customer.send(gatewayUrl, 'm-1')) !== 202) await pause(500);
  const page = await openPage(customer, gatewayUrl);
  await waitUntil(
    `the first message of ${customer.threadId} was sent`,
    () => page.events.some((event) => event.status === 'sent'),
    limitMs,
  );
  return { customer, page };
}

function readCpu(system: System, temporalPid: number): ReadonlyMap<string, number> {
  const pids = new Map([...system.processes].map(([name, { pid }]) => [name, pid]));
  return new Map(
    [...pids, ['temporal', temporalPid] as const].map(([name, pid]) => [name, cpuMsOf(pid)]),
  );
}

/** As a page reads its thread: again, while the gateway has too much to do. */
async function read(gatewayUrl: string, one: Visit | undefined) {
  for (let tries = 0; ; tries += 1) {
    try {
      return await one?.customer.snapshot(gatewayUrl);
    } catch (error) {
      if (tries === 10) throw error;
      await pause(1_000);
    }
  }
}

/** How late each thread was warned, and how late it was closed, in milliseconds. */
async function lateness(gatewayUrl: string, visits: readonly Visit[], dueAtMs: number) {
  const ends = await each(visits.length, async (index) => {
    const { messages, closedAt } = (await read(gatewayUrl, visits[index])) ?? {};
    const at = (text: string) => messages?.find((one) => one.text === text)?.at ?? '';
    const warnedAtMs = Date.parse(at(texts.idleWarning));
    return { warnedAtMs, closedAtMs: Date.parse(closedAt ?? '') };
  });
  return {
    warnings: ends.map(({ warnedAtMs }) => warnedAtMs - dueAtMs),
    closings: ends.map(({ warnedAtMs, closedAtMs }) => closedAtMs - warnedAtMs - countdownMs),
    lastClosedMs: Math.max(...ends.map(({ closedAtMs }) => closedAtMs)) - dueAtMs,
  };
}

async function run(system: System, client: Client, temporalPid: number): Promise<boolean> {
  const [gatewayUrl = ''] = system.gatewayUrls;
  const simulator = simulatorAt(system.simulatorUrl);
  const startedAtMs = Date.now();
  const visits = await each(count, () => visit(gatewayUrl));
  console.info(`${count} threads are open after ${show((Date.now() - startedAtMs) / 1_000)} s`);

  const lost = visits.filter(({ page }) => page.hasEnded()).length;
  if (lost > 0) console.info(`${lost} pages were lost before, whose threads are due earlier`);
  const dueAtMs = Date.now() + idleAfterMs;
  for (const { page } of visits) page.close();
  await pause(dueAtMs - Date.now() - 1_000);
  const before = readCpu(system, temporalPid);
  await waitUntil(
    'every thread has ended',
    async () => {
      const running = await client.workflow.count(
        `WorkflowType = 'thread' AND ExecutionStatus = 'Running'`,
      );
      // Between the counts the server has other things to do.
      if (running.count > 0) await pause(500);
      return running.count === 0;
    },
    idleAfterMs + limitMs,
  );
  const after = readCpu(system, temporalPid);

  const { warnings, closings, lastClosedMs } = await lateness(gatewayUrl, visits, dueAtMs);
  const row = (name: string, took: readonly number[]) => [
    name,
    show(toLatency(took).p50),
    show(toLatency(took).p99),
    show(Math.max(...took)),
  ];
  printTable(
    ['ms late', 'p50', 'p99', 'last'],
    [row('warning', warnings), row('close, from its own deadline', closings)],
  );
  console.info(`the last was closed ${show(lastClosedMs / 1_000)} s after all were due`);
  const cpu = [...after].map(
    ([name, ms]) => `${name} ${show((ms - (before.get(name) ?? 0)) / count)}`,
  );
  console.info(`CPU ms a thread, from the warning to the end: ${cpu.join(', ')}`);

  const { contacts, threads, violations } = await simulator.state();
  const isShut =
    contacts.length === count &&
    contacts.every(({ status }) => status === 'closed') &&
    threads.every(({ canAddMoreMessages }) => !canAddMoreMessages);
  console.info(`${isShut ? 'all' : 'NOT all'} are closed there, ${violations.length} violations`);
  const early = [...warnings, ...closings].filter((ms) => !(ms >= 0));
  if (early.length > 0) console.info(`too early, or never: ${early.map(show).join(', ')} ms`);
  return isShut && violations.length === 0 && early.length === 0;
}

const folder = await mkdtemp(join(tmpdir(), 'isthmus-idle-'));
const temporal = await startTestTemporal({ dataFile: join(folder, 'temporal.db') });
try {
  const connection = await Connection.connect({ address: temporal.address });
  const env = { LOG_LEVEL: 'warn' };
  const system = await startSystem({ temporalAddress: temporal.address, env });
  try {
    const isGood = await run(system, new Client({ connection }), temporal.pid);
    process.exitCode = isGood ? 0 : 1;
  } finally {
    await system.close();
    await connection.close();
  }
} finally {
  await temporal.stop();
  await rm(folder, { recursive: true, force: true });
}
