/** @module Giving a page a file of the contact centre's: fetched when it is asked for, and passed on. */
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import type { Logger } from 'pino';
import { RemoteError, RequestError } from '../../domain/errors.js';
import type { ContactCentre, OpenedAttachment } from '../../ports/contact-centre.js';
import { pathParam } from '../path-param.js';
import type { RateLimit } from '../rate-limits.js';
import { requestIdOf } from '../request-id.js';
import type { Handler } from '../routes.js';
import type { AttachmentLinks } from './attachment-links.js';
import { toSafeName } from './file-names.js';
import { headBytes, isTakenType, pictureTypeOf } from './file-types.js';
import { limited, mostDownloadBytes, peek } from './pieces.js';

/** How many files of a thread its pages may ask for. */
const downloadsPerMinute = 300;
/** A page that takes nothing for so long is let go. */
const stalledMs = 30_000;
/** A page that is built again need not fetch what it has; no longer, for the device may be shared. */
const maxAgeSeconds = 600;

/** Makes the handler of `GET /v1/attachments/{token}`. */
export function createDownloadHandler(deps: {
  readonly contactCentre: Pick<ContactCentre, 'openAttachment'>;
  readonly links: AttachmentLinks;
  readonly limit: RateLimit;
  readonly logger: Logger;
}): Handler {
  const { contactCentre, links, limit, logger } = deps;
  return async (req, res) => {
    if (req.method !== 'GET') {
      res.set('Allow', 'GET');
      throw new RequestError('METHOD_NOT_ALLOWED', 'This path takes GET.');
    }
    // The address is all the permission that there is, so a page of any origin may read why not.
    res.set('Access-Control-Allow-Origin', '*');
    res.set('Cross-Origin-Resource-Policy', 'cross-origin');
    const file = links.fromToken(pathParam(req, 'token'));
    if (!file) throw new RequestError('NOT_FOUND', 'There is no such file.');
    const { ref, url, name, messageId } = file;
    limit.spend(`${ref.channelId} ${ref.threadId}`, downloadsPerMinute);

    const connection = watchConnection(res);
    try {
      const opened = await contactCentre.openAttachment(
        { url, name, ...(messageId === undefined ? {} : { messageId }) },
        connection,
      );
      const { head, content } = await peek(limitedContent(opened), headBytes);
      setHeaders(res, name, opened, head);
      await pipeline(content, res);
    } catch (error) {
      if (!connection.aborted && !res.headersSent) throw error;
      // The head is out: a connection that is cut is all that can be said.
      logger.info({ ...ref, err: error, requestId: requestIdOf(res) }, 'attachment cut off');
      res.destroy();
    }
  };
}

function tooLarge(): RemoteError {
  return new RemoteError('ATTACHMENT_TOO_LARGE', 'The file is larger than is passed on');
}

/** Holds a file to the limit: by what its server announces, and by what it sends. */
function limitedContent({ sizeBytes = 0, content }: OpenedAttachment): AsyncIterable<Uint8Array> {
  return limited(content, sizeBytes > mostDownloadBytes ? 0 : mostDownloadBytes, tooLarge);
}

/** A picture that is surely one is shown in its place; everything else is only ever saved. */
function setHeaders(
  res: Response,
  name: string,
  { mimeType = '', sizeBytes }: OpenedAttachment,
  head: Uint8Array,
): void {
  const picture = pictureTypeOf(head);
  if (picture === undefined) res.attachment(toSafeName(name));
  else res.set('Content-Disposition', 'inline');
  res.setHeader(
    'Content-Type',
    picture ?? (isTakenType(mimeType) ? mimeType : 'application/octet-stream'),
  );
  if (sizeBytes !== undefined) res.setHeader('Content-Length', sizeBytes);
  res.set('Cache-Control', `private, max-age=${maxAgeSeconds}`);
  res.set('Content-Security-Policy', "default-src 'none'; sandbox");
}

function watchConnection(res: Response): AbortSignal {
  const connection = new AbortController();
  res.once('close', () => connection.abort(new Error('the page is gone')));
  res.setTimeout(stalledMs, () => res.destroy());
  return connection.signal;
}
