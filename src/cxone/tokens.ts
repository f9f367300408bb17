import type { Endpoints } from './discovery.js';
import { parseBody, SignInRefused, toSignInError } from './errors.js';
import type { Http } from './http.js';
import { tokenSchema } from './schemas.js';
import type { CxoneDeps } from './settings.js';
import { withTimeLimit } from './time-limit.js';

/** A token, compared by identity: two answers of the same text are two tokens. */
export interface Token {
  readonly value: string;
  readonly renewAtMs: number;
  readonly expiresAtMs: number;
}

/** The token that calls are made with. */
export interface Tokens {
  /** Gives a token that is good for now; one renewal serves all who ask while it runs. */
  readonly get: () => Promise<Token>;
  /** Forgets a token that was refused, unless another one took its place already. */
  readonly drop: (token: Token) => void;
}

/** CONFIRMED (cxone.md 3.1): an hour is usual; a 401 tells where it is less. */
const usualLifetimeMs = 3_600_000;
const longestMarginMs = 60_000;

/** Keeps one token, and renews it before it ends. */
export function createTokens(
  deps: CxoneDeps & { readonly http: Http; readonly endpoints: Endpoints },
): Tokens {
  const { settings, clock, logger, http, endpoints } = deps;
  let current: Token | undefined;
  let renewal: Promise<Token> | undefined;

  async function request(): Promise<Token> {
    const base = await endpoints.tokenUrl();
    const { clientId, clientSecret, accessKeyId, accessKeySecret } = settings.credentials;
    // CONFIRMED (cxone.md 3.1): password grant with the access key as user name and password.
    const form = new URLSearchParams({
      grant_type: 'password',
      username: accessKeyId,
      password: accessKeySecret,
    });
    const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
    const askedAtMs = clock();
    const answer = await withTimeLimit(
      settings.timeoutMs,
      undefined,
      async (limit) =>
        await http.exchange(
          {
            method: 'POST',
            base,
            path: '',
            headers: {
              authorization: `Basic ${basic}`,
              'content-type': 'application/x-www-form-urlencoded',
            },
            body: form.toString(),
          },
          limit,
        ),
    );
    if (answer.status < 200 || answer.status > 299) throw new SignInRefused(answer);
    const read = parseBody(tokenSchema, answer.text);
    if (!('value' in read)) throw new SignInRefused(answer, read.expected);
    const { access_token: value, expires_in: seconds } = read.value;
    const lifetimeMs = seconds === undefined ? usualLifetimeMs : seconds * 1_000;
    const marginMs = Math.min(longestMarginMs, lifetimeMs / 10);
    return {
      value,
      renewAtMs: askedAtMs + lifetimeMs - marginMs,
      expiresAtMs: askedAtMs + lifetimeMs,
    };
  }

  async function renew(): Promise<Token> {
    try {
      current = await request();
      logger.debug({ expiresAtMs: current.expiresAtMs }, 'token renewed');
      return current;
    } catch (failure) {
      const error = toSignInError(failure, 'the request for a token', clock);
      logger.warn({ err: error }, 'token not renewed');
      // The margin is there for this: what is still good is used.
      if (current !== undefined && clock() < current.expiresAtMs) return current;
      throw error;
    } finally {
      renewal = undefined;
    }
  }

  return {
    async get() {
      if (current !== undefined && clock() < current.renewAtMs) return current;
      renewal ??= renew();
      return await renewal;
    },
    drop(token) {
      if (current === token) current = undefined;
    },
  };
}
