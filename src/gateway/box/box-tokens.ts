/** @module The tokens that the contact centre presents at the box, and how it gets them. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import type { Logger } from 'pino';
import type { Clock } from '../../ports/clock.js';
import type { GatewaySettings } from '../gateway-deps.js';
import { type BodyReader, parseJson } from '../request-body.js';
import { requestIdOf } from '../request-id.js';
import type { Handler } from '../routes.js';
import { bearerToken, createSignedTokens, tokenInvalid } from '../signed-tokens.js';
import { textAt } from './lenient-body.js';

const audience = 'isthmus:box';

type BoxSettings = Pick<
  GatewaySettings,
  'boxClientId' | 'boxClientSecret' | 'boxTokenKey' | 'boxTokenTtlMs'
>;

/** The door of the box. */
export interface BoxTokens {
  /** `POST /1.0/token`: client credentials as JSON, as a form or as Basic (cxone.md 1.3). */
  readonly tokenHandler: Handler;
  /**
   * Lets a call pass or throws `TOKEN_INVALID`: the contact centre asks for a new token on 401, and
   * on nothing else.
   */
  admit(req: Request): Promise<void>;
}

interface Credentials {
  readonly id: string;
  readonly secret: string;
}

function digest(value: string): Buffer {
  return createHash('sha256').update(value).digest();
}

/** Compares in the same time whatever the difference, lengths included. */
function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function decodeForm(raw: string): string {
  try {
    return decodeURIComponent(raw.replaceAll('+', ' '));
  } catch {
    return raw;
  }
}

/** Reads Basic credentials as they stand and as a form encodes them, as RFC 6749 2.3.1 wants. */
function readBasic(header: string | undefined): readonly Credentials[] {
  const encoded = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return [];
  const [id = '', ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  const secret = rest.join(':');
  return [
    { id, secret },
    { id: decodeForm(id), secret: decodeForm(secret) },
  ];
}

function readFields(req: Request, body: Buffer): unknown {
  if (body.length === 0) return {};
  if (req.is('application/x-www-form-urlencoded')) {
    return Object.fromEntries(new URLSearchParams(body.toString('utf8')));
  }
  return parseJson(body);
}

/** Anybody may call, so that what is refused is told of no more often than this. */
const tellEveryMs = 60_000;

/**
 * Tells of refused credentials at once, and then once in a while with how many there were: whoever
 * entered a wrong secret finds it, and whoever guesses does not fill the log. No value is told.
 */
function createRefusalLog(logger: Logger, clock: Clock) {
  let toldAtMs = Number.NEGATIVE_INFINITY;
  let refused = 0;
  return function note(facts: object): void {
    refused += 1;
    const nowMs = clock();
    if (nowMs - toldAtMs < tellEveryMs) return;
    logger.warn({ ...facts, refused }, 'client credentials refused');
    toldAtMs = nowMs;
    refused = 0;
  };
}

/** Makes the door; its tokens are good at every gateway that has the key. */
export function createBoxTokens(deps: {
  readonly settings: BoxSettings;
  readonly clock: Clock;
  readonly readBody: BodyReader;
  readonly logger: Logger;
}): BoxTokens {
  const { settings, readBody } = deps;
  const noteRefusal = createRefusalLog(deps.logger, deps.clock);
  const tokens = createSignedTokens(settings.boxTokenKey, audience, deps.clock);

  /** Says of credentials what is wrong with them; nothing when they are the client's. */
  function wrongIn({ id, secret }: Credentials): readonly string[] {
    const isId = isSame(id, settings.boxClientId);
    const isSecret = isSame(secret, settings.boxClientSecret);
    return [...(isId ? [] : ['client_id']), ...(isSecret ? [] : ['client_secret'])];
  }

  return {
    async tokenHandler(req, res) {
      const fields = readFields(req, await readBody(req, res));
      const grantType = textAt(fields, 'grant_type');
      res.set('Pragma', 'no-cache');
      if (grantType !== 'client_credentials') {
        const error = grantType === undefined ? 'invalid_request' : 'unsupported_grant_type';
        res.status(400).json({ error });
        return;
      }
      const inBody = {
        id: textAt(fields, 'client_id') ?? '',
        secret: textAt(fields, 'client_secret') ?? '',
      };
      const wrong = [...readBasic(req.get('Authorization')), inBody].map(wrongIn);
      if (wrong.every((names) => names.length > 0)) {
        // Of several ways in which credentials came, the one that is nearest tells the mistake.
        const [nearest] = wrong.toSorted((one, other) => one.length - other.length);
        noteRefusal({ wrong: nearest, requestId: requestIdOf(res) });
        res.set('WWW-Authenticate', 'Basic').status(401).json({ error: 'invalid_client' });
        return;
      }
      const { token } = await tokens.sign({ sub: settings.boxClientId }, settings.boxTokenTtlMs);
      res.json({
        access_token: token,
        token_type: 'Bearer',
        expires_in: Math.floor(settings.boxTokenTtlMs / 1_000),
      });
    },
    async admit(req) {
      const token = bearerToken(req.get('Authorization'));
      if (token === undefined) throw tokenInvalid('A bearer token is needed.');
      await tokens.read(token);
    },
  };
}
