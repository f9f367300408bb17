import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadChannels } from '../../../../src/config/channels.js';
import { provideChannels } from '../../../../src/main/sandbox/channels.js';
import { noteRun, untilPortsAreFree } from '../../../../src/main/sandbox/claims.js';
import { loadCredentials } from '../../../../src/main/sandbox/credentials.js';

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sandbox-data-'));
});

afterEach(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

describe('credentials', () => {
  test('are made once and can be read by their owner only', async () => {
    const file = join(dataDir, 'deep', 'credentials.json');
    const made = await loadCredentials(file);
    expect(new Set(Object.values(made)).size).toBe(11);
    expect(made.SESSION_TOKEN_KEY.length).toBeGreaterThanOrEqual(32);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await loadCredentials(file)).toEqual(made);
  });

  test('of an earlier version stay as they are, and what has come since is made', async () => {
    const file = join(dataDir, 'credentials.json');
    const { BUSH_TELEGRAPH_SECRET: _later, ...earlier } = await loadCredentials(file);
    await writeFile(file, JSON.stringify(earlier));
    const completed = await loadCredentials(file);
    expect(completed).toMatchObject(earlier);
    expect(completed.BUSH_TELEGRAPH_SECRET.length).toBeGreaterThanOrEqual(32);
    expect(await loadCredentials(file)).toEqual(completed);
  });

  test('that cannot be read stop the start instead of being replaced', async () => {
    const file = join(dataDir, 'credentials.json');
    await writeFile(file, '{');
    await expect(loadCredentials(file)).rejects.toThrow(/is broken; npm start -- --fresh/);
  });
});

describe('channels', () => {
  async function provide(port: number, projectFile = 'channels.json') {
    const file = await provideChannels({
      projectFile,
      copy: join(dataDir, 'channels.json'),
      gatewayUrls: [`http://localhost:${port}`, `http://127.0.0.1:${port}`],
      platformUrl: 'http://127.0.0.1:9191',
    });
    expect(file).toBe(join(dataDir, 'channels.json'));
    return loadChannels(await readFile(file, 'utf8'), env, () => '');
  }
  const env = { BUSH_TELEGRAPH_SECRET: 'secret' };
  const idsOf = (channels: Awaited<ReturnType<typeof provide>>) => [...channels.keys()];

  test('are the ones of the project, and the example of a platform', async () => {
    const project = JSON.parse(await readFile('channels.json', 'utf8')) as {
      channels: { id: string }[];
    };
    const channels = await provide(8080);
    expect(idsOf(channels)).toEqual([...project.channels.map(({ id }) => id), 'bush-telegraph']);
    expect([...channels.values()].at(-1)?.adapter).toEqual({
      kind: 'webhook',
      url: 'http://127.0.0.1:9191/agent-messages',
      recipientsUrl: 'http://127.0.0.1:9191/recipients',
      shows: ['attachments', 'replies'],
      secret: 'secret',
    });
  });

  test('allow the page at another address', async () => {
    const [channel] = (await provide(8081)).values();
    expect(channel?.adapter).toMatchObject({
      allowedOrigins: ['http://localhost:8081', 'http://127.0.0.1:8081'],
    });
  });

  test('leave a channel of that id as its owner wrote it', async () => {
    const own = join(dataDir, 'own.json');
    const adapter = {
      kind: 'webhook',
      url: 'https://example.org/',
      secretEnv: 'BUSH_TELEGRAPH_SECRET',
    };
    await writeFile(
      own,
      JSON.stringify({ channels: [{ id: 'bush-telegraph', name: 'B', adapter }] }),
    );
    const channels = await provide(8080, own);
    expect([...channels.values()]).toMatchObject([{ adapter: { url: 'https://example.org/' } }]);
  });
});

describe('ports', () => {
  async function takePort() {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (typeof address !== 'object' || !address) throw new Error('no port');
    return { server, claim: { host: '127.0.0.1', port: address.port } };
  }

  test('that are taken are all named with the variable to change', async () => {
    const one = await takePort();
    const other = await takePort();
    const claims = [
      { variable: 'GATEWAY_PORT', ...one.claim },
      { variable: 'SIMULATOR_PORT', ...other.claim },
    ];
    await expect(untilPortsAreFree(claims, dataDir)).rejects.toThrow(
      `127.0.0.1:${one.claim.port} is taken: set GATEWAY_PORT to another port\n` +
        `  127.0.0.1:${other.claim.port} is taken: set SIMULATOR_PORT`,
    );
    one.server.close();
    other.server.close();
  });

  test('of a sandbox that runs name that sandbox', async () => {
    const { server, claim } = await takePort();
    await noteRun(dataDir);
    await expect(
      untilPortsAreFree([{ variable: 'GATEWAY_PORT', ...claim }], dataDir),
    ).rejects.toThrow(`A sandbox with pid ${process.pid} seems to run here already`);
    server.close();
  });

  test('of a sandbox that was killed are waited for', async () => {
    const { server, claim } = await takePort();
    // No process has this number: it is above what the system gives.
    await writeFile(join(dataDir, 'sandbox.pid'), '99999999\n');
    const waiting = untilPortsAreFree([{ variable: 'GATEWAY_PORT', ...claim }], dataDir);
    server.close();
    await expect(waiting).resolves.toBeUndefined();
  });
});
