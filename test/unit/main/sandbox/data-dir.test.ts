import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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
    expect(new Set(Object.values(made)).size).toBe(10);
    expect(made.SESSION_TOKEN_KEY.length).toBeGreaterThanOrEqual(32);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await loadCredentials(file)).toEqual(made);
  });

  test('that cannot be read stop the start instead of being replaced', async () => {
    const file = join(dataDir, 'credentials.json');
    await writeFile(file, '{');
    await expect(loadCredentials(file)).rejects.toThrow(/is broken; npm start -- --fresh/);
  });
});

describe('channels', () => {
  async function provide(port: number) {
    const file = await provideChannels({
      projectFile: 'channels.json',
      copy: join(dataDir, 'channels.json'),
      gatewayUrls: [`http://localhost:${port}`, `http://127.0.0.1:${port}`],
    });
    const text = await readFile(file, 'utf8');
    const [, origins = ''] = /"allowedOrigins": ?\[(.*?)\]/.exec(text) ?? [];
    return { file, origins };
  }

  test('are the ones of the project at the usual address', async () => {
    expect(await provide(8080)).toMatchObject({ file: 'channels.json' });
  });

  test('allow the page at another address', async () => {
    expect(await provide(8081)).toEqual({
      file: join(dataDir, 'channels.json'),
      origins: '"http://localhost:8081", "http://127.0.0.1:8081"',
    });
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
