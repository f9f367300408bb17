/** @module Which addresses of a link from the contact centre are believed: its own, and listed ones. */
import type { ContactCentreHome } from '../../ports/channel-admin.js';

/** Reads the addresses of links; undefined for one that is not believed. */
export interface TrustedHosts {
  /** Gives the origin that an admin's calls go to. */
  readApiHost(raw: string): string | undefined;
  /** Gives the address that an admin goes back to. */
  readBackUrl(raw: string): string | undefined;
}

/** Makes the check; `listed` are hosts that the gateway's owner believes, with or without a port. */
export function createTrustedHosts(
  home: ContactCentreHome,
  listed: readonly string[],
): TrustedHosts {
  const api = new URL(home.apiOrigin);

  /** Plain HTTP is for a contact centre that speaks nothing else: a stand-in on one machine. */
  function parse(raw: string): URL | undefined {
    if (!URL.canParse(raw)) return undefined;
    const url = new URL(raw);
    const isSpoken = url.protocol === 'https:' || url.protocol === api.protocol;
    return isSpoken && `${url.username}${url.password}` === '' ? url : undefined;
  }

  function isListed({ protocol, host }: URL): boolean {
    return listed.some((name) => new URL(`${protocol}//${name}`).host === host);
  }

  return {
    readApiHost(raw) {
      const url = parse(raw.includes('://') ? raw : `${api.protocol}//${raw}`);
      if (url === undefined || `${url.pathname}${url.search}${url.hash}` !== '/') return undefined;
      return url.origin === api.origin || isListed(url) ? url.origin : undefined;
    },
    readBackUrl(raw) {
      const url = parse(raw);
      if (url === undefined) return undefined;
      const { origin, protocol, port, hostname } = url;
      const isOwn =
        [api.origin, ...home.pageOrigins].includes(origin) ||
        (`${protocol}${port}` === 'https:' &&
          home.pageDomains.some((domain) => hostname.endsWith(`.${domain}`)));
      return isOwn || isListed(url) ? url.href : undefined;
    },
  };
}
