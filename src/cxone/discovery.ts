import type { z } from 'zod';
import { parseBody, SignInRefused, toSignInError } from './errors.js';
import type { Http } from './http.js';
import {
  areaConfigurationSchema,
  endpointConfigurationSchema,
  openidConfigurationSchema,
} from './schemas.js';
import type { CxoneDeps } from './settings.js';
import { shareLoad } from './shared-load.js';
import { withTimeLimit } from './time-limit.js';

/** Where a tenant's endpoints are. */
export interface Endpoints {
  readonly tokenUrl: () => Promise<string>;
  /** DFO's base, which ends in `/dfo/3.0` unless it was given. */
  readonly apiUrl: () => Promise<string>;
}

/** Finds a tenant's endpoints, each once; a given one is not looked for. */
export function createEndpoints(deps: CxoneDeps & { readonly http: Http }): Endpoints {
  const { settings, clock, logger, http } = deps;
  const { issuer, tenantId, tokenUrl, apiUrl, timeoutMs } = settings;

  async function read<Value>(path: string, schema: z.ZodType<Value>): Promise<Value> {
    try {
      const answer = await withTimeLimit(
        timeoutMs,
        undefined,
        async (limit) =>
          await http.exchange({ method: 'GET', base: issuer, path, headers: {} }, limit),
      );
      if (answer.status !== 200) throw new SignInRefused(answer);
      const found = parseBody(schema, answer.text);
      if ('value' in found) return found.value;
      throw new SignInRefused(answer, found.expected);
    } catch (failure) {
      const error = toSignInError(failure, 'discovery of CXone', clock);
      logger.warn({ issuer, err: error }, 'discovery failed');
      throw error;
    }
  }

  async function findTokenUrl(): Promise<string> {
    const { token_endpoint: found } = await read(
      '/.well-known/openid-configuration',
      openidConfigurationSchema,
    );
    return found;
  }

  async function findApiUrl(): Promise<string> {
    const path = `/.well-known/cxone-configuration?tenantId=${encodeURIComponent(tenantId ?? '')}`;
    // CONFIRMED for CXone's own hosts (cxone.md 2.0); a stand-in on plain http names its endpoint.
    if (issuer.startsWith('http://')) {
      const { api_endpoint: origin } = await read(path, endpointConfigurationSchema);
      return `${origin.replace(/\/+$/, '')}/dfo/3.0`;
    }
    const { area, domain } = await read(path, areaConfigurationSchema);
    return `https://api-de-${area}.${domain}/dfo/3.0`;
  }

  return {
    tokenUrl: tokenUrl === undefined ? shareLoad(findTokenUrl) : () => Promise.resolve(tokenUrl),
    apiUrl: apiUrl === undefined ? shareLoad(findApiUrl) : () => Promise.resolve(apiUrl),
  };
}
