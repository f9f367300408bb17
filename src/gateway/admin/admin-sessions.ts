/** @module An admin's session: sealed into cookies, so that any gateway with the key can serve it. */
import { hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Request, Response } from 'express';
import { EncryptJWT, jwtDecrypt } from 'jose';
import { z } from 'zod';
import { RequestError } from '../../domain/errors.js';
import type { AdminAccess } from '../../ports/channel-admin.js';
import type { Clock } from '../../ports/clock.js';

/** What is known of an admin from page to page. */
export interface AdminSession {
  readonly access: AdminAccess;
  readonly userId: number;
  /** Where the admin came from, where that address is believed. */
  readonly backUrl?: string;
  /** Stands in every form of this session, and in no form of anybody else. */
  readonly formKey: string;
}

/** Keeps sessions in the admins' own browsers. */
export interface AdminSessions {
  begin(res: Response, session: Omit<AdminSession, 'formKey'>): Promise<void>;
  /** Reads a request's session; throws `ADMIN_SIGN_IN_NEEDED` without a good one. */
  read(req: Request): Promise<AdminSession>;
  end(res: Response): void;
}

/** An admin is done in a minute or comes back by a new link. */
const lifetimeMs = 15 * 60 * 1_000;
const audience = 'isthmus:admin';
const encryption = 'A256GCM';
/** A browser keeps 4,096 bytes of a cookie with its name and attributes; a token may be longer. */
const partLength = 3_500;
const mostParts = 4;

const claimsSchema = z.object({
  api: z.string(),
  token: z.string(),
  user: z.number(),
  back: z.string().optional(),
  form: z.string(),
});

/** Gives the name of the session's cookies, which each part's number ends. */
export function adminCookieName(isSecure: boolean): string {
  return `${isSecure ? '__Host-' : ''}isthmus-admin`;
}

/** Makes the error of a page that was not opened from the contact centre, or too long ago. */
export function signInNeeded(cause?: unknown): RequestError {
  return new RequestError(
    'ADMIN_SIGN_IN_NEEDED',
    'This page is opened from the settings of the integration in the contact centre. Go there and open it again.',
    { cause },
  );
}

/** Makes the sessions of one key; `isSecure` says whether browsers come by HTTPS. */
export function createAdminSessions(deps: {
  readonly key: string;
  readonly isSecure: boolean;
  readonly clock: Clock;
}): AdminSessions {
  const { isSecure, clock } = deps;
  // A key of its own: nothing that is sealed here is good for anything else, and the reverse.
  const key = new Uint8Array(hkdfSync('sha256', deps.key, '', audience, 32));
  const name = adminCookieName(isSecure);
  // Lax: the contact centre's link, a navigation from another site, must find the cookie.
  const attributes = { httpOnly: true, sameSite: 'lax', secure: isSecure, path: '/' } as const;

  function write(res: Response, sealed: string): void {
    for (let part = 0; part < mostParts; part += 1) {
      const value = sealed.slice(part * partLength, (part + 1) * partLength);
      if (value === '') res.clearCookie(`${name}-${part}`, attributes);
      else res.cookie(`${name}-${part}`, value, { ...attributes, maxAge: lifetimeMs });
    }
  }

  function gather(req: Request): string {
    const cookies = new Map(
      (req.get('Cookie') ?? '').split(';').map((pair) => {
        const [cookie = '', value = ''] = pair.trim().split('=', 2);
        return [cookie, value];
      }),
    );
    return Array.from({ length: mostParts }, (_, part) => cookies.get(`${name}-${part}`)).join('');
  }

  return {
    async begin(res, { access, userId, backUrl }) {
      const claims = {
        api: access.apiOrigin,
        token: access.accessToken,
        user: userId,
        ...(backUrl === undefined ? {} : { back: backUrl }),
        form: randomBytes(16).toString('base64url'),
      };
      const sealed = await new EncryptJWT(claims)
        .setProtectedHeader({ alg: 'dir', enc: encryption })
        .setAudience(audience)
        .setExpirationTime(Math.floor((clock() + lifetimeMs) / 1_000))
        .encrypt(key);
      if (sealed.length > partLength * mostParts) {
        throw new RequestError('ADMIN_SIGN_IN_REFUSED', 'The link is longer than can be kept.');
      }
      write(res, sealed);
    },
    async read(req) {
      try {
        const { payload } = await jwtDecrypt(gather(req), key, {
          keyManagementAlgorithms: ['dir'],
          contentEncryptionAlgorithms: [encryption],
          audience,
          requiredClaims: ['exp'],
          currentDate: new Date(clock()),
        });
        const { api, token, user, back, form } = claimsSchema.parse(payload);
        return {
          access: { apiOrigin: api, accessToken: token },
          userId: user,
          ...(back === undefined ? {} : { backUrl: back }),
          formKey: form,
        };
      } catch (error) {
        throw signInNeeded(error);
      }
    },
    end: (res) => write(res, ''),
  };
}

/** Checks that a form was shown by a page of the session; throws `FORM_FORBIDDEN`. */
export function requireFormKey({ formKey }: AdminSession, given: string): void {
  const [own, other] = [Buffer.from(formKey), Buffer.from(given)];
  if (own.length !== other.length || !timingSafeEqual(own, other)) {
    throw new RequestError(
      'FORM_FORBIDDEN',
      'This form is out of date. Open the page again and repeat what you did.',
    );
  }
}
