import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAdapter, remoteErrorOf, threadRef, unending } from './adapter.js';
import { fixture, json, type ScriptedDfo, startScriptedDfo } from './scripted-dfo.js';

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

const callsOf = (path: string) => dfo.arrived.filter((request) => request.path.startsWith(path));

describe('a list of contacts', () => {
  const query = { channelId: threadRef().channelId, statuses: ['new', 'open'] } as const;
  const list = (after?: string) =>
    adapter.contactCentre.listContacts(
      { ...query, ...(after === undefined ? {} : { after }) },
      unending,
    );

  it('is asked for by channel and statuses, and further by the token of the page before', async () => {
    dfo.play = json(200, fixture('contacts.json'));
    const { next } = await list();
    await list(next);
    const filter = 'channel%5B%5D=watering-hole&status%5B%5D=new&status%5B%5D=open';
    expect(callsOf('/dfo').map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET /dfo/3.0/contacts?${filter}`,
      `GET /dfo/3.0/contacts?${filter}&scrollToken=FGluY2x1ZGVfY29udGV4dF91dWlk%2F%3D%3D`,
    ]);
  });

  it('holds contacts of any kind of number, and of statuses that are not known', async () => {
    dfo.play = json(200, fixture('contacts.json'));
    expect(await list()).toEqual({
      contacts: [
        { contact: '104235', status: 'open' },
        { contact: '104234' },
        { contact: '104233' },
      ],
      next: 'FGluY2x1ZGVfY29udGV4dF91dWlk/==',
    });
  });

  it.each([
    ['', undefined],
    [',"scrollToken":null', undefined],
    [',"scrollToken":""', undefined],
    [',"scrollToken":{"id":1}', undefined],
    [',"scrollToken":["a"]', undefined],
    [',"scrollToken":17', '17'],
  ])('with the rest of the answer %j goes on at %s', async (rest, next) => {
    dfo.play = json(200, `{"data":[{"id":1,"status":7},{"id":{}},null,"2"]${rest}}`);
    expect(await list()).toEqual({
      contacts: [{ contact: '1' }],
      ...(next === undefined ? {} : { next }),
    });
  });

  it.each([
    ['', 'expected JSON'],
    ['[]', 'body: '],
    ['{}', 'data: expected a list of contacts'],
    ['{"data":{}}', 'data: expected a list of contacts'],
  ])('of %j cannot be read', async (body, expected) => {
    dfo.play = json(200, body);
    const error = await remoteErrorOf(list());
    expect(error.code).toBe('CONTACT_CENTRE_UNINTELLIGIBLE');
    expect(error.message).toContain(expected);
  });
});
