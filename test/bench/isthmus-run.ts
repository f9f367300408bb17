import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { type CustomerClient, openSession, type PageStream } from '../support/customer-client.js';
import { simulatorAt } from '../support/simulator-client.js';
import { startSystem } from '../support/system.js';
import { cpuMsOf } from './cpu.js';
import { type Latency, toLatency } from './figures.js';
import { offerLoad } from './load.js';

/** What one rate came to. */
export interface RunFigures {
  readonly accept: Latency;
  readonly inboundRelay: Latency;
  readonly replyRelay: Latency;
  /** Milliseconds of processor time for each message, by process. */
  readonly cpuMs: ReadonlyMap<string, number>;
  readonly eventsPerMessage: number;
  readonly refused: number;
  readonly lost: number;
}

const settleWithinMs = 60_000;
const gatewayOf = (urls: readonly string[]) => urls[0] ?? '';

/** Relays at one rate, half from customers and half from agents, on threads that are open already. */
export async function runIsthmus(options: {
  readonly temporalAddress: string;
  readonly temporalPid: number;
  readonly perSecond: number;
  readonly seconds: number;
}): Promise<RunFigures> {
  const { temporalAddress, temporalPid, perSecond, seconds } = options;
  const system = await startSystem({ temporalAddress, env: { LOG_LEVEL: 'warn' } });
  try {
    const gatewayUrl = gatewayOf(system.gatewayUrls);
    const simulator = simulatorAt(system.simulatorUrl);
    const customers: CustomerClient[] = [];
    for (let index = 0; index < perSecond * 2; index += 1) {
      const customer = await openSession(gatewayUrl);
      await customer.send(gatewayUrl, 'warm-up');
      customers.push(customer);
    }
    await until(async () => (await simulator.state()).contacts.length === customers.length);
    const pages = customers.map((customer) => customer.open(gatewayUrl));
    await pause(2_000);

    const pids = new Map([
      ['temporal', temporalPid],
      ...[...system.processes].map(([name, one]) => [name, one.pid] as const),
    ]);
    const before = new Map([...pids].map(([name, pid]) => [name, cpuMsOf(pid)]));
    const eventsBefore = await countEvents(temporalAddress, customers);

    const intended = new Map<string, number>();
    const accepts: number[] = [];
    let refused = 0;
    await offerLoad({
      perSecond,
      seconds,
      async send(index, intendedAtMs) {
        const customer = customers[Math.floor(index / 2) % customers.length];
        if (!customer) return;
        const id = `bench-${index}`;
        intended.set(`${customer.threadId}/${id}`, intendedAtMs);
        if (index % 2 === 1) {
          const { status } = await simulator.reply(customer.threadId, id);
          if (status !== 200) refused += 1;
          return;
        }
        const status = await customer.send(gatewayUrl, id, id);
        accepts.push(Date.now() - intendedAtMs);
        if (status !== 202) refused += 1;
      },
    });
    const wanted = intended.size - refused;
    const settled = await collect(simulator, customers, pages, intended, wanted);

    const messages = perSecond * seconds;
    const cpuMs = new Map(
      [...pids].map(([name, pid]) => [name, (cpuMsOf(pid) - (before.get(name) ?? 0)) / messages]),
    );
    const events = (await countEvents(temporalAddress, customers)) - eventsBefore;
    for (const page of pages) page.close();
    return {
      accept: toLatency(accepts),
      inboundRelay: toLatency(settled.inbound),
      replyRelay: toLatency(settled.replies),
      cpuMs,
      eventsPerMessage: events / messages,
      refused,
      lost: wanted - settled.inbound.length - settled.replies.length,
    };
  } finally {
    await system.close();
  }
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const limitMs = Date.now() + settleWithinMs;
  while (!(await isTrue()) && Date.now() < limitMs) await pause(250);
}

async function collect(
  simulator: ReturnType<typeof simulatorAt>,
  customers: readonly CustomerClient[],
  pages: readonly PageStream[],
  intended: ReadonlyMap<string, number>,
  wanted: number,
): Promise<{ inbound: number[]; replies: number[] }> {
  let inbound: number[] = [];
  let replies: number[] = [];
  await until(async () => {
    const { messages } = await simulator.state();
    inbound = messages
      .filter((one) => one.direction === 'inbound')
      .flatMap((one) =>
        tookFrom(intended, one.threadIdOnExternalPlatform, one.text, Date.parse(one.receivedAt)),
      );
    replies = pages.flatMap((page, index) =>
      page.events
        .filter((event) => event.from === 'agent')
        .flatMap((event) =>
          tookFrom(intended, customers[index]?.threadId, event.text, event.arrivedAtMs),
        ),
    );
    return inbound.length + replies.length >= wanted;
  });
  return { inbound, replies };
}

function tookFrom(
  intended: ReadonlyMap<string, number>,
  threadId: string | undefined,
  text: string | undefined,
  atMs: number,
): number[] {
  const intendedAtMs = intended.get(`${threadId}/${text}`);
  return intendedAtMs === undefined ? [] : [atMs - intendedAtMs];
}

/** Counts history over all runs of the threads: a thread that continued has more than one. */
async function countEvents(address: string, customers: readonly CustomerClient[]): Promise<number> {
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  let events = 0;
  for (const customer of customers) {
    const workflowId = `thread/watering-hole/${customer.threadId}`;
    for await (const run of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
      const { historyLength } = await client.workflow.getHandle(workflowId, run.runId).describe();
      events += historyLength;
    }
  }
  await connection.close();
  return events;
}
