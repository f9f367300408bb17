import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Simulator } from '../../../src/simulators/cxone/simulator.js';
import { type Dfo, newMessage, openDfo, request, startTestSimulator } from './simulator-harness.js';

let simulator: Simulator;
let dfo: Dfo;

beforeEach(async () => {
  simulator = await startTestSimulator();
  dfo = await openDfo(simulator);
});

afterEach(() => simulator.close());

const switchOn = (fault: object) =>
  request(`${simulator.url}/simulator/faults`, { method: 'POST', body: fault });

describe('a fault', () => {
  test('hits a number of requests and lets the others pass', async () => {
    await switchOn({ match: 'createMessage', kind: 'status', status: 503, times: 2, skip: 1 });
    const statuses = [];
    for (let index = 0; index < 5; index += 1)
      statuses.push((await dfo.post('c', newMessage())).status);
    expect(statuses).toEqual([201, 503, 503, 201, 201]);
    expect(simulator.state().messages).toHaveLength(3);
  });

  test('is found by route, by name and by a text in the request', async () => {
    await switchOn({ match: 'GET /dfo/3.0/contacts/*', kind: 'status', status: 500 });
    await switchOn({ match: 'createMessage', contains: 'thread-2', kind: 'status', status: 502 });
    expect((await dfo.call('GET', '/contacts/1')).status).toBe(500);
    expect((await dfo.call('GET', '/contacts')).status).toBe(200);
    expect((await dfo.post('c', newMessage())).status).toBe(201);
    const other = newMessage({ thread: { idOnExternalPlatform: 'thread-2' } });
    expect((await dfo.post('c', other)).status).toBe(502);
    await request(`${simulator.url}/simulator/faults`, { method: 'DELETE' });
    expect((await dfo.post('c', other)).status).toBe(201);
  });

  test('429 carries Retry-After as seconds or as a date', async () => {
    const limited = {
      match: 'listContacts',
      kind: 'status',
      status: 429,
      retryAfterSeconds: 7,
      times: 1,
    };
    await switchOn(limited);
    expect((await dfo.call('GET', '/contacts')).headers.get('retry-after')).toBe('7');
    await switchOn({ ...limited, retryAfterAs: 'date' });
    const date = (await dfo.call('GET', '/contacts')).headers.get('retry-after') ?? '';
    expect(date).toMatch(/GMT$/);
    expect(Math.abs(Date.parse(date) - Date.now() - 7000)).toBeLessThan(3000);
  });

  test('a reset before the work leaves nothing behind', async () => {
    await switchOn({ match: 'createMessage', kind: 'reset-before', times: 1 });
    await expect(dfo.post('c', newMessage())).rejects.toThrow('fetch failed');
    expect(simulator.state().messages).toEqual([]);
    expect(simulator.state().requests['createMessage']).toEqual({
      count: 1,
      answers: { reset: 1 },
    });
  });

  test('a reset after the work leaves the message behind', async () => {
    await switchOn({ match: 'createMessage', kind: 'reset-after', times: 1 });
    const body = newMessage();
    await expect(dfo.post('c', body)).rejects.toThrow('fetch failed');
    expect(simulator.state().messages).toMatchObject([
      { idOnExternalPlatform: body.idOnExternalPlatform },
    ]);
    const found = await dfo.call(
      'GET',
      `/messages?idOnExternalPlatform[]=${body.idOnExternalPlatform}`,
    );
    expect(found.body).toMatchObject({ hits: 1 });
  });

  test('garbage is a 200 of another shape, with or without the work', async () => {
    await switchOn({ match: 'createMessage', kind: 'garbage', times: 1 });
    const done = await dfo.post('c', newMessage());
    expect(done.status).toBe(200);
    expect(done.body).not.toHaveProperty('message');
    expect(simulator.state().messages).toHaveLength(1);
    await switchOn({ match: 'createMessage', kind: 'garbage', times: 1, work: false });
    expect((await dfo.post('c', newMessage())).status).toBe(200);
    expect(simulator.state().messages).toHaveLength(1);
  });

  test('a status can hide work that was done', async () => {
    await switchOn({ match: 'createMessage', kind: 'status', status: 504, work: true, times: 1 });
    expect((await dfo.post('c', newMessage())).status).toBe(504);
    expect(simulator.state().messages).toHaveLength(1);
  });

  test('an expired token is one 401', async () => {
    await switchOn({ match: 'createMessage', kind: 'expired-token', times: 1 });
    expect((await dfo.post('c', newMessage())).status).toBe(401);
    expect((await dfo.post('c', newMessage())).status).toBe(201);
  });

  test('a delay holds the answer back', async () => {
    await switchOn({ match: 'listContacts', kind: 'delay', delayMs: 120, times: 1 });
    const started = performance.now();
    await dfo.call('GET', '/contacts');
    expect(performance.now() - started).toBeGreaterThanOrEqual(110);
  });

  test('that makes no sense is refused by the field', async () => {
    const answer = await switchOn({ match: 'createMessage', kind: 'delay' });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ errors: [{ field: 'delayMs' }] });
  });
});

describe('a fault of the calls that end a contact, or look at its end,', () => {
  type Call = (number: string) => Promise<{ status: number }>;
  const statusCalls: [string, number, Call][] = [
    [
      'updateContactStatus',
      204,
      (number) => dfo.call('PUT', `/contacts/${number}/status`, { status: 'closed' }),
    ],
    [
      'abandonContact',
      204,
      (number) => dfo.call('POST', `/contacts/${number}/abandon`, { type: 'abandon' }),
    ],
    [
      'updateThread',
      204,
      () => dfo.call('PUT', '/channels/c/threads/thread-1', { canAddMoreMessages: false }),
    ],
    ['getContact', 200, (number) => dfo.call('GET', `/contacts/${number}`)],
    ['listContacts', 200, () => dfo.call('GET', '/contacts?channel[]=c')],
    ['listThreads', 200, () => dfo.call('GET', '/threads?query=thread-1')],
  ];

  async function begin(match: string, fault: object): Promise<string> {
    await dfo.post('c', newMessage());
    await switchOn({ match, times: 1, ...fault });
    return simulator.state().contacts[0]?.number ?? '';
  }
  const ends = () => {
    const { contacts, threads } = simulator.state();
    return [contacts[0]?.status, threads[0]?.canAddMoreMessages];
  };

  test.each(statusCalls)('hits one %s, which does nothing', async (match, good, call) => {
    const number = await begin(match, { kind: 'status', status: 503 });
    expect((await call(number)).status).toBe(503);
    expect(ends()).toEqual(['new', true]);
    expect((await call(number)).status).toBe(good);
  });

  test.each(statusCalls)('cuts one %s off when its work is done', async (match, good, call) => {
    const number = await begin(match, { kind: 'reset-after' });
    await expect(call(number)).rejects.toThrow('fetch failed');
    const after = ends();
    expect((await call(number)).status).toBe(good);
    expect(ends()).toEqual(after);
    expect(simulator.state().requests[match]?.answers).toEqual({ reset: 1, [good]: 1 });
  });
});

describe('limits', () => {
  test('one contact takes its burst, then waits for the refill', async () => {
    let now = Date.parse('2026-03-01T10:00:00Z');
    const limited = await startTestSimulator({
      limits: { contactBurst: 3, contactPerMinute: 30 },
      now: () => now,
    });
    const client = await openDfo(limited);
    const statuses = [];
    // The first message makes the contact, and is not yet one of its updates.
    for (let index = 0; index < 5; index += 1)
      statuses.push((await client.post('c', newMessage())).status);
    expect(statuses).toEqual([201, 201, 201, 201, 429]);
    expect((await client.post('c', newMessage())).headers.get('retry-after')).toBe('2');
    now += 2000;
    expect((await client.post('c', newMessage())).status).toBe(201);
    const elsewhere = newMessage({ thread: { idOnExternalPlatform: 'thread-2' } });
    expect((await client.post('c', elsewhere)).status).toBe(201);
    await limited.close();
  });

  test('reads are limited for the whole tenant, and the limits can be switched off', async () => {
    const url = `${simulator.url}/simulator/limits`;
    await request(url, { method: 'PUT', body: { readsPerSecond: 2 } });
    const statuses = [];
    for (let index = 0; index < 4; index += 1)
      statuses.push((await dfo.call('GET', '/contacts')).status);
    expect(statuses).toContain(429);
    await request(url, { method: 'DELETE' });
    expect((await dfo.call('GET', '/contacts')).status).toBe(200);
  });
});

function status(headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    httpRequest(
      { host: '127.0.0.1', port: simulator.port, path: '/simulator/state', headers },
      (res) => {
        res.resume();
        resolve(res.statusCode);
      },
    )
      .on('error', reject)
      .end();
  });
}

describe('the admin API', () => {
  test('answers this machine, but no page of another origin and under no other name', async () => {
    expect(await status({})).toBe(200);
    expect(await status({ Origin: 'https://evil.example' })).toBe(403);
    expect(await status({ Host: 'evil.example', Origin: 'http://evil.example' })).toBe(403);
  });

  test('counts the requests of each operation by their answers', async () => {
    await dfo.post('c', newMessage());
    await dfo.post('c', {});
    const { body } = await request(`${simulator.url}/simulator/state`);
    expect(body).toMatchObject({
      requests: {
        token: { count: 1 },
        createMessage: { count: 2, answers: { '201': 1, '400': 1 } },
      },
    });
  });

  test('a reset forgets all but the tokens', async () => {
    await dfo.post('c', newMessage());
    await request(`${simulator.url}/simulator/reset`, { method: 'POST' });
    expect(simulator.state()).toMatchObject({
      messages: [],
      contacts: [],
      threads: [],
      requests: {},
    });
    expect((await dfo.post('c', newMessage())).status).toBe(201);
  });
});
