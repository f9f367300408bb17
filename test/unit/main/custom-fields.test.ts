import { pino } from 'pino';
import { describe, expect, test, vi } from 'vitest';
import type { CustomField } from '../../../src/domain/channel.js';
import { RemoteError } from '../../../src/domain/errors.js';
import { defineCustomFields, keepCustomFields } from '../../../src/main/custom-fields.js';
import { createFakeContactCentre } from '../../support/fake-contact-centre.js';
import { channelId, widgetChannel } from '../gateway/gateway-fixture.js';

const species: CustomField = { ident: 'species', label: 'Species', type: 'text' };
const herd: CustomField = { ident: 'herd', label: 'Herd', type: 'text' };
const unreachable = () => new RemoteError('CONTACT_CENTRE_UNREACHABLE', 'refused');

/** A contact centre that meets these failures first, and notes which fields were written. */
function stage(failures: { list?: Error[]; define?: Error[]; stopsAtDefine?: boolean } = {}) {
  const contactCentre = createFakeContactCentre();
  const { list = [], define = [] } = failures;
  const written: string[] = [];
  const pauses: number[] = [];
  const lines: { level: string; message: string }[] = [];
  const leaving = new AbortController();
  const note = (level: string) => (_facts: object, message: string) =>
    void lines.push({ level, message });
  const run = () =>
    defineCustomFields({
      contactCentre: {
        async listCustomFields(signal) {
          const failure = list.shift();
          if (failure) throw failure;
          return await contactCentre.listCustomFields(signal);
        },
        async defineCustomField(field, signal) {
          written.push(field.ident);
          if (failures.stopsAtDefine === true) leaving.abort();
          const failure = define.shift();
          if (failure) throw failure;
          await contactCentre.defineCustomField(field, signal);
        },
      },
      channels: [widgetChannel(channelId('a'), { customFields: [species, herd] })],
      logger: {
        debug: note('debug'),
        info: note('info'),
        warn: note('warn'),
        error: note('error'),
      },
      pause: async (ms) => void pauses.push(ms),
      signal: leaving.signal,
    });
  const levels = () => new Set(lines.map(({ level }) => level));
  return { contactCentre, written, pauses, levels, leaving, run };
}

test('what the contact centre lacks is defined, and nothing else is written', async () => {
  const { contactCentre, written, run } = stage();
  contactCentre.customFields.set('species', species);
  await run();
  expect(written).toEqual(['herd']);
  expect([...contactCentre.customFields.values()]).toEqual([species, herd]);
});

test('a contact centre that does not answer is asked again, later and later', async () => {
  const { contactCentre, pauses, levels, run } = stage({
    list: Array.from({ length: 9 }, unreachable),
    define: Array.from({ length: 9 }, unreachable),
  });
  await run();
  const steps = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000];
  expect(pauses).toEqual(steps);
  expect([...contactCentre.customFields.keys()]).toEqual(['species', 'herd']);
  expect(levels()).toEqual(new Set(['debug', 'warn', 'info']));
});

test('a field whose definition failed is written again', async () => {
  const { written, run } = stage({ define: [unreachable()] });
  await run();
  expect(written).toEqual(['species', 'species', 'herd']);
});

test('the contact centre says how long to wait', async () => {
  const retryAfterMs = 90_000;
  const limited = new RemoteError('CONTACT_CENTRE_RATE_LIMITED', '429', { retryAfterMs });
  const { pauses, run } = stage({ define: [limited] });
  await run();
  expect(pauses).toEqual([retryAfterMs]);
});

test('a list that cannot be had is done without', async () => {
  const { contactCentre, written, pauses, run } = stage({ list: [unreachable()] });
  contactCentre.customFields.set('species', species);
  await run();
  expect({ written, pauses }).toEqual({ written: ['species', 'herd'], pauses: [] });
});

test('a field that is refused is reported once, and the others are defined', async () => {
  const { contactCentre, written, pauses, levels, run } = stage({
    define: [new RemoteError('CONTACT_CENTRE_REJECTED', '422')],
  });
  await run();
  expect({ written, pauses }).toEqual({ written: ['species', 'herd'], pauses: [] });
  expect([...contactCentre.customFields.keys()]).toEqual(['herd']);
  expect(levels()).toContain('error');
});

test('a worker that stops does not go on', async () => {
  const { written, pauses, leaving, run } = stage({ list: [unreachable()] });
  leaving.abort();
  await run();
  expect({ written, pauses }).toEqual({ written: [], pauses: [] });
});

test('a call that ends with its worker is no failure', async () => {
  const { written, pauses, levels, run } = stage({ define: [unreachable()], stopsAtDefine: true });
  await run();
  expect({ written, pauses, levels: levels() }).toEqual({
    written: ['species'],
    pauses: [],
    levels: new Set(),
  });
});

describe('fields of channels that change while the worker runs', () => {
  /** A worker on a channel with one field; the contact centre cannot be reached until it `answers`. */
  function begin({ isReachable, write }: { isReachable: boolean; write?: Promise<void> }) {
    const contactCentre = createFakeContactCentre();
    const id = channelId('a');
    const channelWith = (...customFields: CustomField[]) => widgetChannel(id, { customFields });
    const channels = new Map([[id, channelWith(species)]]);
    const written: CustomField[] = [];
    let pauses = 0;
    const kept = keepCustomFields({
      contactCentre: {
        listCustomFields: (signal) => contactCentre.listCustomFields(signal),
        async defineCustomField(field, signal) {
          written.push(field);
          if (!isReachable) throw unreachable();
          await write;
          await contactCentre.defineCustomField(field, signal);
        },
      },
      channels,
      logger: pino({ level: 'silent' }),
      pause: (_ms, signal) => {
        pauses += 1;
        return new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve(undefined), { once: true });
        });
      },
    });
    return {
      kept,
      written,
      defined: () => [...contactCentre.customFields.values()],
      pauses: () => pauses,
      change: (...customFields: CustomField[]) => channels.set(id, channelWith(...customFields)),
      answers: () => {
        isReachable = true;
      },
    };
  }

  test('are defined at the next look: the new ones and the changed ones, and no others', async () => {
    const { kept, written, defined, change } = begin({ isReachable: true });
    await vi.waitFor(() => expect(defined()).toEqual([species]));
    const renamed = { ...species, label: 'What are you?' };
    change(species, herd);
    kept.look();
    await vi.waitFor(() => expect(defined()).toEqual([species, herd]));
    change(renamed, herd);
    kept.look();
    await vi.waitFor(() => expect(defined()).toEqual([renamed, herd]));
    await kept.close();
    expect(written).toEqual([species, herd, renamed]);
  });

  test('are tried again as they are now, and not as they were before', async () => {
    const { kept, written, defined, change, pauses, answers } = begin({ isReachable: false });
    await vi.waitFor(() => expect(pauses()).toBe(1));
    change(herd);
    answers();
    kept.look();
    await vi.waitFor(() => expect(defined()).toEqual([herd]));
    await kept.close();
    expect(written).toEqual([species, herd]);
  });

  test('are written after what is being written', async () => {
    let release = (): void => undefined;
    const write = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { kept, written, defined, change } = begin({ isReachable: true, write });
    await vi.waitFor(() => expect(written).toEqual([species]));
    const renamed = { ...species, label: 'What are you?' };
    change(renamed);
    kept.look();
    await new Promise(setImmediate);
    expect(written).toEqual([species]);
    release();
    await vi.waitFor(() => expect(defined()).toEqual([renamed]));
    await kept.close();
  });

  test('are let go of with the worker', async () => {
    const { kept, written, pauses, answers } = begin({ isReachable: false });
    await vi.waitFor(() => expect(pauses()).toBe(1));
    answers();
    await kept.close();
    expect(written).toEqual([species]);
  });
});
