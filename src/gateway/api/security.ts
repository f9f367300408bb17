/** @module The ways in, by name. */
import { adminCookieName } from '../admin/admin-sessions.js';

/** Writes each way in as the document has it. */
export const securitySchemes = {
  session: () => ({
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'The session token of that very thread.',
  }),
  boxToken: () => ({
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'A token of the box’s own token endpoint. A call without a good one is answered 401 and never 403, so that the contact centre asks for a new one (CONFIRMED).',
  }),
  boxCredentials: (publicUrl) => ({
    type: 'oauth2',
    description: 'The same token, for programs that get it by themselves.',
    flows: {
      clientCredentials: { tokenUrl: `${publicUrl}/integration/box/1.0/token`, scopes: {} },
    },
  }),
  boxClient: () => ({
    type: 'http',
    scheme: 'basic',
    description: 'The client id and secret of the box; they may stand in the body instead.',
  }),
  platformSignature: () => ({
    type: 'apiKey',
    in: 'header',
    name: 'webhook-signature',
    description: 'The signature of id, moment and raw body, as Standard Webhooks have it.',
  }),
  platformMoment: () => ({
    type: 'apiKey',
    in: 'header',
    name: 'webhook-timestamp',
    description: 'When it was signed, in seconds since the epoch; five minutes off at the most.',
  }),
  platformDelivery: () => ({
    type: 'apiKey',
    in: 'header',
    name: 'webhook-id',
    description: 'The same on each try.',
  }),
  eventsSignature: () => ({
    type: 'apiKey',
    in: 'header',
    name: 'X-Request-Signature',
    description:
      'The base64 HMAC-SHA256 of the raw body under the secret that the gateway was given.',
  }),
  adminCookie: (publicUrl) => ({
    type: 'apiKey',
    in: 'cookie',
    name: `${adminCookieName(publicUrl.startsWith('https:'))}-0`,
    description:
      'An admin’s session, sealed. The contact centre’s link begins one, for 15 minutes; what does not fit into this cookie is in the next ones, `-1` to `-3`.',
  }),
} as const satisfies Readonly<
  Record<string, (publicUrl: string) => Readonly<Record<string, unknown>>>
>;

/** The name of a way in. */
export type SecurityName = keyof typeof securitySchemes;
