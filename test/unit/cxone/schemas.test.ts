import { describe, expect, it } from 'vitest';
import {
  areaConfigurationSchema,
  createdSchema,
  openidConfigurationSchema,
  tokenSchema,
} from '../../../src/cxone/schemas.js';
import { fixture } from '../../contract/cxone/scripted-dfo.js';

const read = (name: string): unknown => JSON.parse(fixture(name));

it('ids come as text, whether CXone writes them as numbers or as text', () => {
  const { consumerContact, message } = createdSchema.parse(read('created.json'));
  expect(consumerContact?.id).toBe('104233');
  expect(message?.contactNumber).toBe('104233');
});

it('fields that nobody documents are no reason to refuse an answer', () => {
  expect(createdSchema.parse(read('created.json')).consumerContact).toHaveProperty('somethingNew');
});

it.each([
  [read('token.json'), 3_600],
  [{ access_token: 'a', expires_in: 60 }, 60],
  [{ access_token: 'a' }, undefined],
])('the lifetime of a token may be a number, text, or missing (%#)', (answer, expected) => {
  expect(tokenSchema.parse(answer).expires_in).toBe(expected);
});

it.each([{ access_token: '' }, { expires_in: 60 }, { access_token: 'a', expires_in: -1 }, 'a'])(
  'an answer without a usable token is refused (%#)',
  (answer) => {
    expect(tokenSchema.safeParse(answer).success).toBe(false);
  },
);

describe('discovery', () => {
  it('finds where tokens are given, and the area', () => {
    expect(openidConfigurationSchema.parse(read('openid-configuration.json')).token_endpoint).toBe(
      'https://cxone.niceincontact.com/auth/token',
    );
    expect(areaConfigurationSchema.parse(read('cxone-configuration.json'))).toMatchObject({
      area: 'na1',
      domain: 'niceincontact.com',
    });
  });

  it.each(['na1.evil.example/', 'na1@evil.example', 'na1:80', '', '.'])(
    'takes no area that is more than a part of a host name: "%s"',
    (area) => {
      const answer = { area, domain: 'niceincontact.com' };
      expect(areaConfigurationSchema.safeParse(answer).success).toBe(false);
    },
  );
});
