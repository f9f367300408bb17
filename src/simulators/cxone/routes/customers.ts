import { z } from 'zod';
import type { SimulatorContext } from '../context.js';
import { parseBody } from '../dfo-error.js';
import type { Operation } from '../operations.js';

const definitionSchema = z.looseObject({
  ident: z.string().min(1),
  label: z.string().min(1),
  type: z.enum(['text', 'email', 'list']),
  isRequired: z.boolean().optional(),
  isEditable: z.boolean().optional(),
  values: z.record(z.string(), z.string()).optional(),
});

/** A list's values are written as an object and read as an array (cxone.md 2.8). */
function namedValues(values: unknown): { name: string; value: unknown }[] {
  return Object.entries(values ?? {}).map(([name, value]) => ({ name, value }));
}

/** Lists custom fields (cxone.md 2.8). */
export function customerOperations(context: SimulatorContext): Operation[] {
  const { store } = context;
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
  ];
}
