/** Which Temporal CLI the embedded server needs, and what a binary says of itself. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The release of Temporal's CLI that is fetched when none is installed; it carries server 1.32. */
export const temporalCliVersion = '1.9.1';

/** The oldest server that has all that the engine asks for. */
const oldestServer = { major: 1, minor: 30 } as const;

/** What `temporal --version` answers. */
export interface CliVersion {
  readonly cli: string;
  readonly server: string;
}

/** Reads the line that `temporal --version` prints, or answers undefined for anything else. */
export function parseCliVersion(output: string): CliVersion | undefined {
  const match = /temporal version (\S+) \(Server (\d+\.\d+\.\d+[^,)]*)/.exec(output);
  const [, cli, server] = match ?? [];
  return cli && server ? { cli, server } : undefined;
}

/** Says whether a server of this version is new enough. */
export function isServerNewEnough(server: string): boolean {
  const [major = 0, minor = 0] = server.split('.').map(Number);
  if (major !== oldestServer.major) return major > oldestServer.major;
  return minor >= oldestServer.minor;
}

/**
 * Runs a binary for its version and returns it.
 *
 * Throws an Error whose message is the reason when it does not run, is not Temporal's CLI, or
 * carries a server that is too old.
 */
export async function readCliVersion(path: string): Promise<CliVersion> {
  let output: string;
  try {
    output = (await promisify(execFile)(path, ['--version'], { timeout: 20_000 })).stdout;
  } catch (error) {
    throw new Error(`${path} does not run (${reasonOf(error)})`, { cause: error });
  }
  const version = parseCliVersion(output);
  if (!version) {
    throw new Error(`${path} is not Temporal's CLI: its --version names no server`);
  }
  if (!isServerNewEnough(version.server)) {
    throw new Error(
      `${path} carries server ${version.server}; ` +
        `at least ${oldestServer.major}.${oldestServer.minor} is needed`,
    );
  }
  return version;
}

/** Gives the shortest useful reason of a failed command, file or network operation. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'no answer in time';
  if ('killed' in error && error.killed === true) return 'no answer in time';
  if (error.cause instanceof Error) return reasonOf(error.cause);
  const stderr = 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.trim() : '';
  const lastLine = stderr.split('\n').at(-1);
  if (lastLine) return lastLine;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.message;
}
