import { RemoteError } from '../domain/errors.js';
import type { AttachmentSource, ContactCentre } from '../ports/contact-centre.js';
import type { Client } from './client.js';
import { readAnswer } from './errors.js';
import type { FileServers } from './file-servers.js';
import { toFindMessage, toStoreAttachment } from './requests.js';
import { foundSchema, storedAttachmentSchema } from './schemas.js';

/** Makes the part of the contact centre that is about files. */
export function createAttachments(deps: {
  readonly client: Client;
  readonly files: FileServers;
  readonly hasReadsToSpare: () => boolean;
}): Pick<ContactCentre, 'storeAttachment' | 'openAttachment'> {
  const { client, files, hasReadsToSpare } = deps;

  /**
   * Asks CXone for the message once more. INFERRED (cxone.md 2.8, 5.3): addresses are signed when
   * they are read, so that one that ran out can be had anew, and only its query differs.
   */
  async function findNewAddress(
    { url, name, messageId }: AttachmentSource,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    if (messageId === undefined || !hasReadsToSpare()) return undefined;
    const call = toFindMessage(messageId);
    const { data } = readAnswer(foundSchema, await client.call(call, signal), call.operation);
    const found = data
      .filter((message) => message.idOnExternalPlatform === messageId)
      .flatMap((message) => message.attachments ?? []);
    const named = found.filter(
      ({ friendlyName, fileName }) => friendlyName === name || fileName === name,
    );
    const [only] = named.length === 1 ? named : [];
    const same = found.find((file) => placeOf(file.url) === placeOf(url)) ?? only;
    return same?.url === null || same?.url === url ? undefined : same?.url;
  }

  return {
    async storeAttachment(upload, signal) {
      const request = toStoreAttachment(upload);
      const answer = await client.send(request, signal);
      return { url: readAnswer(storedAttachmentSchema, answer, request.operation).url };
    },

    async openAttachment(source, signal) {
      try {
        return await files.open(source.url, signal);
      } catch (error) {
        if (!(error instanceof RemoteError) || error.code !== 'ATTACHMENT_GONE') throw error;
        const url = await findNewAddress(source, signal);
        if (url === undefined) throw error;
        return await files.open(url, signal);
      }
    },
  };
}

/** Gives an address without its query, which is where a signature and its end are. */
function placeOf(url: string | null | undefined): string | undefined {
  return url?.replace(/[?#].*$/s, '');
}
