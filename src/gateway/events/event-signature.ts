/** @module The signature of the contact centre's events. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Says whether `signature` is the base64 HMAC-SHA256 of the raw body (cxone.md 4.3, CONFIRMED as
 * NICE's library). Takes as long for a wrong one as for a right one of the same length.
 */
export function isSignedWith(secret: string, body: Buffer, signature: string | undefined): boolean {
  const expected = Buffer.from(createHmac('sha256', secret).update(body).digest('base64'));
  const given = Buffer.from(signature ?? '');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
