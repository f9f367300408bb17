/** @module The Standard Webhooks scheme, both ways, as its reference library does it. */
import { Webhook, WebhookVerificationError } from 'standardwebhooks';

const base64Prefix = 'whsec_';

/** Signs what goes to a platform, and judges what says that it comes from there. */
export interface Signature {
  /** Gives the headers of a request that is sent at this moment. */
  headersFor(id: string, body: string, atMs: number): Record<string, string>;
  /** Gives the id of a request that is signed and less than five minutes off; undefined for any other. */
  readId(headers: Readonly<Record<string, string>>, body: Buffer): string | undefined;
}

/**
 * Makes the signature of a secret: base64 after `whsec_`, else its UTF-8 bytes. The library takes
 * text without that prefix for base64 or for single bytes, so it is given the bytes.
 */
export function createSignature(secret: string): Signature {
  const webhook = secret.startsWith(base64Prefix)
    ? new Webhook(secret)
    : new Webhook(new TextEncoder().encode(secret), { format: 'raw' });
  return {
    headersFor: (id, body, atMs) => ({
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(atMs / 1_000)),
      'webhook-signature': webhook.sign(id, new Date(atMs), body),
    }),
    readId(headers, body) {
      try {
        webhook.verify(body, headers, { jsonParse: false });
        return headers['webhook-id'];
      } catch (error) {
        if (error instanceof WebhookVerificationError) return undefined;
        throw error;
      }
    },
  };
}
