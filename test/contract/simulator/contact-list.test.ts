import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Simulator } from '../../../src/simulators/cxone/simulator.js';
import { type Dfo, newMessage, openDfo, request, startTestSimulator } from './simulator-harness.js';

let simulator: Simulator;
let dfo: Dfo;
let nowMs: number;

beforeEach(async () => {
  nowMs = Date.now();
  simulator = await startTestSimulator({ now: () => nowMs });
  dfo = await openDfo(simulator);
});

afterEach(() => simulator.close());

const switchOn = (fault: object) =>
  request(`${simulator.url}/simulator/faults`, { method: 'POST', body: fault });

/** Opens contacts, and gives their numbers, the newest first. */
async function openContacts(count: number, prefix = 'thread'): Promise<string[]> {
  for (let index = 0; index < count; index += 1) {
    const thread = { idOnExternalPlatform: `${prefix}-${index}` };
    await dfo.post('c', newMessage({ thread }));
  }
  return simulator
    .state()
    .contacts.map(({ number }) => number)
    .toReversed();
}

const pageSchema = z.object({
  data: z.array(z.object({ id: z.coerce.string() })),
  scrollToken: z.string().nullable(),
});

/** Follows the list to its end. */
async function listAll(filter: string): Promise<string[][]> {
  const pages: string[][] = [];
  for (let token = ''; ; ) {
    const answer = await dfo.call('GET', `/contacts?${filter}&scrollToken=${token}`);
    const page = pageSchema.parse(answer.body);
    pages.push(page.data.map(({ id }) => id));
    if (page.scrollToken === null) return pages;
    token = page.scrollToken;
  }
}

const openOnes = 'channel[]=c&status[]=new&status[]=open';

describe('a list of contacts', () => {
  test('comes in pages of 25, each contact once', async () => {
    const numbers = await openContacts(60);
    const pages = await listAll(openOnes);
    expect(pages.map((page) => page.length)).toEqual([25, 25, 10, 0]);
    expect(pages.flat()).toEqual(numbers);
  });

  test('passes a page over, as often as it is told to', async () => {
    const numbers = await openContacts(60);
    await switchOn({ match: 'listContacts', kind: 'list-skips-page', skip: 1, times: 1 });
    expect((await listAll(openOnes)).flat()).toEqual([
      ...numbers.slice(0, 25),
      ...numbers.slice(50),
    ]);
    expect((await listAll(openOnes)).flat()).toEqual(numbers);
  });

  test('mistakes the status of one contact, whose own answer is right', async () => {
    const [newest, ...others] = await openContacts(3);
    const mistake = { kind: 'list-mistakes-status', contact: newest, mistakenFor: 'closed' };
    await switchOn({ match: 'listContacts', ...mistake });
    expect((await listAll(openOnes)).flat()).toEqual(others);
    expect((await listAll('channel[]=c&status[]=closed')).flat()).toEqual([newest]);
    expect((await dfo.call('GET', `/contacts/${newest}`)).body).toMatchObject({ status: 'new' });
  });

  test('lags behind: what came since is missing, and what ended since is there', async () => {
    const [second, first] = await openContacts(2);
    await switchOn({ match: 'listContacts', kind: 'list-lags', lagMs: 5_000 });
    nowMs += 6_000;
    await dfo.call('PUT', `/contacts/${first}/status`, { status: 'closed' });
    const [third] = await openContacts(1, 'late');
    expect((await listAll(openOnes)).flat()).toEqual([second, first]);
    nowMs += 6_000;
    expect((await listAll(openOnes)).flat()).toEqual([third, second]);
    expect((await listAll('channel[]=c&status[]=closed')).flat()).toEqual([first]);
  });
});

test.each([
  [{ kind: 'list-mistakes-status', contact: '1' }, 'mistakenFor'],
  [{ kind: 'list-mistakes-status', mistakenFor: 'open' }, 'contact'],
  [{ kind: 'list-lags' }, 'lagMs'],
])('a fault %j without its %s is refused', async (fault, field) => {
  const { status, body } = await switchOn({ match: 'listContacts', ...fault });
  expect(status).toBe(400);
  expect(JSON.stringify(body)).toContain(field);
});
