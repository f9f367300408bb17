/** @module The paths of the widget API. */
import { type AttachmentLinks, attachmentsPath } from '../attachments/attachment-links.js';
import { createDownloadHandler } from '../attachments/download.js';
import { downloadAttachment, uploadAttachment } from '../attachments/operations.js';
import { createUploadHandler } from '../attachments/upload.js';
import type { GatewayDeps } from '../gateway-deps.js';
import { createIdentityReader } from '../identity.js';
import type { GatewayMetrics } from '../metrics.js';
import { createOrigins } from '../origins.js';
import { createRateLimit } from '../rate-limits.js';
import { createBodyReader } from '../request-body.js';
import type { Endpoint, Handler, Routes } from '../routes.js';
import { createSessionTokens } from '../session-tokens.js';
import type { StreamHub } from '../streams/stream-hub.js';
import { createAdmission } from './admission.js';
import { createCustomerTyping } from './customer-typing.js';
import { createEventsHandler } from './events.js';
import { createMessageHandler } from './messages.js';
import {
  endThread,
  followThread,
  leaveThread,
  openSession,
  postMessage,
  readThread,
  sayStillHere,
  sendReceipt,
  sendTyping,
} from './operations.js';
import { createSessionHandler } from './sessions.js';
import { createSideCallHandlers } from './side-calls.js';
import { createSnapshotHandler } from './snapshot.js';

const bodyLimitBytes = 64 * 1024;

/** Mounts the widget API. */
export function mountWidgetApi(
  routes: Routes,
  deps: GatewayDeps & {
    readonly hub: StreamHub;
    readonly links: AttachmentLinks;
    readonly gatewayMetrics: GatewayMetrics;
  },
): void {
  const { threads, contactCentre, channels, clock, logger, settings, hub, links } = deps;
  const origins = createOrigins(channels);
  const sessionTokens = createSessionTokens({
    key: settings.sessionTokenKey,
    ttlMs: settings.sessionTokenTtlMs,
    clock,
  });
  const readBody = createBodyReader(bodyLimitBytes);
  const admission = createAdmission({ channels, origins, sessionTokens, readBody });
  const sideCallLimit = createRateLimit(clock, 'calls for this thread');

  const session = createSessionHandler({
    admission,
    sessionTokens,
    readIdentity: createIdentityReader(clock),
    threads,
    clock,
    limit: createRateLimit(clock, 'new sessions from this address'),
  });
  const message = createMessageHandler({
    admission,
    threads,
    hub,
    links,
    limit: createRateLimit(clock, 'messages in this thread'),
    sizeLimit: createRateLimit(clock, 'long messages in this thread'),
    gatewayQueue: deps.gatewayQueue,
    clock,
    logger,
    metrics: deps.gatewayMetrics,
  });
  const events = createEventsHandler({
    admission,
    hub,
    limit: sideCallLimit,
    metrics: deps.gatewayMetrics,
  });
  const snapshot = createSnapshotHandler({
    admission,
    threads,
    contactCentre,
    links,
    limit: sideCallLimit,
    clock,
  });
  const upload = createUploadHandler({
    admission,
    threads,
    contactCentre,
    links,
    limit: createRateLimit(clock, 'files in this thread'),
    clock,
    logger,
  });
  const download = createDownloadHandler({
    contactCentre,
    links,
    limit: createRateLimit(clock, 'requests for files of this thread'),
    logger,
  });
  const side = createSideCallHandlers({
    admission,
    threads,
    hub,
    customerTyping: createCustomerTyping({ contactCentre, threads, logger }),
    limit: sideCallLimit,
    clock,
  });

  routes.mount(`${attachmentsPath}/:token`, {
    GET: { operation: downloadAttachment, handle: download },
  });

  // A preflight carries no token, so a thread's channel is not known yet.
  const threadPreflight: Handler = (req, res) => origins.answerPreflight(req, res, undefined);
  const threadPath = '/v1/threads/:threadId';
  routes.mount('/v1/channels/:channelId/sessions', {
    POST: { operation: openSession, handle: session },
    OPTIONS: (req, res) => origins.answerPreflight(req, res, admission.channelOf(req)),
  });
  routes.mount(threadPath, {
    GET: { operation: readThread, handle: snapshot },
    OPTIONS: threadPreflight,
  });
  routes.mount(`${threadPath}/events`, {
    GET: { operation: followThread, handle: events },
    OPTIONS: threadPreflight,
  });
  const posts: Readonly<Record<string, Endpoint>> = {
    messages: { operation: postMessage, handle: message },
    attachments: { operation: uploadAttachment, handle: upload },
    'still-here': { operation: sayStillHere, handle: side.stillHere },
    receipts: { operation: sendReceipt, handle: side.receipts },
    typing: { operation: sendTyping, handle: side.typing },
    leave: { operation: leaveThread, handle: side.leave },
    end: { operation: endThread, handle: side.end },
  };
  for (const [name, endpoint] of Object.entries(posts)) {
    routes.mount(`${threadPath}/${name}`, { POST: endpoint, OPTIONS: threadPreflight });
  }
}
