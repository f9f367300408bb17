import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { Router } from 'express';
import { z } from 'zod';
import { replySchema } from '../agent-desk.js';
import { agents } from '../agents.js';
import type { BoxClient } from '../box-client.js';
import type { SimulatorContext } from '../context.js';
import { DfoError, notFound, parseBody } from '../dfo-error.js';
import { faultSchema } from '../faults.js';
import { publishedLimits } from '../limits.js';
import { contactStatuses } from '../model.js';
import { pathPart, queryValue } from '../operations.js';
import { stateOf } from '../state-view.js';
import { readFileBody } from './files.js';
import { originOf } from './identity.js';

/** Refuses callers from other machines and pages of other origins: the admin API has no login. */
export function guardAdmin(access: 'loopback' | 'any'): RequestHandler {
  return (req, res, next) => {
    const host = req.headers.host ?? '';
    const { origin } = req.headers;
    const isForeignPage =
      origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`;
    const isLoopback =
      /^(127\.|::1$|::ffff:127\.)/.test(req.socket.remoteAddress ?? '') &&
      /^(localhost|127\.[\d.]+|\[::1\])(:\d+)?$/.test(host);
    if (isForeignPage || (access === 'loopback' && !isLoopback)) {
      res
        .status(403)
        .json({ errors: [{ message: 'Only this machine may use the simulator’s own API.' }] });
      return;
    }
    res.setHeader('X-Content-Type-Options', 'nosniff');
    res.setHeader('Cache-Control', 'no-store');
    next();
  };
}

const typingSchema = z.strictObject({
  channelId: z.string().min(1),
  threadIdOnExternalPlatform: z.string().min(1),
  typing: z.boolean().optional(),
  isTyping: z.boolean().optional(),
});
const agentStatusSchema = z.strictObject({
  status: z.enum(contactStatuses),
  event: z.boolean().default(false),
});
const assigneeSchema = z.strictObject({
  agentId: z.number().refine((id) => agents.some((agent) => agent.id === id), 'no such agent'),
  event: z.boolean().default(false),
});
const limitsSchema = z
  .strictObject({
    inboundPerSecond: z.number().positive().optional(),
    readsPerSecond: z.number().positive().optional(),
    contactBurst: z.number().positive().optional(),
    contactPerMinute: z.number().positive().optional(),
  })
  .or(z.literal('published'));
const settingsSchema = z.strictObject({
  boxUrl: z.url().optional(),
  eventsUrl: z.url().optional(),
  indexLagMs: z.number().int().nonnegative().optional(),
});
const oneTimeTokenSchema = z.strictObject({
  brandId: z.number().default(1001),
  userId: z.number().default(11_002),
});

/** The admin pages that an integration's settings name (cxone.md 1.1). */
const actionPlaces = new Set(['action', 'reconnect', 'remove']);

const done = (res: Response) => res.status(204).end();

/** Mounts the admin API, through which tests and the console drive the simulator. */
export function adminRoutes(
  context: SimulatorContext,
  deps: {
    box: BoxClient;
    oneTimeTokens: Map<string, { brandId: number; userId: number }>;
    actionUrl: string | undefined;
  },
): Router {
  const { store, tenant, faults, limits, desk, events } = context;
  const router = Router();

  router.get('/state', (req, res) => {
    const thread = queryValue(req, 'thread');
    const channel = queryValue(req, 'channel');
    res.json(stateOf(context, { thread, channel }));
  });
  router.get('/requests', (_req, res) => void res.json(context.requests.recent));
  router.post('/reset', async (_req, res) => {
    faults.clear();
    limits.set(null);
    context.requests.reset();
    deps.box.forgetToken();
    await store.reset();
    done(res);
  });

  router.get('/faults', (_req, res) => void res.json(faults.list()));
  router.post('/faults', (req, res) => {
    res.status(201).json(faults.add(parseBody(faultSchema, req.body)));
  });
  router.delete('/faults', (_req, res) => {
    faults.clear();
    done(res);
  });
  router.delete('/faults/:id', (req, res) => {
    if (!faults.remove(pathPart(req, 'id'))) throw notFound('The fault');
    done(res);
  });

  router.put('/limits', (req, res) => {
    const body = parseBody(limitsSchema, req.body);
    limits.set(body === 'published' ? publishedLimits : body);
    done(res);
  });
  router.delete('/limits', (_req, res) => {
    limits.set(null);
    done(res);
  });
  router.put('/settings', (req, res) => {
    const settings = parseBody(settingsSchema, req.body);
    if (settings.boxUrl !== undefined) deps.box.setUrl(settings.boxUrl);
    if (settings.eventsUrl !== undefined) events.setUrl(settings.eventsUrl);
    if (settings.indexLagMs !== undefined) context.indexLagMs = settings.indexLagMs;
    done(res);
  });
  router.post('/expire-tokens', async (_req, res) => {
    context.tokens.expireAll();
    await store.durable();
    done(res);
  });
  router.post('/expire-files', async (_req, res) => {
    await context.files.expireAll();
    done(res);
  });
  router.post('/forget-box-token', (_req, res) => {
    deps.box.forgetToken();
    done(res);
  });
  const mintToken = (holder: z.infer<typeof oneTimeTokenSchema>) => {
    const token = randomUUID();
    deps.oneTimeTokens.set(token, holder);
    return { token, ...holder };
  };
  router.post('/one-time-tokens', (req, res) => {
    res.status(201).json(mintToken(parseBody(oneTimeTokenSchema, req.body ?? {})));
  });
  /** Opens an admin page of the middleware in the browser, as CXone does (cxone.md 1.8). */
  router.get('/integration/:place', (req, res) => {
    const place = pathPart(req, 'place');
    if (deps.actionUrl === undefined || !actionPlaces.has(place)) throw notFound('The action');
    const { token, brandId, userId } = mintToken(oneTimeTokenSchema.parse({}));
    const url = new URL(place, deps.actionUrl);
    url.search = new URLSearchParams({
      userId: String(userId),
      brandId: String(brandId),
      token,
      // As the middleware knows us: this browser may reach us by another name.
      apiHost: context.calledAt ?? originOf(req),
      backUrl: `${originOf(req)}/console/`,
    }).toString();
    res.redirect(302, url.href);
  });

  router.post('/agent/replies', async (req, res) => {
    res.json(await desk.reply(parseBody(replySchema, req.body)));
  });
  router.post('/agent/outbound', async (req, res) => {
    res.json(await desk.writeFirst(parseBody(replySchema, { form: 'v2', ...req.body })));
  });
  router.post('/agent/files', readFileBody, async (req, res) => {
    const content: unknown = req.body;
    if (!Buffer.isBuffer(content) || content.length === 0) {
      throw new DfoError(400, [{ message: 'expected the bytes of a file' }]);
    }
    const type = req.headers['content-type'] ?? 'application/octet-stream';
    const { id } = await context.files.store(content, type);
    const friendlyName = queryValue(req, 'name') ?? 'file';
    res.status(201).json({ friendlyName, url: context.files.sign(id, originOf(req)).url });
  });
  router.post('/agent/typing', async (req, res) => {
    const { typing, isTyping, ...where } = parseBody(typingSchema, req.body);
    res.json(await desk.typing({ ...where, isTyping: typing ?? isTyping ?? true }));
  });
  const contactOf = (req: Request) => {
    const contact = store.get('contacts', pathPart(req, 'number'));
    if (!contact) throw notFound('The contact');
    return contact;
  };
  router.post('/agent/contacts/:number/status', async (req, res) => {
    const body = parseBody(agentStatusSchema, req.body);
    const contact = tenant.setStatus(contactOf(req), body.status, 'agent');
    await store.durable();
    const event = body.event ? await events.caseStatusChanged(contact) : null;
    await store.durable();
    res.json({ number: contact.number, status: contact.status, event });
  });
  router.post('/agent/contacts/:number/assignee', async (req, res) => {
    const body = parseBody(assigneeSchema, req.body);
    const contact = tenant.assign(contactOf(req), body.agentId);
    await store.durable();
    const event = body.event ? await events.caseInboxAssigneeChanged(contact) : null;
    await store.durable();
    res.json({ number: contact.number, status: contact.status, agentId: body.agentId, event });
  });
  router.post('/agent/contacts/:number/read', async (req, res) => {
    const contact = contactOf(req);
    if (contact.unread > 0) store.put('contacts', { ...contact, unread: 0 });
    await store.durable();
    done(res);
  });
  return router;
}
