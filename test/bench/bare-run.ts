import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findFreePort } from '../../src/temporal/embedded/ports.js';
import { cpuMsOf } from './cpu.js';
import { type Latency, toLatency } from './figures.js';
import { offerLoad } from './load.js';

/** What the bare relay came to at one rate. */
export interface BareFigures {
  readonly accept: Latency;
  readonly relay: Latency;
  readonly cpuMs: ReadonlyMap<string, number>;
}

const program = fileURLToPath(new URL('bare-relay/process.ts', import.meta.url));
const settleWithinMs = 60_000;

/** Relays at one rate through the bare relay, with as many threads as our own run has. */
export async function runBare(options: {
  readonly temporalAddress: string;
  readonly temporalPid: number;
  readonly perSecond: number;
  readonly seconds: number;
}): Promise<BareFigures> {
  const { temporalAddress, temporalPid, perSecond, seconds } = options;
  const sink = createServer((request, response) => {
    request.resume().once('end', () => response.writeHead(204).end());
  });
  const sinkPort = await findFreePort('127.0.0.1');
  await new Promise<void>((resolve) => sink.listen(sinkPort, '127.0.0.1', resolve));
  const port = await findFreePort('127.0.0.1');
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', program, temporalAddress, String(port), `http://127.0.0.1:${sinkPort}/`],
    { stdio: 'inherit' },
  );
  const url = `http://127.0.0.1:${port}`;
  try {
    const run = Date.now();
    const threads = perSecond * 2;
    for (let thread = 0; thread < threads; thread += 1) {
      await relay(`${url}/?thread=${run}-${thread}&id=warm-up-${thread}`);
    }
    await until(async () => (await receivedBy(url)).size >= threads);
    await pause(2_000);

    const pids = { temporal: temporalPid, 'bare relay': child.pid ?? 0 };
    const before = Object.entries(pids).map(([name, pid]) => [name, cpuMsOf(pid)] as const);
    const intended = new Map<string, number>();
    const accepts: number[] = [];
    await offerLoad({
      perSecond,
      seconds,
      async send(index, intendedAtMs) {
        const id = `bench-${index}`;
        intended.set(id, intendedAtMs);
        await relay(`${url}/?thread=${run}-${index % threads}&id=${id}`);
        accepts.push(Date.now() - intendedAtMs);
      },
    });
    let received = new Map<string, number>();
    await until(async () => {
      received = await receivedBy(url);
      return [...intended.keys()].every((id) => received.has(id));
    });
    const took = [...intended].flatMap(([id, atMs]) => {
      const at = received.get(id);
      return at === undefined ? [] : [at - atMs];
    });
    const cpuMs = new Map(
      before.map(([name, ms]) => [
        name,
        (cpuMsOf(pids[name === 'temporal' ? 'temporal' : 'bare relay']) - ms) /
          (perSecond * seconds),
      ]),
    );
    return { accept: toLatency(accepts), relay: toLatency(took), cpuMs };
  } finally {
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
    sink.close();
  }
}

async function relay(url: string): Promise<void> {
  for (;;) {
    try {
      const answer = await fetch(url, { method: 'POST' });
      await answer.arrayBuffer();
      return;
    } catch {
      // It is still starting.
      await pause(200);
    }
  }
}

async function receivedBy(url: string): Promise<Map<string, number>> {
  const answer = await fetch(`${url}/received`);
  return new Map((await answer.json()) as [string, number][]);
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const limitMs = Date.now() + settleWithinMs;
  while (!(await isTrue()) && Date.now() < limitMs) await pause(250);
}
