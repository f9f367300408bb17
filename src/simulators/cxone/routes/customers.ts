import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { SimulatorContext } from '../context.js';
import { DfoError, notFound, parseBody } from '../dfo-error.js';
import { type Operation, pathPart } from '../operations.js';
import { originOf } from './identity.js';

const definitionSchema = z.looseObject({
  ident: z.string().min(1),
  label: z.string().min(1),
  type: z.enum(['text', 'email', 'list']),
  isRequired: z.boolean().optional(),
  isEditable: z.boolean().optional(),
  values: z.record(z.string(), z.string()).optional(),
});
const attachmentSchema = z.strictObject({
  content: z.string().min(1),
  mimeType: z.string().min(1),
});
const attachmentLifetimeMs = 3_600_000;

/** A list's values are written as an object and read as an array (cxone.md 2.8). */
function namedValues(values: unknown): { name: string; value: unknown }[] {
  return Object.entries(values ?? {}).map(([name, value]) => ({ name, value }));
}

/** Lists custom fields and temporary files (cxone.md 2.8). */
export function customerOperations(context: SimulatorContext): Operation[] {
  const { store } = context;
  const files = new Map<string, { content: Buffer; mimeType: string }>();
  return [
    {
      name: 'defineCustomField',
      method: 'put',
      path: '/customers/custom-field-definitions',
      auth: 'bearer',
      async handle(req, res) {
        const { ident, label, type, ...settings } = parseBody(definitionSchema, req.body);
        store.put('fields', { ident, label, type, settings });
        await store.durable();
        res.status(204).end();
      },
    },
    {
      name: 'listCustomFields',
      method: 'get',
      path: '/customers/custom-field-definitions',
      auth: 'bearer',
      handle(_req, res) {
        res.json(
          [...store.all('fields')].map(({ settings, ...field }) => ({
            ...settings,
            ...field,
            ...(settings['values'] === undefined
              ? {}
              : { values: namedValues(settings['values']) }),
          })),
        );
      },
    },
    {
      name: 'uploadAttachment',
      method: 'post',
      path: '/attachments/temporary',
      auth: 'bearer',
      handle(req, res) {
        const { content, mimeType } = parseBody(attachmentSchema, req.body);
        const bytes = Buffer.from(content, 'base64');
        if (bytes.length === 0) {
          throw new DfoError(400, [{ field: 'content', message: 'expected base64' }]);
        }
        const id = randomUUID();
        files.set(id, { content: bytes, mimeType });
        res.status(201).json({
          id,
          uId: id,
          url: `${originOf(req)}/dfo/3.0/attachments/temporary/${id}`,
          expireAt: new Date(store.now() + attachmentLifetimeMs).toISOString(),
        });
      },
    },
    {
      name: 'downloadAttachment',
      method: 'get',
      path: '/attachments/temporary/:id',
      auth: 'none',
      handle(req, res) {
        const file = files.get(pathPart(req, 'id'));
        if (!file) throw notFound('The file');
        // Never shown in place: the bytes are a customer's, the origin is the console's.
        res.setHeader('Content-Disposition', 'attachment');
        res.setHeader('X-Content-Type-Options', 'nosniff');
        res.type(file.mimeType).send(file.content);
      },
    },
  ];
}
