import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeOf, createAdapter, unending } from './adapter.js';
import { type ScriptedDfo, startScriptedDfo } from './scripted-dfo.js';

/** Names as an attacker's name server gives them. */
const names: Record<string, readonly string[]> = {
  'metadata.example': ['169.254.169.254'],
  'inside.example': ['10.1.2.3'],
  'both.example': ['93.184.216.34', '127.0.0.1'],
  'six.example': ['::ffff:192.168.1.1'],
  'nothing.example': [],
};

let dfo: ScriptedDfo;
let adapter: ReturnType<typeof createAdapter>;
let resolved: string[] = [];
/** A server of somebody's own, on this machine, which nobody may reach. */
let inside: Server;
let reached = 0;
let insidePort = 0;

beforeEach(async () => {
  dfo = await startScriptedDfo();
  reached = 0;
  resolved = [];
  inside = createServer((_request, response) => response.end('secret'));
  inside.on('connection', () => {
    reached += 1;
  });
  await new Promise<void>((resolve) => inside.listen(0, '127.0.0.1', resolve));
  const address = inside.address();
  insidePort = typeof address === 'object' && address !== null ? address.port : 0;
  adapter = createAdapter(
    { issuer: dfo.url, apiUrl: `${dfo.url}/dfo/3.0` },
    {
      resolve: async (host) => {
        resolved.push(host);
        return names[host] ?? ['127.0.0.1'];
      },
    },
  );
});

afterEach(async () => {
  await adapter.contactCentre.close();
  await dfo.close();
  inside.closeAllConnections();
  await new Promise((resolve) => inside.close(resolve));
});

const open = (url: string) =>
  adapter.contactCentre.openAttachment({ url, name: 'map.png' }, unending);

const forbidden = [
  'https://169.254.169.254/latest/meta-data/',
  'https://localhost/',
  'https://localhost./',
  'https://127.0.0.1/',
  'https://127.1/',
  'https://0x7f000001/',
  'https://2130706433/',
  'https://0177.0.0.1/',
  'https://0.0.0.0/',
  'https://10.0.0.1/',
  'https://172.16.0.1/',
  'https://192.168.0.1/',
  'https://100.64.0.1/',
  'https://224.0.0.1/',
  'https://255.255.255.255/',
  'https://[::1]/',
  'https://[::]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[::ffff:a9fe:a9fe]/',
  'https://[::127.0.0.1]/',
  'https://[fe80::1]/',
  'https://[fc00::1]/',
  'https://[fec0::1]/',
  'https://[ff02::1]/',
  'https://[64:ff9b::7f00:1]/',
  'https://[64:ff9b:1::7f00:1]/',
  'https://[2002:7f00:1::]/',
  'https://metadata.example/',
  'https://inside.example/',
  'https://both.example/',
  'https://six.example/',
  'https://user:secret@files.example/',
  'http://files.example/',
  'file:///etc/passwd',
  'ftp://files.example/a',
  'data:text/plain,roar',
  'https://',
];

describe('an address that is not fetched', () => {
  it.each(forbidden)('%s', async (url) => {
    expect(await codeOf(open(url))).toBe('ATTACHMENT_FORBIDDEN');
  });

  it.each(forbidden.filter((url) => url !== 'https://'))('%s, after a redirect', async (url) => {
    dfo.play = (_request, response) => void response.writeHead(302, { location: url }).end();
    expect(await codeOf(open(`${dfo.url}/files/7`))).toBe('ATTACHMENT_FORBIDDEN');
  });

  it('is one of this machine on another port than the DFO base', async () => {
    for (const host of ['127.0.0.1', 'localhost', 'rebound.example']) {
      for (const scheme of ['http', 'https']) {
        const url = `${scheme}://${host}:${insidePort}/`;
        expect(await codeOf(open(url))).toBe('ATTACHMENT_FORBIDDEN');
      }
    }
    expect(reached).toBe(0);
  });
});

it('a name is resolved for the connection itself, and never before', async () => {
  expect(await codeOf(open('https://rebound.example/'))).toBe('ATTACHMENT_FORBIDDEN');
  expect(resolved).toEqual(['rebound.example']);
});

it('a name that resolves to nothing is not reached, and not forbidden', async () => {
  expect(await codeOf(open('https://nothing.example/'))).toBe('ATTACHMENT_UNREACHABLE');
});
