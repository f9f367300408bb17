import { SignJWT } from 'jose';

const secret = "the secret of the customers' own site";

/** What the processes need for the channel `den`. */
export const identifiedEnv = { DEN_SECRET: secret };

/** Two widget channels: a site vouches for the customers of `den`, nobody for the others. */
export function identifiedChannels(allowedOrigins: readonly string[]) {
  const widget = (id: string, identity: object) => ({
    id,
    name: id,
    adapter: { kind: 'widget', allowedOrigins, identity },
  });
  return {
    channels: [
      widget('watering-hole', { kind: 'anonymous' }),
      widget('den', { kind: 'jwt', secretEnv: 'DEN_SECRET' }),
    ],
  };
}

/** Signs what the site says of its customer. */
export async function vouchFor(customerId: string): Promise<string> {
  return await new SignJWT({ sub: customerId })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('5m')
    .sign(new TextEncoder().encode(secret));
}
