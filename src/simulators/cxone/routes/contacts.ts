import type { Request, Response } from 'express';
import { z } from 'zod';
import type { SimulatorContext } from '../context.js';
import { DfoError, notFound, parseBody } from '../dfo-error.js';
import { contactStatuses, type StoredContact } from '../model.js';
import { type Operation, pathPart, queryList, queryValue } from '../operations.js';
import { contactView, messageView } from '../views.js';
import { throttle } from './messages.js';

const statusSchema = z.strictObject({
  status: z.enum(contactStatuses),
  updatedByUserId: z.number().optional(),
});
const abandonSchema = z.strictObject({ type: z.enum(['abandon', 'expired', 'shortAbandon']) });
const pageSize = 25;

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
      handle: (req, res) => listContacts(context, req, res),
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
        res.json({ hits: messages.length, data: messages.map(messageView) });
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

function listContacts(context: SimulatorContext, req: Request, res: Response): void {
  throttle(context, { read: true });
  const { store } = context;
  const channels = queryList(req, 'channel');
  const statuses = queryList(req, 'status');
  const customers = queryList(req, 'endUserIdOnExternalPlatform');
  const unknown = statuses.filter((status) => !contactStatuses.some((known) => known === status));
  if (unknown.length > 0) {
    throw new DfoError(400, [
      { field: 'status', message: `Unknown status ${unknown.join(', ')}.` },
    ]);
  }
  const below = readScrollToken(queryValue(req, 'scrollToken'));
  const found = [...store.all('contacts')].filter(
    (contact) =>
      (channels.length === 0 || channels.includes(contact.channelId)) &&
      (statuses.length === 0 || statuses.includes(contact.status)) &&
      (customers.length === 0 ||
        customers.includes(contact.customerId.slice(contact.channelId.length + 1))),
  );
  const page = found
    .filter(({ number }) => Number(number) < below)
    .toSorted((left, right) => Number(right.number) - Number(left.number))
    .slice(0, pageSize);
  const last = page.at(-1);
  res.json({
    hits: found.length,
    data: page.map((contact) => contactView(store, contact)),
    ...(last
      ? { scrollToken: Buffer.from(`before:${last.number}`).toString('base64url') }
      : { scrollToken: null }),
  });
}

function readScrollToken(token: string | undefined): number {
  if (token === undefined || token === '') return Number.POSITIVE_INFINITY;
  const number = /^before:(\d+)$/.exec(Buffer.from(token, 'base64url').toString('utf8'))?.[1];
  if (number === undefined) {
    throw new DfoError(400, [{ field: 'scrollToken', message: 'The scroll token is not valid.' }]);
  }
  return Number(number);
}
