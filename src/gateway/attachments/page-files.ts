/** @module Which files of a thread its pages get by an address of ours. */
import {
  type ExternalMessageId,
  parseClientMessageId,
  parseExternalMessageId,
  type ThreadRef,
  toInboundExternalId,
} from '../../domain/ids.js';
import type { MessageEvent } from '../../domain/messages.js';
import type { ToFileUrl } from '../customer-event-json.js';
import type { AttachmentLinks } from './attachment-links.js';

/**
 * Gives files that the contact centre keeps an address of ours: theirs is soon over, and may be in a
 * place that a page may not load from. What a customer sent as a link of their own stays that link,
 * or anybody could have anything fetched here.
 */
export function createToFileUrl(links: AttachmentLinks, ref: ThreadRef): ToFileUrl {
  return (message, { name, url, mimeType, isUpload = false }) => {
    if (message.from === 'customer' && !isUpload) return url;
    const messageId = externalIdOf(ref, message);
    return links.toUrl({
      ref,
      url,
      name,
      ...(mimeType === undefined ? {} : { mimeType }),
      ...(messageId === undefined ? {} : { messageId }),
    });
  };
}

/** The id by which the contact centre knows a message; only the customer's own are others here. */
function externalIdOf(ref: ThreadRef, { from, id }: MessageEvent): ExternalMessageId | undefined {
  if (from !== 'customer') return parseExternalMessageId(id);
  const messageId = parseClientMessageId(id);
  return messageId && toInboundExternalId(ref, messageId);
}
