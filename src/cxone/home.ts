import type { ContactCentreHome } from '../ports/channel-admin.js';

/** CONFIRMED (cxone.md 2.0): DFO's hosts are named so, and the rest is the domain. */
const dfoHost = /^(?:api|app)-de-[a-z0-9-]+\.((?:[a-z0-9-]+\.)+[a-z]{2,})$/;

/**
 * INFERRED (cxone.md 3.2 and 3.3): users of the first domain work on pages of the second one, too.
 */
const siblings: Readonly<Record<string, string>> = {
  'niceincontact.com': 'nice-incontact.com',
};

/** Says where a tenant is at home, by its DFO base and its issuer. */
export function toHome(apiUrl: string, issuer: string): ContactCentreHome {
  const { origin, hostname, protocol } = new URL(apiUrl);
  const domain = protocol === 'https:' ? dfoHost.exec(hostname)?.[1] : undefined;
  const sibling = siblings[domain ?? ''];
  return {
    apiOrigin: origin,
    pageOrigins: [new URL(issuer).origin],
    pageDomains: [domain, sibling].filter((name): name is string => name !== undefined),
  };
}
