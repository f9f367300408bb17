import { describe, expect, test } from 'vitest';
import type { CustomField } from '../../../src/domain/channel.js';
import { findMissingFields, gatherCustomFields } from '../../../src/domain/custom-fields.js';
import { channelId, widgetChannel } from '../gateway/gateway-fixture.js';

const species: CustomField = { ident: 'species', label: 'Species', type: 'text' };
const diet: CustomField = {
  ident: 'diet',
  label: 'Diet',
  type: 'list',
  values: ['plants', 'meat'],
};
const channelWith = (id: string, ...customFields: CustomField[]) =>
  widgetChannel(channelId(id), { customFields });

describe('the fields of all channels', () => {
  test('are gathered once each', () => {
    const channels = [channelWith('a', species), channelWith('b', diet, { ...species })];
    expect(gatherCustomFields(channels)).toEqual({ fields: [species, diet], disputed: [] });
  });

  test.each<[string, CustomField, CustomField]>([
    ['label', species, { ...species, label: 'Kind' }],
    ['type', species, { ...species, type: 'email' }],
    ['values', diet, { ...diet, values: ['plants'] }],
  ])('are disputed where two channels differ in %s, and the first holds', (_, first, second) => {
    const channels = [channelWith('a', first), channelWith('b', second), channelWith('c', second)];
    expect(gatherCustomFields(channels)).toEqual({ fields: [first], disputed: [first.ident] });
  });
});

describe('a field is missing', () => {
  test.each([
    ['that is not known at all', species, [{ ...species, ident: 'Species' }]],
    ['that is known by another label', species, [{ ...species, label: 'Kind' }]],
    ['that is known by another type', species, [{ ...species, type: 'tree' }]],
    ['that has a value less', diet, [{ ...diet, values: ['plants'] }]],
    ['that has a value more', diet, [{ ...diet, values: ['plants', 'meat', 'mud'] }]],
    ['that has other values', diet, [{ ...diet, values: ['plants', 'mud'] }]],
  ])('%s', (_, wanted, known) => {
    expect(findMissingFields([wanted], known)).toEqual([wanted]);
  });

  test('but not one that is known as it is, in whatever order', () => {
    const known = [{ ...diet, values: ['meat', 'plants'] }, { ...species }];
    expect(findMissingFields([species, diet], known)).toEqual([]);
  });
});
