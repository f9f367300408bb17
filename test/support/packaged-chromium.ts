/**
 * Unpacks the Chromium build that npm brings, so that a browser test needs nothing but `npm ci`.
 *
 * The package's own `executablePath()` and `args` are not used: the first shares one unversioned file
 * in the temp folder between all processes, the second switches web security off.
 */
import { execFile } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createBrotliDecompress } from 'node:zlib';

/** A browser that can be started: its executable and the environment that it needs. */
export interface PackagedChromium {
  readonly executablePath: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The package's own configuration names only folders of the cloud that it was made for. */
const fontConfiguration = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="relative">fonts</dir><cachedir prefix="xdg">fontconfig</cachedir></fontconfig>
`;

const modulesFolder = join(import.meta.dirname, '../../node_modules');

/** Unpacks the packaged Chromium on first use and returns it. Throws anywhere but on Linux x64. */
export async function unpackChromium(): Promise<PackagedChromium> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`there is no packaged build for ${process.platform} ${process.arch}`);
  }
  const packageFolder = packageFolderOf('@sparticuz/chromium');
  const version = await versionOf(packageFolder);
  const folder = join(modulesFolder, '.cache', `chromium-${version}`);
  if (!existsSync(folder)) {
    await unpackInto(folder, join(packageFolder, 'bin'));
  }
  return { executablePath: join(folder, 'chromium'), env: environmentFor(folder) };
}

async function unpackInto(folder: string, bin: string): Promise<void> {
  const draft = `${folder}.${process.pid}`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  try {
    const executable = join(draft, 'chromium');
    await unbrotli(join(bin, 'chromium.br'), executable);
    await chmod(executable, 0o755);
    for (const archive of ['al2023.tar.br', 'swiftshader.tar.br', 'fonts.tar.br']) {
      await untar(join(bin, archive), draft);
    }
    await writeFile(join(draft, 'fonts.conf'), fontConfiguration);
    // Only a whole folder ever has the final name; of several processes the first one wins.
    await rename(draft, folder).catch((error: unknown) => {
      if (!existsSync(folder)) {
        throw error;
      }
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function untar(archive: string, folder: string): Promise<void> {
  const plain = join(folder, 'archive.tar');
  await unbrotli(archive, plain);
  await promisify(execFile)('tar', ['-x', '-f', plain, '-C', folder, '--no-same-owner']);
  await rm(plain);
}

async function unbrotli(from: string, to: string): Promise<void> {
  await pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to));
}

function environmentFor(folder: string): Record<string, string> {
  const inherited: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined) {
      inherited[name] = value;
    }
  }
  const libraries = [join(folder, 'lib'), inherited['LD_LIBRARY_PATH'] ?? ''].filter(Boolean);
  // A bare container has no fonts, and text without a font has no size.
  const fonts = existsSync('/etc/fonts/fonts.conf')
    ? {}
    : { FONTCONFIG_FILE: join(folder, 'fonts.conf') };
  return { ...inherited, ...fonts, LD_LIBRARY_PATH: libraries.join(':') };
}

async function versionOf(packageFolder: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'));
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) {
    return String(manifest.version);
  }
  throw new Error(`${packageFolder} has no version`);
}

/** The manifest is not among the package's exports, so the folder is found from its entry point. */
function packageFolderOf(name: string): string {
  let folder = dirname(createRequire(import.meta.url).resolve(name));
  while (!existsSync(join(folder, 'bin'))) {
    const parent = dirname(folder);
    if (parent === folder) {
      throw new Error(`${name} has no bin folder`);
    }
    folder = parent;
  }
  return folder;
}
