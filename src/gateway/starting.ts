/** @module What a gateway answers before it can do anything: that it is up, and is not ready. */
import express, { type Application, type ErrorRequestHandler } from 'express';
import { RequestError } from '../domain/errors.js';
import type { GatewayDeps } from './gateway-deps.js';
import { mountOps } from './ops-routes.js';
import { sendProblem, toEngineError } from './problem.js';
import { assignRequestId } from './request-id.js';
import { createRoutes } from './routes.js';
import { createSecurityHeaders } from './security-headers.js';

/** Sends a failure without a log line: nothing of this time has gone wrong here. */
const sendFailure: ErrorRequestHandler = (error, _req, res, _next) => {
  sendProblem(res, toEngineError(error));
};

/**
 * Builds what answers until the gateway is there: `/livez`, `/readyz` and `/metrics` as ever, and
 * 503 `UNAVAILABLE` for everything else, so that callers come again.
 */
export function createStartingApp(
  deps: Pick<GatewayDeps, 'readiness' | 'metrics' | 'logger'> & { readonly publicUrl: string },
): Application {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(assignRequestId, ...createSecurityHeaders(deps.publicUrl));
  mountOps(createRoutes(app), { ...deps, isClosing: () => false });
  app.use(() => {
    throw new RequestError('UNAVAILABLE', 'This gateway is starting.');
  });
  app.use(sendFailure);
  return app;
}
