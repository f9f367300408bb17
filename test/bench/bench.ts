/**
 * `npm run bench`: relays at 10, 20 and 40 messages a second for a minute each, half from customers
 * and half from agents, and beside each rate the same rate through a bare signal → activity relay.
 * `npm run bench -- --seconds 10 --rates 10,20` for a shorter look.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startTestTemporal } from '../support/temporal-server.js';
import { type BareFigures, runBare } from './bare-run.js';
import { printTable, show } from './figures.js';
import { type RunFigures, runIsthmus } from './isthmus-run.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    rates: { type: 'string', default: '10,20,40' },
  },
});
const seconds = Number(values.seconds);
const rates = values.rates.split(',').map(Number);

const folder = await mkdtemp(join(tmpdir(), 'isthmus-bench-'));
const temporal = await startTestTemporal({ dataFile: join(folder, 'temporal.db') });
const where = { temporalAddress: temporal.address, temporalPid: temporal.pid, seconds };

function report(perSecond: number, ours: RunFigures, bare: BareFigures): void {
  console.info(`\n${perSecond} messages a second for ${seconds} s`);
  const row = (
    name: string,
    own: { p50: number; p99: number },
    other: { p50: number; p99: number },
  ) => [
    name,
    show(own.p50),
    show(own.p99),
    show(other.p50),
    show(other.p99),
    show(own.p50 / other.p50),
    show(own.p99 / other.p99),
  ];
  printTable(
    ['ms', 'p50', 'p99', 'bare p50', 'bare p99', 'p50 ratio', 'p99 ratio'],
    [
      row('accept', ours.accept, bare.accept),
      row('relay to the contact centre', ours.inboundRelay, bare.relay),
      row('relay to the customer', ours.replyRelay, bare.relay),
    ],
  );
  const sum = (cpu: ReadonlyMap<string, number>) =>
    [...cpu].filter(([name]) => name !== 'simulator').reduce((total, [, ms]) => total + ms, 0);
  const list = (cpu: ReadonlyMap<string, number>) =>
    [...cpu].map(([name, ms]) => `${name} ${show(ms)}`).join(', ');
  console.info(`CPU ms a message: ${list(ours.cpuMs)}`);
  console.info(`CPU ms a message, bare: ${list(bare.cpuMs)}`);
  console.info(`CPU ratio without the simulator: ${show(sum(ours.cpuMs) / sum(bare.cpuMs))}`);
  console.info(`history events a message: ${ours.eventsPerMessage.toFixed(1)}`);
  console.info(`refused ${ours.refused}, lost ${ours.lost}`);
}

try {
  for (const perSecond of rates) {
    const bare = await runBare({ ...where, perSecond });
    const ours = await runIsthmus({ ...where, perSecond });
    report(perSecond, ours, bare);
  }
} finally {
  await temporal.stop();
  await rm(folder, { recursive: true, force: true });
}
