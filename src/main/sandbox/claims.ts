/** Sees to it that the sandbox has its ports and its data to itself. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isPortFree } from '../../temporal/embedded/ports.js';

/** A port that a part of the sandbox listens at, and the variable that sets it. */
export interface PortClaim {
  readonly variable: string;
  readonly host: string;
  readonly port: number;
}

/** The ports belong to other processes; the message names the variables to change. */
export class PortsTakenError extends Error {
  override readonly name = 'PortsTakenError';
}

const runFile = (dataDir: string): string => join(dataDir, 'sandbox.pid');

/** Notes that a sandbox runs on this data. A run that ends in order takes the note away. */
export async function noteRun(dataDir: string): Promise<void> {
  await writeFile(runFile(dataDir), `${process.pid}\n`);
}

/** Takes the note of a run away. */
export async function forgetRun(dataDir: string): Promise<void> {
  await rm(runFile(dataDir), { force: true });
}

/**
 * Returns when all ports are free, or throws a `PortsTakenError` that names all that are not.
 *
 * Processes whose sandbox was killed leave by themselves: they are waited for.
 */
export async function untilPortsAreFree(
  claims: readonly PortClaim[],
  dataDir: string,
  limitMs = 10_000,
): Promise<void> {
  const earlierPid = await readRun(dataDir);
  const isEarlierAlive = earlierPid !== undefined && isAlive(earlierPid);
  const mayFreeItself = earlierPid !== undefined && !isEarlierAlive;
  const deadline = Date.now() + (mayFreeItself ? limitMs : 0);
  for (;;) {
    const taken: PortClaim[] = [];
    for (const claim of claims) {
      if (!(await isPortFree(claim.host, claim.port))) taken.push(claim);
    }
    if (taken.length === 0) return;
    if (Date.now() >= deadline) {
      throw new PortsTakenError(describeTaken(taken, isEarlierAlive ? earlierPid : undefined));
    }
    await sleep(100);
  }
}

function describeTaken(taken: readonly PortClaim[], sandboxPid: number | undefined): string {
  const lines = taken.map(
    ({ variable, host, port }) => `  ${host}:${port} is taken: set ${variable} to another port`,
  );
  const hint =
    sandboxPid === undefined
      ? 'Another process listens where the sandbox would:'
      : `A sandbox with pid ${sandboxPid} seems to run here already:`;
  return [hint, ...lines].join('\n');
}

async function readRun(dataDir: string): Promise<number | undefined> {
  try {
    const pid = Number((await readFile(runFile(dataDir), 'utf8')).trim());
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
