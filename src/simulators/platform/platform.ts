/**
 * @module An example of a platform: a chat service of its own, joined to Isthmus by signed requests
 * both ways. It shows what a platform has to do, and can be told to fail.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import express, { type Request, type Response } from 'express';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { type Chats, createChats } from './chats.js';
import type { PlatformConfig } from './config.js';
import { readDelivery } from './deliveries.js';
import { createGatewayClient } from './gateway-client.js';
import { type Answering, type PageAssets, pageRoutes } from './page-routes.js';
import { answerRecipients, type Reach } from './recipients.js';

/** Longer than anybody waits for an answer. */
const defaultSlowMs = 12_000;

/** A platform that runs. */
export interface Platform {
  readonly url: string;
  readonly chats: Chats;
  close(): Promise<void>;
}

/** Makes the signer of a secret: base64 after `whsec_`, else its UTF-8 bytes. */
function toWebhook(secret: string): Webhook {
  if (secret.startsWith('whsec_')) return new Webhook(secret);
  return new Webhook(Buffer.from(secret, 'utf8'), { format: 'raw' });
}

/** Starts the platform; `slowMs` is how late it answers where it is told to be slow. */
export async function startPlatform(
  options: PlatformConfig & {
    readonly page?: PageAssets;
    readonly slowMs?: number;
    readonly onRefused?: (reason: string) => void;
  },
): Promise<Platform> {
  const webhook = toWebhook(options.secret);
  const chats = createChats();
  const gateway = createGatewayClient({
    url: `${options.gatewayUrl}/v1/channels/${options.channelId}/events`,
    webhook,
  });
  /** The ids of all that was taken: what comes again is answered again, and changes nothing. */
  const taken = new Set<string>();
  let answering: Answering = 'take';
  let reach: Reach = 'everybody';

  const app = express();
  app.disable('x-powered-by');
  app.get('/livez', (_req, res) => void res.json({ ok: true }));

  // The bytes as they came: a signature is of them, not of what they mean.
  const rawBody = express.raw({ type: () => true, limit: '2mb' });

  /** Gives what Isthmus has signed; anything else is refused here. */
  function admit(req: Request, res: Response): { id: string; body: string } | undefined {
    const body = String(req.body);
    const id = verify(webhook, req, body);
    if (id !== undefined) return { id, body };
    options.onRefused?.('signature');
    res.status(401).end();
    return undefined;
  }

  app.post('/recipients', rawBody, (req, res) => {
    const signed = admit(req, res);
    if (signed === undefined) return;
    const { status, body } = answerRecipients(signed.body, reach, chats);
    res.status(status).json(body);
  });

  app.post('/agent-messages', rawBody, async (req, res) => {
    const signed = admit(req, res);
    if (signed === undefined) return;
    const { id, body } = signed;
    if (answering === 'fail' || answering === 'gone') {
      res.status(answering === 'fail' ? 500 : 410).end();
      return;
    }
    const delivery = taken.has(id) ? undefined : readDelivery(body);
    taken.add(id);
    if (delivery) {
      chats.take(delivery);
      if (delivery.type === 'message' && delivery.from === 'agent') {
        const receipt = { id: delivery.id, kind: 'delivered' };
        gateway
          .tell({ type: 'receipt', threadId: delivery.threadId, receipt })
          .catch(() => undefined);
      }
    }
    if (answering === 'slow') await pause(options.slowMs ?? defaultSlowMs);
    res.status(204).end();
  });

  app.use(
    pageRoutes({
      chats,
      gateway,
      assets: options.page,
      answering: {
        get: () => answering,
        set: (next) => {
          answering = next;
        },
      },
      reach: {
        get: () => reach,
        set: (next) => {
          reach = next;
        },
      },
    }),
  );

  const server = createServer(app);
  server.listen(options.port, options.host);
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return {
    url: `http://${options.host}:${port}`,
    chats,
    async close() {
      gateway.close();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Gives the id of a request that Isthmus has signed; undefined for any other. */
function verify(webhook: Webhook, req: Request, body: string): string | undefined {
  const header = (name: string) => req.get(name) ?? '';
  const headers = {
    'webhook-id': header('webhook-id'),
    'webhook-timestamp': header('webhook-timestamp'),
    'webhook-signature': header('webhook-signature'),
  };
  try {
    webhook.verify(body, headers, { jsonParse: false });
    return headers['webhook-id'];
  } catch (error) {
    if (error instanceof WebhookVerificationError) return undefined;
    throw error;
  }
}
