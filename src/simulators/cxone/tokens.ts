import type { JsonWebKey, KeyObject } from 'node:crypto';
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto';
import { z } from 'zod';
import type { Store } from './store.js';

/** What the engine must present at the token endpoint. */
export interface CxoneCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
}

/** Issues and checks the tokens of the simulated tenant. */
export interface Tokens {
  readonly jwks: { keys: JsonWebKey[] };
  issue(issuer: string): { accessToken: string; idToken: string; expiresIn: number };
  isGood(token: string): boolean;
  /** Makes every token issued so far worthless. */
  expireAll(): void;
}

const settingSchema = z.object({ key: z.record(z.string(), z.unknown()), generation: z.number() });
const claimsSchema = z.object({ exp: z.number(), generation: z.number() });

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Compares two secrets in a time that does not depend on them. */
export function sameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

// What JWTs use in place of DER.
const dsaEncoding = 'ieee-p1363';

/** Creates the token issuer; its key survives a restart as the store does. */
export function createTokens(
  store: Store,
  options: { tenantId: string; clientId: string; ttlSeconds: number },
): Tokens {
  const kept = settingSchema.safeParse(store.get('settings', 'tokens')?.value);
  let generation = kept.data?.generation ?? 1;
  const privateKey: KeyObject = kept.success
    ? createPrivateKey({ key: kept.data.key as JsonWebKey, format: 'jwk' })
    : generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const publicKey = createPublicKey(privateKey);
  const publicJwk = publicKey.export({ format: 'jwk' });
  const kid = createHash('sha256').update(String(publicJwk.x)).digest('hex').slice(0, 16);

  function keep(): void {
    const key = privateKey.export({ format: 'jwk' });
    store.put('settings', { name: 'tokens', value: { key, generation } });
  }
  if (!kept.success) keep();

  function jwt(claims: object): string {
    const body = `${encode({ alg: 'ES256', typ: 'JWT', kid })}.${encode(claims)}`;
    return `${body}.${sign('sha256', Buffer.from(body), { key: privateKey, dsaEncoding }).toString('base64url')}`;
  }

  return {
    jwks: { keys: [{ ...publicJwk, kid, use: 'sig', alg: 'ES256' }] },
    issue(issuer) {
      const iat = Math.floor(store.now() / 1000);
      const identity = {
        iss: issuer,
        aud: options.clientId,
        sub: 'user:11ed-simulated-api-user',
        tenantId: options.tenantId,
        iat,
        exp: iat + options.ttlSeconds,
      };
      return {
        accessToken: jwt({
          ...identity,
          jti: randomUUID(),
          role: { id: 'Administrator' },
          area: 'simulator',
          icDomain: 'localhost',
          icBUId: 4_600_001,
          icClusterId: 'SIM',
          userId: '11ed-simulated-api-user',
          generation,
        }),
        idToken: jwt({ ...identity, name: 'api user' }),
        expiresIn: options.ttlSeconds,
      };
    },
    isGood(token) {
      const [header = '', payload = '', signature = ''] = token.split('.');
      const signed = Buffer.from(`${header}.${payload}`);
      if (
        !verify(
          'sha256',
          signed,
          { key: publicKey, dsaEncoding },
          Buffer.from(signature, 'base64url'),
        )
      )
        return false;
      const claims = claimsSchema.safeParse(
        JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')),
      );
      if (!claims.success) return false;
      return claims.data.generation === generation && claims.data.exp * 1000 > store.now();
    },
    expireAll() {
      generation += 1;
      keep();
    },
  };
}
