/** @module What makes a call of the contact centre the same call when it is made again. */
import { createHash } from 'node:crypto';
import type { ChannelId } from '../../domain/ids.js';
import type { Threads } from '../../ports/threads.js';
import { canonicalJson, type LenientBody, textAt } from './lenient-body.js';

/** Calls without an id and with the same body are one call within this time. */
const repeatWindowMs = 10_000;
/** 192 bits of a digest: nobody meets another's. */
const keyLength = 32;

function digest(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('base64url');
}

/** Says whether a call names its message; only a call that does not needs a key that is kept. */
export function hasMessageId(body: LenientBody): boolean {
  return textAt(body, 'id') !== undefined;
}

/** Makes the key of a call, the same when the contact centre makes the same call again. */
export async function toCallKey(
  threads: Pick<Threads, 'repeatKey'>,
  channelId: ChannelId,
  body: LenientBody,
): Promise<string> {
  const id = textAt(body, 'id');
  if (id !== undefined) return digest(channelId, id).slice(0, keyLength);
  return await threads.repeatKey(digest(channelId, canonicalJson(body)), repeatWindowMs);
}
