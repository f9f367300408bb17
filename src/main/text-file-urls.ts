/**
 * @module The addresses of files in the texts of platforms that cannot show files.
 *
 * CXone's are signed and soon over, and a text is read by a person, at any time: so they are the
 * gateway's own, which asks CXone for a new one where the first has run out.
 */
import { type ChannelDefinition, capabilitiesOf } from '../domain/channel.js';
import type { ChannelId, ThreadRef } from '../domain/ids.js';
import type { Attachment, MessageEvent } from '../domain/messages.js';
import { createAttachmentLinks } from '../gateway/attachments/attachment-links.js';
import { createToFileUrl } from '../gateway/attachments/page-files.js';

/** Makes the addresses as the gateways of this key do, so that each of them reads them. */
export function createTextFileUrls(settings: {
  readonly key: string;
  readonly publicUrl: string;
}): (ref: ThreadRef, message: MessageEvent, file: Attachment) => string {
  const links = createAttachmentLinks(settings);
  return (ref, message, file) => createToFileUrl(links, ref)(message, file);
}

/** Names the channels whose platforms are given files as a part of the text. */
export function channelsWithFileTexts(channels: Iterable<ChannelDefinition>): ChannelId[] {
  return [...channels]
    .filter(({ adapter }) => !capabilitiesOf(adapter).includes('attachments'))
    .map(({ id }) => id);
}
