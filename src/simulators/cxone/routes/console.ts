import { type RequestHandler, Router } from 'express';
import type { ConsoleFeed } from '../console-feed.js';
import { bubblesOf, overviewOf } from '../console-feed.js';
import type { SimulatorContext } from '../context.js';
import { pathPart } from '../operations.js';

/** Is the finished console page: its document, style and script as text. */
export interface ConsoleAssets {
  readonly html: string;
  readonly css: string;
  readonly js: string;
}

const securityHeaders: RequestHandler = (_req, res, next) => {
  res.setHeader(
    'Content-Security-Policy',
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.setHeader('Referrer-Policy', 'no-referrer');
  res.setHeader('Cache-Control', 'no-cache');
  next();
};

/** Serves the agent's console; without its assets the page says that it was not built. */
export function consolePages(assets: ConsoleAssets | undefined): Router {
  const router = Router();
  router.use(securityHeaders);
  if (assets === undefined) {
    router.get(
      '/',
      (_req, res) => void res.status(503).type('text').send('The console was not built.'),
    );
    return router;
  }
  // Without the slash the page's own relative addresses would point above it.
  router.get('/', (req, res) => {
    if (!req.originalUrl.split('?')[0]?.endsWith('/')) res.redirect(301, '/console/');
    else res.type('html').send(assets.html);
  });
  router.get('/console.css', (_req, res) => void res.type('css').send(assets.css));
  router.get('/console.js', (_req, res) => void res.type('text/javascript').send(assets.js));
  return router;
}

/** Serves what the console's page reads; it writes through the admin API. */
export function consoleData(context: SimulatorContext, feed: ConsoleFeed): Router {
  const router = Router();
  router.get('/overview', (_req, res) => void res.json(overviewOf(context)));
  router.get('/contacts/:number/messages', (req, res) => {
    res.json(bubblesOf(context, pathPart(req, 'number')));
  });
  router.get('/changes', (_req, res) => feed.subscribe(res));
  return router;
}
