/** @module Headers that every answer carries, so that a browser does no more with it than it should. */
import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** Makes the headers of pages and of JSON; whoever serves a cacheable file says so itself. */
export function createSecurityHeaders(publicUrl: string): RequestHandler[] {
  const policy = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:', 'https:'],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    // Browsers ignore it over plain HTTP, where it would only mislead a reader.
    strictTransportSecurity: publicUrl.startsWith('https:'),
    referrerPolicy: { policy: 'no-referrer' },
  });
  return [
    policy,
    (_req, res, next) => {
      res.set('Cache-Control', 'no-store');
      next();
    },
  ];
}
