/** @module The gateway: everything that speaks HTTP to customers and to the contact centre. */
import express, { type RequestHandler } from 'express';
import { RequestError } from '../domain/errors.js';
import { mountAdmin } from './admin/admin-routes.js';
import { mountApiDocument } from './api/document-route.js';
import { mountAssets } from './assets.js';
import { createAttachmentLinks } from './attachments/attachment-links.js';
import { mountBox } from './box/box-routes.js';
import { mountEvents } from './events/event-routes.js';
import type { Gateway, GatewayDeps } from './gateway-deps.js';
import { createGatewayMetrics } from './metrics.js';
import { mountOps } from './ops-routes.js';
import { mountPlatformApi } from './platform/platform-routes.js';
import { platformWebhooks } from './platform/webhooks.js';
import { createProblemHandler } from './problem.js';
import { assignRequestId } from './request-id.js';
import { createRoutes } from './routes.js';
import { createSecurityHeaders } from './security-headers.js';
import { createStreamHub } from './streams/stream-hub.js';
import { mountWidgetApi } from './widget/routes.js';

/** Builds a gateway; whoever built it lets it listen, and closes it. */
export function createGateway(deps: GatewayDeps): Gateway {
  const { threads, clock, logger, settings } = deps;
  const links = createAttachmentLinks({
    key: settings.sessionTokenKey,
    publicUrl: settings.publicUrl,
  });
  const hub = createStreamHub({ threads, gateway: deps.gatewayQueue, links, clock, logger });
  const gatewayMetrics = createGatewayMetrics(deps.metrics);
  const inHand = createInHand();

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.set('trust proxy', settings.trustProxy ?? false);

  app.use(assignRequestId, gatewayMetrics.measure, ...createSecurityHeaders(settings.publicUrl));
  const routes = createRoutes(app);
  mountOps(routes, { ...deps, isClosing: () => inHand.isClosing() });
  app.use(inHand.count);
  mountAssets(routes, deps.assets);
  mountWidgetApi(routes, { ...deps, hub, links, gatewayMetrics });
  mountPlatformApi(routes, { ...deps, gatewayMetrics });
  mountBox(routes, { ...deps, gatewayMetrics });
  mountEvents(routes, deps);
  mountAdmin(routes, { ...deps, gatewayMetrics });
  mountApiDocument(routes, settings.publicUrl, platformWebhooks);
  app.use(() => {
    throw new RequestError('NOT_FOUND', 'There is nothing at this path.');
  });
  app.use(createProblemHandler({ logger, metrics: gatewayMetrics }));

  return {
    app,
    operations: routes.operations,
    pages: hub,
    reannounce: () => hub.reannounce(),
    async close() {
      const answered = inHand.close();
      await hub.close();
      await answered;
    },
  };
}

/** Counts the requests that are in hand, so that a gateway leaves nobody without an answer. */
function createInHand(): {
  readonly count: RequestHandler;
  isClosing(): boolean;
  /** Refuses what comes from now on; resolves when everything before is answered. */
  close(): Promise<void>;
} {
  let inHand = 0;
  let whenEmpty: (() => void) | undefined;
  return {
    count: (_req, res, next) => {
      if (whenEmpty) {
        res.set('Connection', 'close');
        throw new RequestError('UNAVAILABLE', 'This gateway is stopping.');
      }
      inHand += 1;
      res.once('close', () => {
        inHand -= 1;
        if (inHand === 0) whenEmpty?.();
      });
      next();
    },
    isClosing: () => whenEmpty !== undefined,
    close: () =>
      new Promise((resolve) => {
        whenEmpty = resolve;
        if (inHand === 0) resolve();
      }),
  };
}
