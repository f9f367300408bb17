/** Which addresses a file may be fetched from, and a look-up of names that gives no others. */
import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Finds the IP addresses of a host's name. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** A host whose address may not be connected to. */
export class AddressForbidden extends Error {
  override readonly name = 'AddressForbidden';
}

/** The system's own way: it also reads the machine's hosts file, and so must what is checked. */
export const resolveBySystem: Resolve = async (host) => {
  const found = await lookup(host, { all: true, verbatim: true });
  return found.map(({ address }) => address);
};

/** IPv6 gives out addresses of the public network from here alone; the rest is somebody's own. */
const globalUnicast: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];

/**
 * Says whether an address belongs to the public network: not private, loopback, link-local, shared,
 * reserved or multicast, and none of IPv6's that stand for an address of IPv4.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(globalUnicast);
}

/** Reads the host of a URL as an address; undefined for a name. */
export function addressOf(hostname: string): string | undefined {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return ipaddr.isValid(bare) ? bare : undefined;
}

/**
 * Makes the look-up that a connection itself is made by, so that what was checked is what is
 * connected to: a name that resolves otherwise a moment later gains nothing. One address that is
 * not public spoils all of a name's.
 */
export function createPublicLookup(resolve: Resolve): LookupFunction {
  return (host, options, answer) => {
    const fail = (error: unknown) =>
      answer(error instanceof Error ? error : new Error('The name was not resolved'), '');
    resolve(host).then((addresses) => {
      if (addresses.length === 0) {
        fail(new Error('The name has no address'));
      } else if (!addresses.every(isPublicAddress)) {
        fail(new AddressForbidden('The name leads to an address that is not public'));
      } else {
        const found = addresses.map((address) => ({ address, family: familyOf(address) }));
        const [first] = found;
        if (options.all === true) answer(null, found);
        else answer(null, first?.address ?? '', first?.family);
      }
    }, fail);
  };
}

function familyOf(address: string): number {
  return ipaddr.IPv4.isValid(address) ? 4 : 6;
}
