/** The file of the embedded server, and who has it: SQLite would let two servers write. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join, resolve as toAbsolute } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly port: number;
}

/** The data file belongs to a server that is running. */
export class DataFileInUseError extends Error {
  override readonly name = 'DataFileInUseError';

  constructor(dataFile: string, owner: Owner) {
    super(
      `${dataFile} is in use by the Temporal server with pid ${owner.pid} at ` +
        `${owner.host}:${owner.port}. Stop that one, or set DATA_DIR to another folder.`,
    );
  }
}

/** Gives the server's file in a data folder; the server and the sandbox share it. */
export function dataFileIn(dataDir: string): string {
  return join(toAbsolute(dataDir), 'temporal', 'temporal.db');
}

const ownerFile = (dataFile: string): string => `${dataFile}.owner.json`;

/**
 * Returns when no server has the file. One that is leaving, say because its parent was killed, is
 * given a few seconds; throws `DataFileInUseError` when it goes on listening.
 */
export async function untilDataFileIsFree(dataFile: string, limitMs = 5_000): Promise<void> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const owner = await readOwner(dataFile);
    if (!owner || !isAlive(owner.pid)) return;
    if (Date.now() >= deadline) {
      // A number alone proves nothing: after a crash another process may carry it.
      if (!(await isListening(owner.host, owner.port))) return;
      throw new DataFileInUseError(dataFile, owner);
    }
    await sleep(50);
  }
}

/** Notes whose the data file is. */
export async function claimDataFile(dataFile: string, owner: Owner): Promise<void> {
  await writeFile(ownerFile(dataFile), `${JSON.stringify(owner)}\n`);
}

/** Takes the note away. */
export async function releaseDataFile(dataFile: string): Promise<void> {
  await rm(ownerFile(dataFile), { force: true });
}

async function readOwner(dataFile: string): Promise<Owner | undefined> {
  try {
    const owner: unknown = JSON.parse(await readFile(ownerFile(dataFile), 'utf8'));
    return isOwner(owner) ? owner : undefined;
  } catch {
    return undefined;
  }
}

function isOwner(value: unknown): value is Owner {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, host, port } = value as Partial<Owner>;
  return typeof pid === 'number' && typeof host === 'string' && typeof port === 'number';
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Says whether somebody accepts connections there. */
export async function isListening(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port, timeout: 1_000 });
  try {
    return await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('timeout', () => resolve(false));
    });
  } finally {
    socket.destroy();
  }
}
