/** @module The API document at its path. */
import { z } from 'zod';
import { createFileSender, fileAnswers } from '../assets.js';
import type { Routes } from '../routes.js';
import { createApiDocument } from './document.js';
import type { Operation } from './operation.js';
import type { ApiWebhooks } from './webhook.js';

const readApiDocument: Operation = {
  id: 'readApiDocument',
  tag: 'Files',
  summary: 'This document',
  description: 'OpenAPI 3.1. The page to read it is at `/docs`.',
  answers: fileAnswers('application/json', z.looseObject({ openapi: z.string() })),
};

/** Mounts the document of all routes, whenever they are mounted; it is written when first asked for. */
export function mountApiDocument(routes: Routes, publicUrl: string, webhooks: ApiWebhooks): void {
  let send: ReturnType<typeof createFileSender> | undefined;
  routes.mount('/openapi.json', {
    GET: {
      operation: readApiDocument,
      handle: (_req, res) => {
        send ??= createFileSender({
          body: Buffer.from(
            JSON.stringify(createApiDocument(routes.operations, publicUrl, webhooks)),
          ),
          contentType: 'application/json',
        });
        send(res);
      },
    },
  });
}
