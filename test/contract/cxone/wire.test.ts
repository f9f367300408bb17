import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AnswerCause } from '../../../src/cxone/errors.js';
import { createLogger } from '../../../src/logging/logger.js';
import {
  codeOf,
  createAdapter,
  externalId,
  post,
  remoteErrorOf,
  threadRef,
  unending,
} from './adapter.js';
import {
  fixture,
  inTurn,
  json,
  type Play,
  type ScriptedDfo,
  startScriptedDfo,
} from './scripted-dfo.js';

let dfo: ScriptedDfo;
let adapter: ReturnType<typeof createAdapter>;

const urlsOf = ({ url }: { readonly url: string }) => ({
  issuer: 'https://nowhere.invalid',
  tokenUrl: `${url}/auth/token`,
  apiUrl: `${url}/dfo/3.0`,
});

beforeEach(async () => {
  dfo = await startScriptedDfo();
  adapter = createAdapter(urlsOf(dfo));
});

afterEach(async () => {
  await adapter.contactCentre.close();
  await dfo.close();
});

const callsOf = (path: string) => dfo.arrived.filter((request) => request.path.startsWith(path));
const postOne = (id = 'm-1') => adapter.contactCentre.postMessage(post(id), unending);
const find = () => adapter.contactCentre.findMessage(threadRef(), externalId('m-1'), unending);
const never: Play = () => undefined;

describe('the token', () => {
  it('is asked for by the password grant, as a form, with the client in Basic', async () => {
    await postOne();
    expect(callsOf('/auth/token')).toHaveLength(1);
    const [request] = callsOf('/auth/token');
    expect(request?.body).toBe(
      'grant_type=password&username=KEY%2BID&password=key+secret%2F%26%3D%3D',
    );
    expect(request?.headers).toMatchObject({
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from('client:client secret').toString('base64')}`,
    });
    expect(callsOf('/dfo')[0]?.headers.authorization).toBe('Bearer token-1');
  });

  it('is renewed a margin before it ends, by the injected clock', async () => {
    let nowMs = 0;
    const timed = createAdapter(urlsOf(dfo), { clock: () => nowMs });
    const postAt = async (atMs: number) => {
      nowMs = atMs;
      await timed.contactCentre.postMessage(post(), unending);
      return callsOf('/dfo').at(-1)?.headers.authorization;
    };
    expect(await postAt(0)).toBe('Bearer token-1');
    expect(await postAt(3_539_000)).toBe('Bearer token-1');
    expect(await postAt(3_541_000)).toBe('Bearer token-2');
    await timed.contactCentre.close();
  });

  it('is used to its end where it cannot be renewed in time', async () => {
    let nowMs = 0;
    const timed = createAdapter(urlsOf(dfo), { clock: () => nowMs });
    await timed.contactCentre.postMessage(post(), unending);
    dfo.playToken = json(503, '');
    nowMs = 3_550_000;
    await timed.contactCentre.postMessage(post(), unending);
    expect(callsOf('/dfo').at(-1)?.headers.authorization).toBe('Bearer token-1');
    nowMs = 3_600_000;
    expect(await codeOf(timed.contactCentre.postMessage(post(), unending))).toBe(
      'CONTACT_CENTRE_UNREACHABLE',
    );
    await timed.contactCentre.close();
  });

  it('that was dropped meanwhile does not drop the one that took its place', async () => {
    const held: (() => void)[] = [];
    dfo.play = (request, response) => {
      const isOld = request.headers.authorization === 'Bearer token-1';
      const answer = () =>
        response.writeHead(isOld ? 401 : 201).end(isOld ? '' : fixture('created.json'));
      if (isOld && held.length === 0 && callsOf('/dfo').length === 1) held.push(answer);
      else answer();
    };
    const slow = postOne();
    await vi.waitFor(() => expect(held).toHaveLength(1));
    await postOne();
    held[0]?.();
    await slow;
    expect(callsOf('/auth/token')).toHaveLength(2);
  });

  it.each([
    [json(401, '{"error":"invalid_client"}'), 'CONTACT_CENTRE_UNAUTHORISED'],
    [json(400, '{"error":"invalid_grant"}'), 'CONTACT_CENTRE_UNAUTHORISED'],
    [json(404, 'not here'), 'CONTACT_CENTRE_UNAUTHORISED'],
    [json(200, '{"token":"?"}'), 'CONTACT_CENTRE_UNAUTHORISED'],
    [json(200, '<html>'), 'CONTACT_CENTRE_UNAUTHORISED'],
    [json(429, '', { 'retry-after': '3' }), 'CONTACT_CENTRE_RATE_LIMITED'],
    [json(500, ''), 'CONTACT_CENTRE_UNREACHABLE'],
    [
      ((_request, _response, socket) => void socket.resetAndDestroy()) satisfies Play,
      'CONTACT_CENTRE_UNREACHABLE',
    ],
  ])('that is not given (%#) is certain: nothing was posted', async (play, code) => {
    dfo.playToken = play;
    const error = await remoteErrorOf(postOne());
    expect(error.code).toBe(code);
    expect(error.policy.certain).toBe(true);
    expect(callsOf('/dfo')).toHaveLength(0);
  });

  it('that is not given is asked for again by the next call', async () => {
    const { playToken } = dfo;
    dfo.playToken = inTurn(json(500, ''), playToken);
    expect(await codeOf(postOne())).toBe('CONTACT_CENTRE_UNREACHABLE');
    expect(await postOne()).toMatchObject({ contact: '104233' });
  });

  it('that takes too long leaves the message certain', async () => {
    const hasty = createAdapter({ ...urlsOf(dfo), timeoutMs: 100 });
    dfo.playToken = never;
    expect(await codeOf(hasty.contactCentre.postMessage(post(), unending))).toBe(
      'CONTACT_CENTRE_UNREACHABLE',
    );
    await hasty.contactCentre.close();
  });
});

describe('a connection', () => {
  it('is used for one call after the other', async () => {
    for (let index = 0; index < 20; index += 1) await postOne(`m-${index}`);
    expect(callsOf('/dfo')).toHaveLength(20);
    // The pool may open one for the token and one for the calls.
    expect(dfo.connections()).toBeLessThanOrEqual(2);
  });

  it('that cannot be made is certain', async () => {
    const nobody = createServer();
    nobody.listen(0, '127.0.0.1');
    await once(nobody, 'listening');
    const address = nobody.address();
    const port = typeof address === 'object' ? address?.port : 0;
    nobody.close();
    await once(nobody, 'close');
    const lonely = createAdapter({
      ...urlsOf(dfo),
      apiUrl: `http://127.0.0.1:${port}/dfo/3.0`,
    });
    const error = await remoteErrorOf(lonely.contactCentre.postMessage(post(), unending));
    expect(error.code).toBe('CONTACT_CENTRE_UNREACHABLE');
    expect(error.message).toContain('ECONNREFUSED');
    await lonely.contactCentre.close();
  });

  it('that a peer accepts and resets before TLS is certain', async () => {
    const rude = createServer((socket) => void socket.once('data', () => socket.resetAndDestroy()));
    rude.listen(0, '127.0.0.1');
    await once(rude, 'listening');
    const address = rude.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const shy = createAdapter({ ...urlsOf(dfo), apiUrl: `https://127.0.0.1:${port}/dfo/3.0` });
    expect(await codeOf(shy.contactCentre.postMessage(post(), unending))).toBe(
      'CONTACT_CENTRE_UNREACHABLE',
    );
    await shy.contactCentre.close();
    rude.close();
  });

  it('whose name is not known is certain', async () => {
    const lost = createAdapter({ ...urlsOf(dfo), apiUrl: 'http://nowhere.invalid/dfo/3.0' });
    expect(await codeOf(lost.contactCentre.postMessage(post(), unending))).toBe(
      'CONTACT_CENTRE_UNREACHABLE',
    );
    await lost.contactCentre.close();
  });

  it('that the peer closes while it is idle is replaced', async () => {
    await postOne('m-1');
    const before = dfo.connections();
    dfo.endConnections();
    await vi.waitFor(() => expect(dfo.openConnections()).toBe(0));
    expect(await postOne('m-2')).toMatchObject({ contact: '104233' });
    expect(dfo.connections()).toBe(before + 1);
  });

  it('that the peer cuts when the next request comes leaves that one open', async () => {
    await postOne('m-1');
    const before = dfo.connections();
    dfo.play = (_request, _response, socket) => void socket.resetAndDestroy();
    expect(await codeOf(postOne('m-2'))).toBe('CONTACT_CENTRE_SILENT');
    expect(dfo.connections()).toBe(before);
  });

  it('that ends in the middle of an answer leaves the call open', async () => {
    dfo.play = (_request, response, socket) => {
      response.writeHead(201, { 'content-length': '1000' });
      response.write('{"consumerContact":', () => socket.destroy());
    };
    expect(await codeOf(postOne())).toBe('CONTACT_CENTRE_SILENT');
  });

  it('keeps an id of dots as it is', async () => {
    await adapter.contactCentre.setThreadOpen(threadRef('..'), false, unending);
    expect(dfo.arrived.at(-1)?.path).toBe('/dfo/3.0/channels/watering-hole/threads/..');
  });
});

describe('a message that answers another', () => {
  it('names it on the wire, and one that answers nothing has neither field', async () => {
    await adapter.contactCentre.postMessage(post('m-2', { replyTo: externalId('m-1') }), unending);
    await postOne('m-3');
    const [answering, plain] = callsOf('/dfo').map(({ body }) => JSON.parse(body) as object);
    expect(answering).toEqual({
      ...plain,
      idOnExternalPlatform: 'watering-hole~t-1~m-2',
      replyToMessage: { idOnExternalPlatform: 'watering-hole~t-1~m-1' },
      isReplyToSpecificMessage: true,
    });
    expect(Object.keys(plain ?? {})).not.toContain('isReplyToSpecificMessage');
  });

  it('is certainly not there when it is refused for that', async () => {
    const unknown = { field: 'replyToMessage', message: 'Not found', errorCode: 'notFound' };
    dfo.play = json(422, JSON.stringify({ errors: [unknown] }));
    const answering = post('m-2', { replyTo: externalId('m-1') });
    const error = await remoteErrorOf(adapter.contactCentre.postMessage(answering, unending));
    expect(error.code).toBe('CONTACT_CENTRE_REJECTED');
    expect(error.policy.certain).toBe(true);
  });
});

describe('an abort', () => {
  it('before the call makes none', async () => {
    const reason = new Error('cancelled');
    await expect(adapter.contactCentre.postMessage(post(), AbortSignal.abort(reason))).rejects.toBe(
      reason,
    );
    expect(dfo.arrived).toEqual([]);
  });

  it('during the call ends it with the caller’s reason, and cuts its connection', async () => {
    let isCut = false;
    dfo.play = (_request, _response, socket) => {
      socket.once('close', () => {
        isCut = true;
      });
    };
    const reason = new Error('cancelled');
    const controller = new AbortController();
    const call = adapter.contactCentre.postMessage(post(), controller.signal);
    await vi.waitFor(() => expect(callsOf('/dfo')).toHaveLength(1));
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    await vi.waitFor(() => expect(isCut).toBe(true));
    expect(callsOf('/dfo')).toHaveLength(1);
  });

  it('of one caller leaves the token that others wait for alone', async () => {
    let giveToken = () => undefined as void;
    dfo.playToken = (...facts) => {
      giveToken = () => json(200, fixture('token.json'))(...facts);
    };
    const controller = new AbortController();
    const aborted = adapter.contactCentre.postMessage(post('m-1'), controller.signal);
    const waiting = postOne('m-1');
    await vi.waitFor(() => expect(callsOf('/auth/token')).toHaveLength(1));
    controller.abort(new Error('cancelled'));
    await expect(aborted).rejects.toThrow('cancelled');
    giveToken();
    expect(await waiting).toMatchObject({ contact: '104233' });
    expect(callsOf('/auth/token')).toHaveLength(1);
  });
});

describe('an answer', () => {
  it.each([
    ['created.json', { contact: '104233', contactStatus: 'open' }],
    ['created-message-only.json', { contact: '104233' }],
  ])('%s names the contact', async (name, expected) => {
    dfo.play = json(201, fixture(name));
    expect(await postOne()).toEqual(expected);
  });

  it.each([409, 422])(
    'of %d that says "already exists" is a success, with its contact',
    async (status) => {
      dfo.play = inTurn(
        json(status, fixture('already-exists.json')),
        json(200, fixture('found.json')),
      );
      expect(await postOne()).toEqual({ contact: '104233' });
    },
  );

  it('of "already exists" is a success also where the contact cannot be found', async () => {
    dfo.play = inTurn(json(409, ''), json(503, ''));
    expect(await postOne()).toEqual({});
  });

  it('of 422 about something else is a refusal that quotes no customer, in no log', async () => {
    dfo.play = json(422, fixture('invalid-field.json'));
    const error = await remoteErrorOf(postOne());
    expect(error.code).toBe('CONTACT_CENTRE_REJECTED');
    expect(error.message).toBe(
      'CXone answered 422 to create message watering-hole~t-1~m-1 (messageContent.payload.text, tooLong)',
    );
    const { cause } = error;
    expect(cause instanceof AnswerCause && cause.readBody()).toContain('Is there water?');
    const lines: string[] = [];
    createLogger({ level: 'debug', name: 'test' }, { write: (line) => lines.push(line) }).error(
      { err: error },
      'call failed',
    );
    expect(lines.join('')).toContain('CONTACT_CENTRE_REJECTED');
    expect(lines.join('') + JSON.stringify(adapter.log)).not.toContain('Is there water?');
  });

  it.each([
    ['', 'expected JSON'],
    ['null', 'body: '],
    ['[]', 'body: '],
    ['{}', 'body: expected consumerContact or message'],
    ['{"consumerContact":{"id":{}}}', 'consumerContact.id: expected an id'],
    [
      '{"message":{"idOnExternalPlatform":"another"}}',
      'message.idOnExternalPlatform: expected the id that was posted',
    ],
  ])('of 2xx with %s cannot be read', async (body, expected) => {
    dfo.play = json(200, body);
    const error = await remoteErrorOf(postOne());
    expect(error.code).toBe('CONTACT_CENTRE_UNINTELLIGIBLE');
    expect(error.policy.certain).toBe(false);
    expect(error.message).toContain(expected);
  });

  it('of a search counts only where id, channel and thread are the same', async () => {
    dfo.play = json(200, fixture('found.json'));
    expect(await find()).toEqual({ contact: '104233' });
    expect(dfo.arrived.at(-1)?.path).toBe(
      '/dfo/3.0/messages?idOnExternalPlatform%5B%5D=watering-hole~t-1~m-1',
    );
    const other = adapter.contactCentre.findMessage(threadRef('t-2'), externalId('m-1'), unending);
    expect(await other).toBeUndefined();
  });

  it('of a search that shows one page of everything says nothing about absence', async () => {
    dfo.play = json(200, '{"hits":2000,"data":[{"idOnExternalPlatform":"another"}]}');
    expect(await codeOf(find())).toBe('CONTACT_CENTRE_UNINTELLIGIBLE');
    dfo.play = json(200, '{"hits":1,"data":[{"idOnExternalPlatform":"another"}]}');
    expect(await find()).toBeUndefined();
    dfo.play = json(200, '{"hits":0,"data":[]}');
    expect(await find()).toBeUndefined();
  });
});

describe('discovery', () => {
  it('that fails is certain, and is tried again by the next call', async () => {
    const seeking = createAdapter({ issuer: dfo.url });
    dfo.play = inTurn(
      json(503, ''),
      json(404, ''),
      json(200, '{"domain":1}'),
      (request, ...more) => {
        const isOpenid = request.path.includes('openid');
        if (request.path.startsWith('/dfo')) json(201, fixture('created.json'))(request, ...more);
        else if (isOpenid)
          json(200, `{"token_endpoint":"${dfo.url}/auth/token"}`)(request, ...more);
        else json(200, `{"api_endpoint":"${dfo.url}"}`)(request, ...more);
      },
    );
    const postIt = () => seeking.contactCentre.postMessage(post(), unending);
    expect(await codeOf(postIt())).toBe('CONTACT_CENTRE_UNREACHABLE');
    expect(await codeOf(postIt())).toBe('CONTACT_CENTRE_UNAUTHORISED');
    const error = await remoteErrorOf(postIt());
    expect(error.message).toContain('api_endpoint: expected an http(s) address');
    expect(error.policy.certain).toBe(true);
    expect(await postIt()).toMatchObject({ contact: '104233' });
    await seeking.contactCentre.close();
  });
});
