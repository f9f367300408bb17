/**
 * `npm run lockfile`: writes into package-lock.json the optional packages for other platforms that
 * npm leaves out where the registry does not offer them; without them `npm ci` refuses the file.
 */
import { readFile, writeFile } from 'node:fs/promises';

interface LockedPackage {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

const path = new URL('../package-lock.json', import.meta.url);
const systems = ['android', 'darwin', 'linux', 'win32', 'freebsd', 'openbsd', 'netbsd', 'sunos'];
const moreSystems = ['aix', 'openharmony'];
const processors = /-(arm64|x64|ia32|arm|riscv64|ppc64|s390x|loong64|mips64el|wasm32)/;

/** Where npm would look for a dependency of the package at this place, nearest first. */
function placesOf(dependency: string, place: string): string[] {
  const nested = place === '' ? [] : [`${place}/node_modules/${dependency}`];
  const outer = place.lastIndexOf('node_modules/');
  if (place === '') return [`node_modules/${dependency}`];
  return [...nested, ...placesOf(dependency, outer <= 0 ? '' : place.slice(0, outer - 1))];
}

/** What a package's own name says of the platform that it is for. */
function toEntry(name: string, range: string, isDev: boolean): LockedPackage {
  const os = [...systems, ...moreSystems].find((system) => name.includes(system));
  const cpu = processors.exec(name.split('/').at(-1) ?? '')?.[1];
  const libc = name.includes('musl') ? 'musl' : name.includes('gnu') ? 'glibc' : undefined;
  return {
    version: range.replace(/^[\^~]/, ''),
    ...(cpu === undefined ? {} : { cpu: [cpu] }),
    ...(libc === undefined ? {} : { libc: [libc] }),
    ...(isDev ? { dev: true } : {}),
    optional: true,
    ...(os === undefined ? {} : { os: [os] }),
  };
}

const lock = JSON.parse(await readFile(path, 'utf8')) as {
  packages: Record<string, LockedPackage>;
};
const { packages } = lock;
let added = 0;
for (const [place, { optionalDependencies = {}, dev = false }] of Object.entries(packages)) {
  for (const [name, range] of Object.entries(optionalDependencies)) {
    if (placesOf(name, place).some((known) => packages[known])) continue;
    packages[`node_modules/${name}`] = toEntry(name, range, dev);
    added += 1;
  }
}
lock.packages = Object.fromEntries(
  Object.entries(packages).toSorted(([a], [b]) => (a < b ? -1 : 1)),
);
await writeFile(path, `${JSON.stringify(lock, null, 2)}\n`);
console.info(`package-lock.json: ${added} optional packages added`);
