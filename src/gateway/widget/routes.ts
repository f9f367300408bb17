/** @module The paths of the widget API. */
import type { Application } from 'express';
import { type AttachmentLinks, attachmentsPath } from '../attachments/attachment-links.js';
import { createDownloadHandler } from '../attachments/download.js';
import { createUploadHandler } from '../attachments/upload.js';
import type { GatewayDeps } from '../gateway-deps.js';
import { createIdentityReader } from '../identity.js';
import type { GatewayMetrics } from '../metrics.js';
import { createOrigins } from '../origins.js';
import { createRateLimit } from '../rate-limits.js';
import { createBodyReader } from '../request-body.js';
import { type Handler, mount } from '../routes.js';
import { createSessionTokens } from '../session-tokens.js';
import type { StreamHub } from '../streams/stream-hub.js';
import { createAdmission } from './admission.js';
import { createCustomerTyping } from './customer-typing.js';
import { createEventsHandler } from './events.js';
import { createMessageHandler } from './messages.js';
import { createSessionHandler } from './sessions.js';
import { createSideCallHandlers } from './side-calls.js';
import { createSnapshotHandler } from './snapshot.js';

const bodyLimitBytes = 64 * 1024;

/** Mounts the widget API. */
export function mountWidgetApi(
  app: Application,
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

  mount(app, `${attachmentsPath}/:token`, { GET: download });

  // A preflight carries no token, so a thread's channel is not known yet.
  const threadPreflight: Handler = (req, res) => origins.answerPreflight(req, res, undefined);
  const threadPath = '/v1/threads/:threadId';
  mount(app, '/v1/channels/:channelId/sessions', {
    POST: session,
    OPTIONS: (req, res) => origins.answerPreflight(req, res, admission.channelOf(req)),
  });
  mount(app, threadPath, { GET: snapshot, OPTIONS: threadPreflight });
  mount(app, `${threadPath}/events`, { GET: events, OPTIONS: threadPreflight });
  for (const [name, handler] of Object.entries({
    messages: message,
    attachments: upload,
    'still-here': side.stillHere,
    receipts: side.receipts,
    typing: side.typing,
    leave: side.leave,
    end: side.end,
  })) {
    mount(app, `${threadPath}/${name}`, { POST: handler, OPTIONS: threadPreflight });
  }
}
