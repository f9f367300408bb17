import { expect, test } from 'vitest';
import { createPublicLookup, isPublicAddress } from '../../../src/cxone/public-addresses.js';

test.each([
  ['93.184.216.34', true],
  ['8.8.8.8', true],
  ['172.15.255.255', true],
  ['172.32.0.1', true],
  ['100.63.255.255', true],
  ['2606:2800:220:1:248:1893:25c8:1946', true],
  ['127.0.0.1', false],
  ['172.31.255.255', false],
  ['100.127.255.255', false],
  ['169.254.169.254', false],
  ['192.0.2.1', false],
  ['198.18.0.1', false],
  ['240.0.0.1', false],
  ['fe80::1%eth0', false],
  ['::ffff:8.8.8.8', false],
  ['::8.8.8.8', false],
  ['2001:db8::1', false],
  ['4000::1', false],
  ['files.example', false],
  ['', false],
])('%s is public: %s', (address, isPublic) => {
  expect(isPublicAddress(address)).toBe(isPublic);
});

type Options = Parameters<ReturnType<typeof createPublicLookup>>[1];

function look(addresses: readonly string[], options: Options): Promise<unknown> {
  const lookup = createPublicLookup(async () => addresses);
  return new Promise((resolve, reject) => {
    lookup('files.example', options, (error, ...found) => {
      if (error) reject(error);
      else resolve(found);
    });
  });
}

test('a look-up gives what a connection asks for: all addresses, or the first', async () => {
  const addresses = ['93.184.216.34', '2606:2800:220:1::1'];
  expect(await look(addresses, { all: true })).toEqual([
    [
      { address: '93.184.216.34', family: 4 },
      { address: '2606:2800:220:1::1', family: 6 },
    ],
  ]);
  expect(await look(addresses, {})).toEqual(['93.184.216.34', 4]);
});

test('one address that is not public spoils all of them', async () => {
  await expect(look(['93.184.216.34', '10.0.0.1'], { all: true })).rejects.toThrow('not public');
});
