import type { Request } from 'express';
import { z } from 'zod';
import type { SimulatorContext } from '../context.js';
import { notFound, parseBody } from '../dfo-error.js';
import { contactStatuses, type StoredContact } from '../model.js';
import { type Operation, pathPart } from '../operations.js';
import { contactView, messageView } from '../views.js';
import { listContacts } from './contact-list.js';
import { throttle } from './messages.js';

const statusSchema = z.strictObject({
  status: z.enum(contactStatuses),
  updatedByUserId: z.number().optional(),
});
const abandonSchema = z.strictObject({ type: z.enum(['abandon', 'expired', 'shortAbandon']) });

/** Lists reading contacts and ending them (cxone.md 2.6). */
export function contactOperations(context: SimulatorContext): Operation[] {
  const { store, tenant } = context;
  function contactOf(req: Request): StoredContact {
    const contact = store.get('contacts', pathPart(req, 'number'));
    if (!contact) throw notFound('The contact');
    return contact;
  }
  return [
    {
      name: 'listContacts',
      method: 'get',
      path: '/contacts',
      auth: 'bearer',
      handle: (req, res, faults) => listContacts(context, req, res, faults),
    },
    {
      name: 'getContact',
      method: 'get',
      path: '/contacts/:number',
      auth: 'bearer',
      handle(req, res) {
        throttle(context, { read: true });
        res.json(contactView(store, contactOf(req)));
      },
    },
    {
      name: 'listContactMessages',
      method: 'get',
      path: '/contacts/:number/messages',
      auth: 'bearer',
      handle(req, res) {
        throttle(context, { read: true });
        const messages = store
          .messagesOf(contactOf(req).number)
          .filter(({ sending }) => sending === 'sent');
        res.json({
          hits: messages.length,
          data: messages.map((message) => messageView(message, context.files)),
        });
      },
    },
    {
      name: 'updateContactStatus',
      method: 'put',
      path: '/contacts/:number/status',
      auth: 'bearer',
      async handle(req, res) {
        const body = parseBody(statusSchema, req.body);
        const contact = contactOf(req);
        throttle(context, { contactNumber: contact.number });
        tenant.setStatus(contact, body.status, 'api');
        await store.durable();
        res.status(204).end();
      },
    },
    {
      name: 'abandonContact',
      method: 'post',
      path: '/contacts/:number/abandon',
      auth: 'bearer',
      async handle(req, res) {
        const { type } = parseBody(abandonSchema, req.body);
        const contact = contactOf(req);
        throttle(context, { contactNumber: contact.number });
        const closed = tenant.setStatus(contact, 'closed', 'api');
        store.put('contacts', {
          ...closed,
          abandon: { type, abandonedAt: closed.statusUpdatedAt },
        });
        await store.durable();
        res.status(204).end();
      },
    },
  ];
}
