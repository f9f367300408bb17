/**
 * @module Addresses of ours for files that the contact centre keeps.
 *
 * Each holds all that is needed to fetch its file, under a signature: any gateway serves it, nothing
 * is kept for it, and nobody can have anything fetched that was not named here. Whoever holds the
 * address may read the file for as long as the contact centre gives it out.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import {
  type ExternalMessageId,
  parseChannelId,
  parseExternalMessageId,
  parseThreadId,
  type ThreadRef,
} from '../../domain/ids.js';

/** A file that an address of ours stands for. */
export interface LinkedFile {
  readonly ref: ThreadRef;
  /** Where the contact centre has it. */
  readonly url: string;
  readonly name: string;
  readonly mimeType?: string;
  /** The message that carries it; absent before it is sent. */
  readonly messageId?: ExternalMessageId;
}

/** Makes and reads the addresses. */
export interface AttachmentLinks {
  /** Makes the address of a file: the same one each time, so that a browser fetches it once. */
  toUrl(file: LinkedFile): string;
  /** Says whether an address is below ours, signed or not. */
  isOurs(url: string): boolean;
  /** Reads an address of ours; undefined for one that is not signed. */
  fromUrl(url: string): LinkedFile | undefined;
  /** Reads the last part of such an address. */
  fromToken(token: string): LinkedFile | undefined;
}

/** The path below which they are. */
export const attachmentsPath = '/v1/attachments';

/** Servers on the way take lines of about eight kilobytes, and base64 makes four of three. */
const longestUrl = 4_096;

const claimsSchema = z.tuple([
  z.string(),
  z.string(),
  z.string(),
  z.string(),
  z.string(),
  z.string(),
]);

/** Makes the addresses of one key below one public address; every gateway that has the key reads them. */
export function createAttachmentLinks(deps: {
  readonly key: string;
  readonly publicUrl: string;
}): AttachmentLinks {
  const base = `${deps.publicUrl}${attachmentsPath}/`;
  // A key of its own, so that nothing that is signed elsewhere can pass for an address.
  const key = createHmac('sha256', deps.key).update('isthmus:attachments').digest();

  function signatureOf(claims: string): string {
    return createHmac('sha256', key).update(claims).digest('base64url');
  }

  function fromToken(token: string): LinkedFile | undefined {
    const [claims = '', signature = '', ...more] = token.split('.');
    const expected = Buffer.from(signatureOf(claims));
    const given = Buffer.from(signature);
    if (more.length > 0 || given.length !== expected.length) return undefined;
    if (!timingSafeEqual(given, expected)) return undefined;
    return parseClaims(claims);
  }

  return {
    toUrl({ ref, url, name, mimeType = '', messageId = '' }) {
      if (url.length > longestUrl) return url;
      const claims = Buffer.from(
        JSON.stringify([ref.channelId, ref.threadId, messageId, name, mimeType, url]),
      ).toString('base64url');
      return `${base}${claims}.${signatureOf(claims)}`;
    },
    isOurs: (url) => url.startsWith(base),
    fromUrl: (url) => (url.startsWith(base) ? fromToken(url.slice(base.length)) : undefined),
    fromToken,
  };
}

/** Reads what was signed here; a shape that an earlier version signed is none. */
function parseClaims(claims: string): LinkedFile | undefined {
  const json: unknown = JSON.parse(Buffer.from(claims, 'base64url').toString('utf8'));
  const parsed = claimsSchema.safeParse(json);
  if (!parsed.success) return undefined;
  const [channel, thread, message, name, mimeType, url] = parsed.data;
  const channelId = parseChannelId(channel);
  const threadId = parseThreadId(thread);
  const messageId = parseExternalMessageId(message);
  if (channelId === undefined || threadId === undefined) return undefined;
  return {
    ref: { channelId, threadId },
    url,
    name,
    ...(mimeType === '' ? {} : { mimeType }),
    ...(messageId === undefined ? {} : { messageId }),
  };
}
