/** Fetches Temporal's CLI from its official address. */
import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { temporalCliVersion } from './cli-version.js';

const officialAddress = 'https://temporal.download';
const platforms: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'linux',
  darwin: 'darwin',
  win32: 'windows',
};
const architectures: Partial<Record<NodeJS.Architecture, string>> = {
  x64: 'amd64',
  arm64: 'arm64',
};

/** What a fetch of the CLI needs: an empty folder to work in, and where to tell its progress. */
export interface FetchRoom {
  readonly folder: string;
  readonly onProgress: (line: string) => void;
}

/** The limits and the address of the official download. */
export interface OfficialDownloadOptions extends FetchRoom {
  /** Defaults to Temporal's own address. */
  readonly address?: string;
  /** The longest wait for the first byte of the answer. Defaults to 5 s. */
  readonly connectTimeoutMs?: number;
  /** The longest the whole download may take. Defaults to 5 minutes. */
  readonly totalTimeoutMs?: number;
}

/** Downloads and unpacks the official release for this machine and returns the binary's path. */
export async function fetchOfficialRelease(options: OfficialDownloadOptions): Promise<string> {
  const platform = platforms[process.platform];
  const arch = architectures[process.arch];
  if (!platform || !arch) {
    throw new Error(`no official release for ${process.platform} ${process.arch}`);
  }
  const url = new URL(
    `/cli/archive/v${temporalCliVersion}?platform=${platform}&arch=${arch}`,
    options.address ?? officialAddress,
  );
  options.onProgress(`downloading Temporal ${temporalCliVersion} from ${url.host}`);

  const abort = new AbortController();
  const giveUp = (what: string): void => abort.abort(new Error(what));
  const connect = setTimeout(giveUp, options.connectTimeoutMs ?? 5_000, 'no answer in time');
  const total = setTimeout(giveUp, options.totalTimeoutMs ?? 300_000, 'download took too long');
  const archive = join(options.folder, 'archive');
  try {
    const response = await fetch(url, { signal: abort.signal });
    clearTimeout(connect);
    if (!response.ok || !response.body) throw new Error(`answered ${response.status}`);
    await pipeline(Readable.fromWeb(response.body), createWriteStream(archive), {
      signal: abort.signal,
    });
  } finally {
    clearTimeout(connect);
    clearTimeout(total);
  }
  await promisify(execFile)('tar', ['-xf', archive, '-C', options.folder], { timeout: 60_000 });
  return join(options.folder, process.platform === 'win32' ? 'temporal.exe' : 'temporal');
}
