import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Simulator } from '../../../src/simulators/cxone/simulator.js';
import { codeOf, createAdapter, startQuietSimulator, unending } from './adapter.js';
import { fixture, json, type ScriptedDfo, startScriptedDfo } from './scripted-dfo.js';

const species = { ident: 'species', label: 'Species', type: 'text' } as const;
const diet = { ident: 'diet', label: 'Diet', type: 'list', values: ['plants', 'meat'] } as const;
const path = '/dfo/3.0/customers/custom-field-definitions';

describe('towards DFO, custom fields', () => {
  let dfo: ScriptedDfo;
  let adapter: ReturnType<typeof createAdapter>;
  const list = () => adapter.contactCentre.listCustomFields(unending);
  const calls = () => dfo.arrived.filter((request) => request.path === path);

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

  it('are read with types that no channel asks for', async () => {
    dfo.play = json(200, fixture('custom-fields.json'));
    expect(await list()).toEqual([
      species,
      diet,
      { ident: 'family', label: 'Family', type: 'tree' },
      { ident: 'born', label: 'Born', type: 'date' },
    ]);
    expect(calls()).toMatchObject([{ method: 'GET' }]);
  });

  it('may show a list’s values as they were written', async () => {
    const values = { plants: 'plants', meat: 'meat' };
    dfo.play = json(200, JSON.stringify([{ ...diet, values }]));
    expect(await list()).toEqual([diet]);
  });

  it('of an unknown shape are unintelligible', async () => {
    dfo.play = json(200, '{"fields":[]}');
    expect(await codeOf(list())).toBe('CONTACT_CENTRE_UNINTELLIGIBLE');
  });

  it('are written with a list’s values as an object', async () => {
    dfo.play = json(204, '');
    await adapter.contactCentre.defineCustomField(diet, unending);
    await adapter.contactCentre.defineCustomField(species, unending);
    expect(calls().map(({ method, body }) => [method, JSON.parse(body) as unknown])).toEqual([
      ['PUT', { ...diet, values: { plants: 'plants', meat: 'meat' } }],
      ['PUT', species],
    ]);
  });
});

describe('with the simulator, custom fields', () => {
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

  it('are read back as they were defined, the newest definition only', async () => {
    const { contactCentre } = adapter;
    expect(await contactCentre.listCustomFields(unending)).toEqual([]);
    await contactCentre.defineCustomField({ ...species, label: 'Kind' }, unending);
    await contactCentre.defineCustomField(diet, unending);
    await contactCentre.defineCustomField(species, unending);
    expect(await contactCentre.listCustomFields(unending)).toEqual([species, diet]);
  });
});
