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
] as const;

/** One value for each variable that the sandbox's processes share. */
export type SandboxCredentials = Readonly<
  Record<(typeof secretNames)[number] | 'CXONE_TENANT_ID', string>
>;

/** Reads the credentials, or makes them at the first start; only the owner can read the file. */
export async function loadCredentials(file: string): Promise<SandboxCredentials> {
  const kept = await readCredentials(file);
  if (kept) return kept;
  await mkdir(dirname(file), { recursive: true });
  const made = {
    CXONE_TENANT_ID: randomUUID(),
    ...Object.fromEntries(secretNames.map((name) => [name, randomBytes(32).toString('hex')])),
  };
  // Renamed into place, so that a start that is cut short leaves nothing half-written.
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, file);
  const written = await readCredentials(file);
  if (!written) throw new Error(`${file} cannot be read back`);
  return written;
}

async function readCredentials(file: string): Promise<SandboxCredentials | undefined> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new Error(`${file} is broken; npm start -- --fresh makes a new one`, { cause: error });
  }
  return isCredentials(content) ? content : undefined;
}

function isCredentials(content: unknown): content is SandboxCredentials {
  if (typeof content !== 'object' || content === null) return false;
  const values = new Map<string, unknown>(Object.entries(content));
  return ['CXONE_TENANT_ID', ...secretNames].every((name) => typeof values.get(name) === 'string');
}
