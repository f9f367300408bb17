/** @module What the platform's own page asks of it: the chats as they change, and what to do. */
import express, { type RequestHandler, Router } from 'express';
import { z } from 'zod';
import type { Chat, Chats } from './chats.js';
import type { GatewayClient } from './gateway-client.js';
import { type Reach, reaches } from './recipients.js';

/** How the platform answers Isthmus: it takes what it is sent, or fails in one of three ways. */
const answerings = ['take', 'fail', 'gone', 'slow'] as const;
export type Answering = (typeof answerings)[number];

/** Something that the page can change. */
interface Setting<Value> {
  get(): Value;
  set(next: Value): void;
}

/** The finished page, as text. */
export interface PageAssets {
  readonly html: string;
  readonly css: string;
  readonly js: string;
}

const beginSchema = z.object({ name: z.string().trim().min(1).max(100) });
const writeSchema = z.object({
  text: z.string().trim().min(1).max(10_000),
  replyTo: z.string().optional(),
});
const typingSchema = z.object({ typing: z.boolean() });
const seenSchema = z.object({ upTo: z.int().min(0) });
const answeringSchema = z.object({ answering: z.enum(answerings) });
const reachSchema = z.object({ reach: z.enum(reaches) });

const securityHeaders: RequestHandler = (_req, res, next) => {
  res.setHeader(
    'Content-Security-Policy',
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.setHeader('Referrer-Policy', 'no-referrer');
  res.setHeader('Cache-Control', 'no-cache');
  next();
};

/** Another site's page cannot send JSON here without being asked first, and nobody answers that. */
const jsonOnly: RequestHandler = (req, res, next) => {
  if (req.method !== 'POST' || req.is('application/json')) next();
  else res.status(415).end();
};

/** Serves the page and what it needs. */
export function pageRoutes(deps: {
  readonly chats: Chats;
  readonly gateway: GatewayClient;
  readonly assets: PageAssets | undefined;
  readonly answering: Setting<Answering>;
  readonly reach: Setting<Reach>;
}): Router {
  const { chats, gateway, assets, answering, reach } = deps;
  const router = Router();
  router.use(securityHeaders);
  if (assets) {
    router.get('/', (_req, res) => void res.type('html').send(assets.html));
    router.get('/page.css', (_req, res) => void res.type('css').send(assets.css));
    router.get('/page.js', (_req, res) => void res.type('js').send(assets.js));
  }
  router.use(jsonOnly, express.json({ limit: '64kb' }));

  router.get('/api/feed', (req, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    const send = () => {
      const view = { chats: chats.all, answering: answering.get(), reach: reach.get() };
      res.write(`data: ${JSON.stringify(view)}\n\n`);
    };
    send();
    req.once('close', chats.onChange(send));
  });

  router.post('/api/answering', (req, res) => {
    const asked = answeringSchema.safeParse(req.body);
    if (!asked.success) return void res.status(400).end();
    answering.set(asked.data.answering);
    chats.changed();
    res.status(204).end();
  });

  router.post('/api/reach', (req, res) => {
    const asked = reachSchema.safeParse(req.body);
    if (!asked.success) return void res.status(400).end();
    reach.set(asked.data.reach);
    chats.changed();
    res.status(204).end();
  });

  router.post('/api/chats', (req, res) => {
    const asked = beginSchema.safeParse(req.body);
    if (!asked.success) return void res.status(400).end();
    const { threadId } = chats.begin(asked.data.name);
    res.status(201).json({ threadId });
  });

  /** A path of one chat, with a body that is checked. */
  function onChat<Body>(
    name: string,
    schema: z.ZodType<Body>,
    act: (chat: Chat, body: Body) => void,
  ): void {
    router.post(`/api/chats/:threadId/${name}`, (req, res) => {
      const chat = chats.find(req.params['threadId'] ?? '');
      const asked = schema.safeParse(req.body);
      if (!chat) return void res.status(404).end();
      if (!asked.success) return void res.status(400).end();
      act(chat, asked.data);
      res.status(202).end();
    });
  }

  /** Tells Isthmus, sooner or later; what is lost when this process ends is lost. */
  function tell(chat: Chat, event: { readonly type: string } & Record<string, unknown>): void {
    gateway.tell({ threadId: chat.threadId, ...event }).catch(() => undefined);
  }

  onChat('messages', writeSchema, (chat, { text, replyTo }) => {
    const answered = chat.bubbles.find(({ id: known }) => known === replyTo);
    const id = chats.write(chat, text, answered);
    const { threadId, customer } = chat;
    const message = { id, text, replyTo: answered?.id, at: new Date().toISOString() };
    gateway
      .tell({ type: 'message', threadId, customer, message })
      .then((told) => {
        const bubble = chat.bubbles.find((one) => one.id === id);
        // Its verdict may have come before the answer.
        if (bubble?.status === 'sending') bubble.status = told.isTaken ? 'accepted' : told.code;
        chats.changed();
      })
      .catch(() => undefined);
  });
  onChat('typing', typingSchema, (chat, { typing }) => tell(chat, { type: 'typing', typing }));
  onChat('seen', seenSchema, (chat, { upTo }) => {
    tell(chat, { type: 'receipt', receipt: { upTo, kind: 'seen' } });
  });
  for (const type of ['left', 'returned', 'end'] as const) {
    onChat(type, z.object({}), (chat) => {
      if (type !== 'end') chat.isAway = type === 'left';
      tell(chat, { type });
      chats.changed();
    });
  }
  return router;
}
