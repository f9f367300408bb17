import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Simulator } from '../../../src/simulators/cxone/simulator.js';
import {
  codeOf,
  createAdapter,
  post,
  startQuietSimulator,
  threadRef,
  unending,
} from './adapter.js';
import { fixture, inTurn, json, type ScriptedDfo, startScriptedDfo } from './scripted-dfo.js';

describe('a thread in the simulator', () => {
  let simulator: Simulator;
  let adapter: ReturnType<typeof createAdapter>;

  beforeEach(async () => {
    simulator = await startQuietSimulator();
    adapter = createAdapter({ issuer: simulator.url });
  });
  afterEach(async () => {
    await adapter.contactCentre.close();
    await simulator.close();
  });

  it('is unknown before its first message, then open, then shut, then open again', async () => {
    const { contactCentre } = adapter;
    const read = () => contactCentre.readThread(threadRef(), unending);
    expect(await read()).toBeUndefined();
    await contactCentre.postMessage(post(), unending);
    expect(await read()).toEqual({ isOpen: true });
    await contactCentre.setThreadOpen(threadRef(), false, unending);
    expect(await read()).toEqual({ isOpen: false });
    await contactCentre.setThreadOpen(threadRef(), true, unending);
    expect(await read()).toEqual({ isOpen: true });
  });

  it('is found among many whose ids begin alike', async () => {
    const { contactCentre } = adapter;
    for (let index = 0; index < 30; index += 1) {
      await contactCentre.postMessage(
        post(`m-${index}`, { thread: threadRef(`t-1${index}`) }),
        unending,
      );
    }
    await contactCentre.postMessage(post('m-last'), unending);
    await contactCentre.setThreadOpen(threadRef(), false, unending);
    expect(await contactCentre.readThread(threadRef(), unending)).toEqual({ isOpen: false });
  });
});

describe('a search for a thread', () => {
  let dfo: ScriptedDfo;
  let adapter: ReturnType<typeof createAdapter>;
  beforeEach(async () => {
    dfo = await startScriptedDfo();
    adapter = createAdapter({
      issuer: 'https://nowhere.invalid',
      tokenUrl: `${dfo.url}/auth/token`,
      apiUrl: `${dfo.url}/dfo/3.0`,
    });
  });
  afterEach(async () => {
    await adapter.contactCentre.close();
    await dfo.close();
  });
  const read = (threadId?: string, channelId?: string) =>
    adapter.contactCentre.readThread(threadRef(threadId, channelId), unending);
  const paths = () => dfo.arrived.map(({ path }) => path).filter((path) => path.includes('thread'));

  it('takes the one whose id and channel are the same', async () => {
    dfo.play = json(200, fixture('found-threads.json'));
    expect(await read()).toEqual({ isOpen: false });
    expect(await read('t-10')).toEqual({ isOpen: true });
    expect(await read('t-100')).toBeUndefined();
    expect(await read('t-1', 'river-bank')).toBeUndefined();
    expect(paths()[0]).toBe('/dfo/3.0/threads?query=t-1');
  });

  it.each([
    ['no flag', '{"data":[{"idOnExternalPlatform":"t-1","channelId":"watering-hole"}]}'],
    [
      'a flag of another type',
      '{"data":[{"idOnExternalPlatform":"t-1","canAddMoreMessages":"no"}]}',
    ],
  ])('says nothing of a thread with %s', async (_title, body) => {
    dfo.play = json(200, body);
    expect(await read()).toEqual({});
  });

  it.each(['{}', '{"data":[]}', '{"data":[],"_links":{"next":{"href":"?page=2"}}}'])(
    'finds nothing in %s',
    async (body) => {
      dfo.play = json(200, body);
      expect(await read()).toBeUndefined();
      expect(paths()).toHaveLength(1);
    },
  );

  it('goes on to the next page, and not for ever', async () => {
    const other = '{"data":[{"idOnExternalPlatform":"t-2"}],"_links":{"next":{"href":"?page=2"}}}';
    dfo.play = inTurn(json(200, other), json(200, fixture('found-threads.json')));
    expect(await read()).toEqual({ isOpen: false });
    expect(paths()).toEqual(['/dfo/3.0/threads?query=t-1', '/dfo/3.0/threads?query=t-1&page=2']);
    dfo.play = json(200, other);
    expect(await read()).toBeUndefined();
    expect(paths()).toHaveLength(2 + 4);
  });

  it('that cannot be read is an error', async () => {
    dfo.play = json(200, '{"data":"none"}');
    expect(await codeOf(read())).toBe('CONTACT_CENTRE_UNINTELLIGIBLE');
    dfo.play = json(404, '{}');
    expect(await codeOf(read())).toBe('CONTACT_CENTRE_REJECTED');
  });
});
