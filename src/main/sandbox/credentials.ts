/** The sandbox's own secrets: made once, kept in its data, good for nothing else. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

const secretNames = [
  'CXONE_CLIENT_ID',
  'CXONE_CLIENT_SECRET',
  'CXONE_ACCESS_KEY_ID',
  'CXONE_ACCESS_KEY_SECRET',
  'BOX_CLIENT_ID',
  'BOX_CLIENT_SECRET',
  'BOX_TOKEN_KEY',
  'SESSION_TOKEN_KEY',
  'EVENTS_SECRET',
  'BUSH_TELEGRAPH_SECRET',
] as const;

/** One value for each variable that the sandbox's processes share. */
export type SandboxCredentials = Readonly<
  Record<(typeof secretNames)[number] | 'CXONE_TENANT_ID', string>
>;

/** Reads the credentials, or makes them at the first start; only the owner can read the file. */
export async function loadCredentials(file: string): Promise<SandboxCredentials> {
  const kept = await readCredentials(file);
  if (kept && isComplete(kept)) return kept;
  await mkdir(dirname(file), { recursive: true });
  const made = {
    CXONE_TENANT_ID: randomUUID(),
    ...Object.fromEntries(secretNames.map((name) => [name, randomBytes(32).toString('hex')])),
    // A file of an earlier version lacks what has come since.
    ...kept,
  };
  // Renamed into place, so that a start that is cut short leaves nothing half-written.
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, file);
  const written = await readCredentials(file);
  if (!written || !isComplete(written)) throw new Error(`${file} cannot be read back`);
  return written;
}

async function readCredentials(file: string): Promise<Record<string, string> | undefined> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new Error(`${file} is broken; npm start -- --fresh makes a new one`, { cause: error });
  }
  if (typeof content !== 'object' || content === null) return undefined;
  return Object.fromEntries(
    Object.entries(content).filter(([, value]) => typeof value === 'string'),
  );
}

function isComplete(values: Readonly<Record<string, string>>): values is SandboxCredentials {
  return ['CXONE_TENANT_ID', ...secretNames].every((name) => values[name] !== undefined);
}
