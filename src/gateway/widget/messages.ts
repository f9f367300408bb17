/** @module Taking a customer's message: answered only after it is durable. */
import type { Logger } from 'pino';
import type { GatewayQueue } from '../../domain/ids.js';
import type { Attachment } from '../../domain/messages.js';
import type { Clock } from '../../ports/clock.js';
import type { Threads } from '../../ports/threads.js';
import type { AttachmentLinks } from '../attachments/attachment-links.js';
import type { GatewayMetrics } from '../metrics.js';
import { bodyInvalid } from '../problem.js';
import type { RateLimit } from '../rate-limits.js';
import { checkBody } from '../request-body.js';
import { requestIdOf } from '../request-id.js';
import type { Handler } from '../routes.js';
import type { StreamHub } from '../streams/stream-hub.js';
import { type Admission, jsonOf } from './admission.js';
import { mayHaveEnded } from './forgotten-threads.js';
import { messageSchema } from './schemas.js';

/** Far above what a person writes; a burst of this much is taken at once. */
export const charactersPerMinute = 300_000;

/** An uploaded file goes on under the contact centre's own address; any other is only a link. */
function toAttachment(
  { name, url }: { readonly name: string; readonly url: string },
  index: number,
  links: AttachmentLinks,
): Attachment {
  if (!links.isOurs(url)) return { name, url };
  const file = links.fromUrl(url);
  if (!file) throw bodyInvalid(`attachments.${index}.url: names no file that was uploaded here`);
  return {
    name,
    url: file.url,
    ...(file.mimeType === undefined ? {} : { mimeType: file.mimeType }),
    isUpload: true,
  };
}

/** Makes the handler of `POST /v1/threads/{threadId}/messages`. */
export function createMessageHandler(deps: {
  readonly admission: Admission;
  readonly threads: Pick<Threads, 'acceptInbound'>;
  readonly hub: StreamHub;
  readonly links: AttachmentLinks;
  readonly limit: RateLimit;
  /** Characters, so that what waits in a thread stays small enough to be handed on. */
  readonly sizeLimit: RateLimit;
  readonly gatewayQueue: GatewayQueue;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: GatewayMetrics;
}): Handler {
  const { admission, threads, hub, links, limit, sizeLimit } = deps;
  const { gatewayQueue, clock, logger, metrics } = deps;
  return async (req, res) => {
    const caller = await admission.admitToThread(req, res);
    const { ref, customer, channel, body } = caller;
    const message = checkBody(jsonOf(req, body), messageSchema);
    limit.spend(`${ref.channelId} ${ref.threadId}`, channel.limits.messagesPerMinute);
    sizeLimit.spend(`${ref.channelId} ${ref.threadId}`, charactersPerMinute, body.length);
    const { id, text, postback, replyTo } = message;
    const attachments = message.attachments?.map((file, index) => toAttachment(file, index, links));
    // The thread leaves it to this gateway to show its own pages what becomes of the message.
    const isFollowed = hub.hasPages(ref);
    try {
      await threads.acceptInbound(
        {
          ref,
          customer,
          policy: channel.policy,
          mayHaveEnded: mayHaveEnded(caller, clock()),
          delivery: 'pages',
        },
        {
          id,
          text,
          ...(attachments === undefined ? {} : { attachments }),
          ...(postback === undefined ? {} : { postback }),
          ...(replyTo === undefined ? {} : { replyTo }),
          acceptedAtMs: clock(),
          ...(isFollowed ? { via: gatewayQueue } : {}),
        },
      );
    } finally {
      // Also when it failed: it may have been accepted all the same.
      if (isFollowed) hub.follow(ref, id);
    }
    metrics.accepted('inbound', ref.channelId);
    logger.info({ ...ref, messageId: id, requestId: requestIdOf(res) }, 'message accepted');
    res.status(202).json({ id, status: 'accepted' });
  };
}
