import { SignJWT } from 'jose';

/** By which the customers' own site vouches for them. */
export const identitySecret = "the secret of the customers' own site";

/** What the processes need for the channel `den`. */
export const identifiedEnv = { DEN_SECRET: identitySecret };

function widget(id: string, allowedOrigins: readonly string[], identity: object) {
  return { id, name: id, adapter: { kind: 'widget', allowedOrigins, identity } };
}

/** The widget channel `den`, for whose customers a site vouches. */
export function identifiedChannel(allowedOrigins: readonly string[]) {
  return widget('den', allowedOrigins, { kind: 'jwt', secretEnv: 'DEN_SECRET' });
}

/** Two widget channels: a site vouches for the customers of `den`, nobody for the others. */
export function identifiedChannels(allowedOrigins: readonly string[]) {
  return {
    channels: [
      widget('watering-hole', allowedOrigins, { kind: 'anonymous' }),
      identifiedChannel(allowedOrigins),
    ],
  };
}

/** Signs what the site says of its customer. */
export async function vouchFor(customerId: string): Promise<string> {
  return await new SignJWT({ sub: customerId })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('5m')
    .sign(new TextEncoder().encode(identitySecret));
}
