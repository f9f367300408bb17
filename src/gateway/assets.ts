/** @module The files that the gateway serves: the widget, its demo page, the reader of the API document. */
import { createHash } from 'node:crypto';
import type { Response } from 'express';
import { z } from 'zod';
import type { Operation } from './api/operation.js';
import type { Asset } from './gateway-deps.js';
import type { Routes } from './routes.js';

/** The one file that pages of any origin embed. */
const embeddablePath = '/widget.js';
const maxAgeSeconds = 300;

/** Makes the sender of a file; a browser that has it is answered 304. */
export function createFileSender({ body, contentType }: Asset): (res: Response) => void {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  const isPage = contentType.startsWith('text/html');
  return (res) => {
    res.set('Cache-Control', isPage ? 'no-cache' : `public, max-age=${maxAgeSeconds}`);
    res.set('ETag', etag);
    res.type(contentType).send(body);
  };
}

/** The answers of a route that sends files of one media type. */
export function fileAnswers(contentType: string, schema: z.ZodType = z.string()) {
  const [mediaType = contentType] = contentType.split(';');
  return {
    200: {
      description: 'The file.',
      headers: { ETag: 'Changes when the file does.' },
      content: { [mediaType]: { schema } },
    },
    304: { description: 'The caller has it: `If-None-Match` names its `ETag`.' },
  } as const satisfies Operation['answers'];
}

/** Mounts each file at its path. */
export function mountAssets(routes: Routes, assets: ReadonlyMap<string, Asset>): void {
  for (const [path, asset] of assets) {
    const sendFile = createFileSender(asset);
    routes.mount(path, {
      GET: {
        operation: {
          id: `file:${path}`,
          tag: 'Files',
          summary: path === embeddablePath ? 'The chat widget, for any page' : `The file ${path}`,
          answers: fileAnswers(asset.contentType),
        },
        handle: (_req, res) => {
          if (path === embeddablePath) {
            res.set('Cross-Origin-Resource-Policy', 'cross-origin');
            res.set('Access-Control-Allow-Origin', '*');
          }
          sendFile(res);
        },
      },
    });
  }
}
