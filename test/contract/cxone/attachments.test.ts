import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeOf, createAdapter, externalId, unending } from './adapter.js';
import { fixture, json, type Play, type ScriptedDfo, startScriptedDfo } from './scripted-dfo.js';

let dfo: ScriptedDfo;
let adapter: ReturnType<typeof createAdapter>;

const urlsOf = ({ url }: ScriptedDfo) => ({
  issuer: url,
  apiUrl: `${url}/dfo/3.0`,
  tokenUrl: `${url}/auth/token`,
});

beforeEach(async () => {
  dfo = await startScriptedDfo();
  adapter = createAdapter(urlsOf(dfo));
});

afterEach(async () => {
  await adapter.contactCentre.close();
  await dfo.close();
});

const callsOf = (path: string) => dfo.arrived.filter((one) => one.path.startsWith(path));

describe('a file that is stored', () => {
  const bytes = Buffer.from(Array.from({ length: 1_000 }, (_, at) => at % 251));
  const inPieces = (sizes: readonly number[]) => {
    let from = 0;
    const pieces = sizes.map((size) => bytes.subarray(from, (from += size)));
    return Readable.from([...pieces, bytes.subarray(from)]);
  };

  beforeEach(() => {
    dfo.play = json(201, fixture('stored-attachment.json'));
  });

  it.each([
    ['all at once', []],
    ['in pieces that do not fill three bytes', [1, 1, 2, 4, 5, 7, 1]],
    ['with empty pieces', [0, 3, 0, 100]],
  ])('arrives as it is, sent %s', async (_, sizes) => {
    const stored = await adapter.contactCentre.storeAttachment(
      { mimeType: 'image/png', sizeBytes: bytes.length, content: inPieces(sizes) },
      unending,
    );
    const { url } = JSON.parse(fixture('stored-attachment.json')) as { url: string };
    expect(stored).toEqual({ url });
    const [call] = callsOf('/dfo/3.0/attachments/temporary');
    expect(call?.headers['content-length']).toBe(String(call?.body.length));
    const body = JSON.parse(call?.body ?? '') as { content: string; mimeType: string };
    expect(body.mimeType).toBe('image/png');
    expect(Buffer.from(body.content, 'base64').equals(bytes)).toBe(true);
  });

  it('goes in chunks when nobody knows its size', async () => {
    const upload = { mimeType: 'text/plain', content: inPieces([500]) };
    await adapter.contactCentre.storeAttachment(upload, unending);
    const [call] = callsOf('/dfo/3.0/attachments/temporary');
    expect(call?.headers['transfer-encoding']).toBe('chunked');
    expect(JSON.parse(call?.body ?? '')).toMatchObject({ mimeType: 'text/plain' });
  });

  it('arrives nowhere when its content fails', async () => {
    async function* failing() {
      yield bytes;
      await turn();
      throw new Error('cut off');
    }
    const upload = { mimeType: 'text/plain', content: failing() };
    const code = await codeOf(adapter.contactCentre.storeAttachment(upload, unending));
    expect(code).toBe('CONTACT_CENTRE_SILENT');
    expect(callsOf('/dfo/3.0/attachments')).toEqual([]);
  });

  it('may come as slowly as it likes: the time limit is for CXone', async () => {
    const slow = createAdapter({ ...urlsOf(dfo), timeoutMs: 800 });
    async function* dawdling() {
      const startedAtMs = Date.now();
      while (Date.now() - startedAtMs < 1_000) await turn();
      yield bytes;
    }
    const upload = { mimeType: 'text/plain', content: dawdling() };
    await slow.contactCentre.storeAttachment(upload, unending);
    dfo.play = () => undefined;
    const silent = slow.contactCentre.storeAttachment(
      { mimeType: 'text/plain', content: inPieces([]) },
      unending,
    );
    expect(await codeOf(silent)).toBe('CONTACT_CENTRE_SILENT');
    await slow.contactCentre.close();
  });

  it.each([
    [413, 'CONTACT_CENTRE_REJECTED'],
    [503, 'CONTACT_CENTRE_UNAVAILABLE'],
    [200, 'CONTACT_CENTRE_UNINTELLIGIBLE'],
  ])('that is answered %i fails with %s', async (status, code) => {
    dfo.play = json(status, '{}');
    const upload = { mimeType: 'text/plain', content: inPieces([]) };
    expect(await codeOf(adapter.contactCentre.storeAttachment(upload, unending))).toBe(code);
  });

  it('gets another token the next time when its own was refused', async () => {
    dfo.play = (request, ...more) =>
      json(
        request.headers.authorization === 'Bearer token-1' ? 401 : 201,
        fixture('stored-attachment.json'),
      )(request, ...more);
    const send = () =>
      adapter.contactCentre.storeAttachment(
        { mimeType: 'text/plain', content: inPieces([]) },
        unending,
      );
    expect(await codeOf(send())).toBe('CONTACT_CENTRE_UNAUTHORISED');
    await send();
  });
});

describe('a file that is opened', () => {
  const messageId = externalId('m-1');
  const sourceAt = (path: string) => ({ url: `${dfo.url}${path}`, name: 'map.png', messageId });

  const serve =
    (body: string, headers: Record<string, string> = {}): Play =>
    (_request, response) => {
      response.writeHead(200, headers).end(body);
    };

  async function read(path: string, signal = unending) {
    const opened = await adapter.contactCentre.openAttachment(sourceAt(path), signal);
    const pieces: Uint8Array[] = [];
    for await (const piece of opened.content) pieces.push(piece);
    return { ...opened, content: Buffer.concat(pieces).toString('utf8') };
  }

  it('comes with what its server says of it, and without our credentials', async () => {
    dfo.play = serve('roar', { 'content-type': 'Image/PNG; x=1', 'content-length': '4' });
    expect(await read('/files/7?s=1')).toEqual({
      mimeType: 'image/png',
      sizeBytes: 4,
      content: 'roar',
    });
    expect(callsOf('/files/7')).toMatchObject([{ method: 'GET', path: '/files/7?s=1' }]);
    expect(callsOf('/files/7')[0]?.headers.authorization).toBeUndefined();
  });

  it('is found behind a few redirects, and not behind many', async () => {
    dfo.play = (request, response) => {
      const hop = Number(request.path.slice('/hop/'.length));
      if (hop === 0) response.end('roar');
      else response.writeHead(302, { location: `/hop/${hop - 1}` }).end();
    };
    expect((await read('/hop/3')).content).toBe('roar');
    expect(await codeOf(read('/hop/4'))).toBe('ATTACHMENT_FORBIDDEN');
  });

  it('fails when it ends before its announced size', async () => {
    dfo.play = (_request, response, socket) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('roar', () => socket.destroy());
    };
    await expect(read('/files/7')).rejects.toThrow(/closed|terminated|aborted/);
  });

  it('ends when its reader goes', async () => {
    dfo.play = (_request, response) => void response.writeHead(200).write('roar');
    const reader = new AbortController();
    const opened = await adapter.contactCentre.openAttachment(sourceAt('/7'), reader.signal);
    reader.abort(new Error('gone'));
    const rest = Readable.from(opened.content).toArray();
    await expect(rest).rejects.toThrow('gone');
    await expect.poll(() => dfo.openConnections()).toBe(0);
  });

  it.each([
    [404, 'ATTACHMENT_GONE'],
    [410, 'ATTACHMENT_GONE'],
    [403, 'ATTACHMENT_GONE'],
    [206, 'ATTACHMENT_UNREACHABLE'],
    [500, 'ATTACHMENT_UNREACHABLE'],
  ])('that is answered %i is %s', async (status, code) => {
    dfo.play = (request, ...more) =>
      json(request.path.startsWith('/dfo') ? 200 : status, '{"data":[]}')(request, ...more);
    expect(await codeOf(read('/files/7'))).toBe(code);
  });

  it('that comes compressed is not passed on: nobody knows its size', async () => {
    dfo.play = serve('roar', { 'content-encoding': 'gzip' });
    expect(await codeOf(read('/files/7'))).toBe('ATTACHMENT_UNREACHABLE');
  });

  describe('and whose address ran out', () => {
    const found = (attachments: object[]) =>
      JSON.stringify({ hits: 1, data: [{ idOnExternalPlatform: messageId, attachments }] });

    function playRunOut(attachments: object[]): void {
      dfo.play = (request, ...more) => {
        if (request.path.startsWith('/dfo')) json(200, found(attachments))(request, ...more);
        else if (request.path.endsWith('s=new')) serve('roar')(request, ...more);
        else json(403, '')(request, ...more);
      };
    }

    it('is had by the address that its message names now', async () => {
      playRunOut([
        { friendlyName: 'map.png', url: `${dfo.url}/files/8?s=new` },
        { friendlyName: 'map.png', url: `${dfo.url}/files/7?s=new` },
      ]);
      expect((await read('/files/7?s=old')).content).toBe('roar');
      expect(dfo.arrived.at(-1)?.path).toBe('/files/7?s=new');
    });

    it('is known by its name where its place is another', async () => {
      playRunOut([
        { friendlyName: 'note.txt', url: `${dfo.url}/files/1?s=new` },
        { friendlyName: 'map.png', url: `${dfo.url}/kept/9?s=new` },
      ]);
      expect((await read('/files/7?s=old')).content).toBe('roar');
      expect(dfo.arrived.at(-1)?.path).toBe('/kept/9?s=new');
    });

    it.each([
      ['its message names the same address', [{ friendlyName: 'map.png', url: '/files/7?s=old' }]],
      ['its message has no such file', [{ friendlyName: 'note.txt', url: '/files/1?s=new' }]],
      ['its message has no file', []],
    ])('is gone when %s', async (_, files) => {
      playRunOut(files.map((file) => ({ ...file, url: dfo.url + file.url })));
      expect(await codeOf(read('/files/7?s=old'))).toBe('ATTACHMENT_GONE');
      expect(callsOf('/files/')).toHaveLength(1);
    });
  });
});
