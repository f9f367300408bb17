/** @module Taking a customer's file: passed on to the contact centre as it comes, and kept nowhere. */
import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import { RemoteError, RequestError } from '../../domain/errors.js';
import { reopensFromMs } from '../../domain/reopening.js';
import type { Clock } from '../../ports/clock.js';
import type { ContactCentre } from '../../ports/contact-centre.js';
import type { Threads } from '../../ports/threads.js';
import { toIsoMoment } from '../customer-event-json.js';
import { bodyInvalid } from '../problem.js';
import type { RateLimit } from '../rate-limits.js';
import { announcedBytes, bodyTooLarge } from '../request-body.js';
import { requestIdOf } from '../request-id.js';
import type { Handler } from '../routes.js';
import type { Admission, ThreadCaller } from '../widget/admission.js';
import type { AttachmentLinks } from './attachment-links.js';
import { toSafeName } from './file-names.js';
import { checkFile, headBytes, readTakenType } from './file-types.js';
import { limited, mostUploadBytes, peek } from './pieces.js';

/** How many files a thread's customer may upload. */
const uploadsPerMinute = 40;
/** A connection on which nothing moves for so long is cut. */
const stalledMs = 30_000;
/** Another try gets another token, or a contact centre that is back. */
const retryAfterMs = 2_000;

/** Makes the handler of `POST /v1/threads/{threadId}/attachments`. */
export function createUploadHandler(deps: {
  readonly admission: Admission;
  readonly threads: Pick<Threads, 'standing'>;
  readonly contactCentre: Pick<ContactCentre, 'storeAttachment'>;
  readonly links: AttachmentLinks;
  readonly limit: RateLimit;
  readonly clock: Clock;
  readonly logger: Logger;
}): Handler {
  const { admission, threads, contactCentre, links, limit, clock, logger } = deps;

  /** A file is of no use where no message can follow it. */
  async function requireOpen({ ref, channel }: Omit<ThreadCaller, 'body'>): Promise<void> {
    const standing = await threads.standing(ref);
    if (standing.kind !== 'closed') return;
    const reopensMs = reopensFromMs(channel.policy, standing);
    if (reopensMs !== undefined && clock() >= reopensMs) return;
    throw new RequestError('THREAD_CLOSED', 'The thread is closed.', {
      details: { closedBy: standing.by, closedAt: toIsoMoment(standing.atMs) },
    });
  }

  return async (req, res) => {
    const caller = await admission.admitUpload(req, res, mostUploadBytes);
    const { ref } = caller;
    const said = readTakenType(req.get('Content-Type'));
    const name = readName(req);
    limit.spend(`${ref.channelId} ${ref.threadId}`, uploadsPerMinute);
    await requireOpen(caller);

    const connection = watchConnection(req, res);
    let isTooLarge = false;
    let size = 0;
    async function* counted(): AsyncGenerator<Uint8Array> {
      // The connection is still needed for an answer when the file is read no further.
      const pieces: AsyncIterable<Uint8Array> = req.iterator({ destroyOnReturn: false });
      const few = limited(pieces, mostUploadBytes, () => {
        isTooLarge = true;
        return new Error('the file is too large');
      });
      for await (const piece of few) {
        size += piece.length;
        yield piece;
      }
    }
    try {
      const { head, content } = await peek(counted(), headBytes);
      if (head.length === 0) throw bodyInvalid('The file is empty.');
      const mimeType = checkFile({ name, mimeType: said }, head);
      const sizeBytes = announcedBytes(req);
      const { url } = await contactCentre.storeAttachment(
        { mimeType, content, ...(sizeBytes === undefined ? {} : { sizeBytes }) },
        connection,
      );
      logger.info({ ...ref, size, mimeType, requestId: requestIdOf(res) }, 'attachment stored');
      const link = links.toUrl({ ref, url, name, mimeType });
      res.status(201).json({ name, url: link, mimeType, size });
    } catch (error) {
      if (isTooLarge) throw bodyTooLarge(req, mostUploadBytes);
      if (!connection.aborted) throw toUploadError(error);
      logger.info({ ...ref, size, requestId: requestIdOf(res) }, 'upload broken off');
    } finally {
      req.setTimeout(0);
    }
  };
}

/** Reads the file's name from the query, where any text may stand. */
function readName(req: Request): string {
  const raw: unknown = req.query['name'];
  return toSafeName(typeof raw === 'string' ? raw : '');
}

/** Aborts when the customer is gone, or when nothing moves any more. */
function watchConnection(req: Request, res: Response): AbortSignal {
  const connection = new AbortController();
  res.once('close', () => connection.abort(new Error('the customer is gone')));
  req.setTimeout(stalledMs, () => req.destroy());
  return connection.signal;
}

/** Nothing is lost when a file is not stored: its message has not been sent. */
function toUploadError(error: unknown): unknown {
  if (!(error instanceof RemoteError)) return error;
  if (error.policy.retry === 'never') {
    return new RequestError('ATTACHMENT_REFUSED', 'The contact centre does not take this file.', {
      cause: error,
    });
  }
  return new RequestError('UNAVAILABLE', 'The file cannot be stored now.', {
    retryAfterMs: Math.max(retryAfterMs, error.retryAfterMs ?? 0),
    cause: error,
  });
}
