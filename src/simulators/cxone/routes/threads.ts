import { z } from 'zod';
import type { SimulatorContext } from '../context.js';
import { notFound, parseBody } from '../dfo-error.js';
import { type Operation, pathPart, queryValue } from '../operations.js';
import { threadView } from '../views.js';
import { throttle } from './messages.js';

const threadUpdateSchema = z.strictObject({ canAddMoreMessages: z.boolean().optional() });
const senderActionSchema = z.strictObject({ action: z.enum(['isTypingOn', 'isTypingOff']) });
const pageSize = 25;

const link = (page: number) => ({ href: `/dfo/3.0/threads?page=${page}` });

/** Lists reading and updating threads, and the customer's typing (cxone.md 2.4). */
export function threadOperations(context: SimulatorContext): Operation[] {
  const { store, tenant } = context;
  return [
    {
      name: 'listThreads',
      method: 'get',
      path: '/threads',
      auth: 'bearer',
      handle(req, res) {
        throttle(context, { read: true });
        const query = queryValue(req, 'query') ?? '';
        const page = Math.max(1, Number(queryValue(req, 'page') ?? 1) || 1);
        const found = [...store.all('threads')].filter(
          ({ id, idOnExternalPlatform }) =>
            query === '' || id.includes(query) || query.includes(idOnExternalPlatform),
        );
        const from = (page - 1) * pageSize;
        res.json({
          totalRecords: found.length,
          data: found.slice(from, from + pageSize).map(threadView),
          _links: {
            self: link(page),
            ...(from + pageSize < found.length ? { next: link(page + 1) } : {}),
            ...(page > 1 ? { previous: link(page - 1) } : {}),
          },
        });
      },
    },
    {
      name: 'updateThread',
      method: 'put',
      path: '/channels/:channelId/threads/:threadId',
      auth: 'bearer',
      async handle(req, res) {
        const body = parseBody(threadUpdateSchema, req.body);
        const thread = tenant.thread(pathPart(req, 'channelId'), pathPart(req, 'threadId'));
        if (!thread) throw notFound('The thread');
        if (body.canAddMoreMessages !== undefined) {
          const reopened = body.canAddMoreMessages && !thread.canAddMoreMessages;
          store.put('threads', {
            ...thread,
            canAddMoreMessages: body.canAddMoreMessages,
            ...(reopened ? { reopenedAt: new Date(store.now()).toISOString() } : {}),
          });
          await store.durable();
        }
        res.status(204).end();
      },
    },
    {
      name: 'senderAction',
      method: 'post',
      path: '/channels/:channelId/threads/:threadId/sender-actions',
      auth: 'bearer',
      handle(req, res) {
        const body = parseBody(senderActionSchema, req.body);
        const thread = tenant.thread(pathPart(req, 'channelId'), pathPart(req, 'threadId'));
        if (!thread) throw notFound('The thread');
        context.typing.set(thread.id, body.action === 'isTypingOn');
        res.status(204).end();
      },
    },
  ];
}
