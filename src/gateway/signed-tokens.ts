/** @module Tokens that this house signs and reads back: HS256, one audience for each purpose. */
import { type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { RequestError } from '../domain/errors.js';
import type { Clock } from '../ports/clock.js';

const algorithm = 'HS256';

/** Signs and reads the tokens of one purpose. */
export interface SignedTokens {
  sign(claims: JWTPayload, ttlMs: number): Promise<{ token: string; expiresAtMs: number }>;
  /**
   * Reads the claims of a token; throws `TOKEN_INVALID` for one that is forged, of another purpose,
   * or ran out more than `graceMs` ago.
   */
  read(token: string, graceMs?: number): Promise<JWTPayload>;
}

/**
 * The last character of a part has bits that no decoder reads: without this a changed token could
 * still pass for the one that was signed.
 */
function isCanonical(token: string): boolean {
  return token
    .split('.')
    .every((part) => Buffer.from(part, 'base64url').toString('base64url') === part);
}

/** Makes the tokens of a purpose; a token of one is none of another, even under the same key. */
export function createSignedTokens(key: string, audience: string, clock: Clock): SignedTokens {
  const secret = new TextEncoder().encode(key);
  return {
    async sign(claims, ttlMs) {
      const issuedAt = Math.floor(clock() / 1_000);
      const expiresAt = issuedAt + Math.ceil(ttlMs / 1_000);
      const token = await new SignJWT(claims)
        .setProtectedHeader({ alg: algorithm })
        .setAudience(audience)
        .setIssuedAt(issuedAt)
        .setExpirationTime(expiresAt)
        .sign(secret);
      return { token, expiresAtMs: expiresAt * 1_000 };
    },
    async read(token, graceMs = 0) {
      try {
        if (!isCanonical(token)) throw tokenInvalid('The token is not written as it was signed.');
        const { payload } = await jwtVerify(token, secret, {
          algorithms: [algorithm],
          audience,
          requiredClaims: ['exp'],
          clockTolerance: graceMs / 1_000,
          currentDate: new Date(clock()),
        });
        return payload;
      } catch (error) {
        throw tokenInvalid('The token is not good, or has run out.', error);
      }
    },
  };
}

/** Makes the error of a request whose token is missing, forged or out of date. */
export function tokenInvalid(what: string, cause?: unknown): RequestError {
  return new RequestError('TOKEN_INVALID', what, { cause });
}

/** Gives the bearer token of an `Authorization` header; undefined when there is none. */
export function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer +([\w.~+/-]+=*)$/i.exec(header ?? '')?.[1];
}
