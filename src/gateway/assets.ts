/** @module The files that the gateway serves: the widget, its demo page. */
import { createHash } from 'node:crypto';
import type { Application } from 'express';
import type { Asset } from './gateway-deps.js';
import { mount } from './routes.js';

/** The one file that pages of any origin embed. */
const embeddablePath = '/widget.js';
const maxAgeSeconds = 300;

/** Mounts each file at its path; a browser that has it is answered 304. */
export function mountAssets(app: Application, assets: ReadonlyMap<string, Asset>): void {
  for (const [path, { body, contentType }] of assets) {
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    const isPage = contentType.startsWith('text/html');
    mount(app, path, {
      GET: (_req, res) => {
        res.set('Cache-Control', isPage ? 'no-cache' : `public, max-age=${maxAgeSeconds}`);
        res.set('ETag', etag);
        if (path === embeddablePath) {
          res.set('Cross-Origin-Resource-Policy', 'cross-origin');
          res.set('Access-Control-Allow-Origin', '*');
        }
        res.type(contentType).send(body);
      },
    });
  }
}
