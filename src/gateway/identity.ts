/** @module Customers whom their own site vouches for, by a token that it signed. */
import {
  createRemoteJWKSet,
  errors,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose';
import type { Identity } from '../domain/channel.js';
import { RequestError } from '../domain/errors.js';
import { type CustomerId, parseCustomerId } from '../domain/ids.js';
import type { Clock } from '../ports/clock.js';
import { tokenInvalid } from './signed-tokens.js';

/** What a site says of its customer. */
export interface IdentifiedCustomer {
  readonly id: CustomerId;
  readonly name?: string;
}

/** Reads a site's token; throws `TOKEN_INVALID`, or `UNAVAILABLE` while its keys cannot be had. */
export type IdentityReader = (
  identity: Extract<Identity, { kind: 'jwt' }>,
  token: string,
) => Promise<IdentifiedCustomer>;

const keySetTimeoutMs = 5_000;

/** Failures of the key set itself, which say nothing about the token. */
function isKeySetFailure(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout) return true;
  if (!(error instanceof errors.JOSEError)) return true;
  return error.code === 'ERR_JOSE_GENERIC' || error instanceof errors.JWKSInvalid;
}

/**
 * Makes the reader of all channels; key sets are fetched when first needed, and kept by their
 * address, so that a channel that is given another one is read by that.
 */
export function createIdentityReader(clock: Clock): IdentityReader {
  const keySets = new Map<string, JWTVerifyGetKey>();

  function keySetOf(url: string): JWTVerifyGetKey {
    const known = keySets.get(url);
    const keySet = known ?? createRemoteJWKSet(new URL(url), { timeoutDuration: keySetTimeoutMs });
    keySets.set(url, keySet);
    return keySet;
  }

  return async ({ key, issuer, audience }, token) => {
    const options: JWTVerifyOptions = {
      algorithms: key.kind === 'secret' ? ['HS256'] : ['RS256', 'ES256'],
      requiredClaims: ['exp', 'sub'],
      currentDate: new Date(clock()),
      ...(issuer === undefined ? {} : { issuer }),
      ...(audience === undefined ? {} : { audience }),
    };
    const verified =
      key.kind === 'secret'
        ? jwtVerify(token, new TextEncoder().encode(key.secret), options)
        : jwtVerify(token, keySetOf(key.url), options);
    const { payload } = await verified.catch((error: unknown) => {
      if (key.kind === 'jwks' && isKeySetFailure(error)) {
        throw new RequestError('UNAVAILABLE', 'The keys of the site cannot be had now.', {
          cause: error,
        });
      }
      throw tokenInvalid('The identity token is not good, or has run out.', error);
    });
    const id = parseCustomerId(payload.sub ?? '');
    if (id === undefined) throw tokenInvalid('The identity token names no well-formed customer.');
    const name = payload['name'];
    return { id, ...(typeof name === 'string' && name !== '' ? { name: name.slice(0, 255) } : {}) };
  };
}
