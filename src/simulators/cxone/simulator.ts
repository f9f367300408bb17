/**
 * The stand-in for CXone: issuer, token endpoint, DFO and the agents, on one origin. It shares no
 * code with the adapter that it stands in for.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import express, { type ErrorRequestHandler, type Express, type Request } from 'express';
import { type AgentDesk, createAgentDesk } from './agent-desk.js';
import { createBoxClient } from './box-client.js';
import { createConsoleFeed } from './console-feed.js';
import type { SimulatorContext } from './context.js';
import { DfoError, notFound, sendDfoError } from './dfo-error.js';
import { createEventSender } from './event-sender.js';
import { createFaults, type Faults } from './faults.js';
import { createFileBox, type FileBox } from './file-box.js';
import { createLimits, type LimitSettings, type Limits } from './limits.js';
import type { SimulatorLogger } from './logger.js';
import { createRequestCounts, mountOperations } from './operations.js';
import { adminRoutes, guardAdmin } from './routes/admin.js';
import { channelOperations } from './routes/channels.js';
import { type ConsoleAssets, consoleData, consolePages } from './routes/console.js';
import { contactOperations } from './routes/contacts.js';
import { customerOperations } from './routes/customers.js';
import { fileOperations, readLargeBody } from './routes/files.js';
import { identityOperations, oneTimeTokenOperations, originOf } from './routes/identity.js';
import { messageOperations } from './routes/messages.js';
import { threadOperations } from './routes/threads.js';
import { type SimulatorState, stateOf } from './state-view.js';
import { openStore } from './store.js';
import { createTenant } from './tenant.js';
import { type CxoneCredentials, createTokens } from './tokens.js';
import { createTyping } from './typing.js';

/** Is what a simulator is made of. */
export interface SimulatorOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** The integration box that agents' messages go to, without a version. */
  readonly boxUrl: string;
  /** Where signed events go; without it, or without `eventsSecret`, none are sent. */
  readonly eventsUrl?: string | undefined;
  readonly eventsSecret?: string | undefined;
  /** The middleware's admin pages, as an integration's settings name them. */
  readonly actionUrl?: string | undefined;
  readonly tenantId: string;
  /** What the middleware must present to us. */
  readonly credentials: CxoneCredentials;
  /** What we present to the box. */
  readonly box: { readonly clientId: string; readonly clientSecret: string };
  /** Keeps the state over restarts; without it the state lives as long as the simulator. */
  readonly dataDir?: string | undefined;
  readonly logger: SimulatorLogger;
  readonly consoleAssets?: ConsoleAssets | undefined;
  /** 3600 unless given. */
  readonly tokenTtlSeconds?: number | undefined;
  /** How long an address of a file is good for; an hour unless given. */
  readonly fileLifetimeMs?: number | undefined;
  /** How long a stored message stays unknown to searches; 0 unless given. */
  readonly indexLagMs?: number | undefined;
  /** Off unless given. */
  readonly limits?: LimitSettings | undefined;
  /** The only channels that exist; without it every channel id is one. */
  readonly knownChannels?: readonly string[] | undefined;
  readonly adminAccess?: 'loopback' | 'any' | undefined;
  readonly now?: (() => number) | undefined;
}

/** Is a simulator that runs. */
export interface Simulator {
  /** Its origin, which is also the issuer; DFO's base is `${url}/dfo/3.0`. */
  readonly url: string;
  readonly port: number;
  state(): SimulatorState;
  readonly faults: Faults;
  readonly limits: Limits;
  readonly desk: AgentDesk;
  readonly files: FileBox;
  setBoxUrl(url: string): void;
  setEventsUrl(url: string): void;
  expireTokens(): void;
  /** Stops listening, lets what is under way end, and closes the journal. */
  close(): Promise<void>;
}

const bodyLimit = '16mb';
const closePatienceMs = 5_000;

/** Starts a simulator; rejects when the port is taken or the folder cannot be written. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const store = await openStore({ dataDir: options.dataDir, now: options.now });
  const requests = createRequestCounts();
  const faults = createFaults();
  const tenant = createTenant(store);
  const { tenantId } = options;
  const box = createBoxClient({
    url: options.boxUrl,
    credentials: options.box,
    faults,
    requests,
    now: store.now,
  });
  const { eventsUrl, eventsSecret } = options;
  const files = createFileBox({
    store,
    dataDir: options.dataDir,
    lifetimeMs: options.fileLifetimeMs ?? 3_600_000,
  });
  const context: SimulatorContext = {
    tenantId,
    credentials: options.credentials,
    indexLagMs: options.indexLagMs ?? 0,
    calledAt: undefined,
    knownChannels: options.knownChannels ? new Set(options.knownChannels) : null,
    store,
    tenant,
    tokens: createTokens(store, {
      tenantId,
      clientId: options.credentials.clientId,
      ttlSeconds: options.tokenTtlSeconds ?? 3600,
    }),
    limits: createLimits(store.now, options.limits ?? null),
    faults,
    requests,
    typing: createTyping(),
    files,
    desk: createAgentDesk({ tenantId, store, tenant, box, files }),
    events: createEventSender({ url: eventsUrl, secret: eventsSecret, tenantId, store }),
    logger: options.logger,
  };
  await store.durable();
  const feed = createConsoleFeed(context);
  const app = createApp(context, { box, feed, options });
  const server = createServer(app);
  server.keepAliveTimeout = 65_000;
  server.listen(options.port, options.host);
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : options.port;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;

  let closing: Promise<void> | undefined;
  async function close(): Promise<void> {
    feed.close();
    await closeServer(server);
    box.close();
    context.events.close();
    context.typing.close();
    await store.close();
  }
  return {
    url: `http://${host}:${port}`,
    port,
    state: () => stateOf(context),
    faults,
    limits: context.limits,
    desk: context.desk,
    files,
    setBoxUrl: (url) => box.setUrl(url),
    setEventsUrl: (url) => context.events.setUrl(url),
    expireTokens: () => context.tokens.expireAll(),
    close: () => (closing ??= close()),
  };
}

type AppParts = {
  box: ReturnType<typeof createBoxClient>;
  feed: ReturnType<typeof createConsoleFeed>;
  options: SimulatorOptions;
};

function createApp(context: SimulatorContext, { box, feed, options }: AppParts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.get('/livez', (_req, res) => void res.json({ status: 'ok' }));
  app.get('/readyz', async (_req, res) => {
    await context.store.durable();
    res.json({ status: 'ready' });
  });
  app.use('/dfo/3.0/attachments/temporary', readLargeBody);
  app.use(express.json({ limit: bodyLimit, strict: false }));
  app.use(express.urlencoded({ extended: false, limit: bodyLimit }));

  const deps = {
    faults: context.faults,
    tokens: context.tokens,
    requests: context.requests,
    now: context.store.now,
    onAuthorised: (req: Request) => {
      context.calledAt = originOf(req);
    },
  };
  const oneTimeTokens = new Map<string, { brandId: number; userId: number }>();
  app.use(mountOperations(identityOperations(context), deps));
  app.use(
    '/dfo/3.0',
    mountOperations(
      [
        ...messageOperations(context),
        ...channelOperations(context),
        ...threadOperations(context),
        ...contactOperations(context),
        ...customerOperations(context),
        ...fileOperations(context),
        ...oneTimeTokenOperations(context, oneTimeTokens),
      ],
      deps,
    ),
  );
  const guard = guardAdmin(options.adminAccess ?? 'loopback');
  app.use('/simulator/console', guard, consoleData(context, feed));
  app.use(
    '/simulator',
    guard,
    adminRoutes(context, { box, oneTimeTokens, actionUrl: options.actionUrl }),
  );
  app.use('/console', guard, consolePages(options.consoleAssets));
  app.get('/', (_req, res) => res.redirect(302, '/console/'));

  app.use((req) => {
    throw notFound(`${req.method} ${req.path}`);
  });
  const onError: ErrorRequestHandler = (error: unknown, req, res, next) => {
    if (res.headersSent || req.socket.destroyed) {
      next(error);
      return;
    }
    if (error instanceof DfoError) {
      sendDfoError(res, error);
      return;
    }
    const status = statusOf(error);
    if (status >= 500) {
      context.logger.error({ error: String(error), path: req.path }, 'request failed');
    }
    const message = status >= 500 ? 'Internal error.' : 'The request could not be read.';
    sendDfoError(res, new DfoError(status, [{ message }]));
  };
  app.use(onError);
  return app;
}

/** Reads the status that the body parsers give their errors. */
function statusOf(error: unknown): number {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500;
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const patience = new AbortController();
  const late = delay(closePatienceMs, true, { signal: patience.signal }).catch(() => false);
  if (await Promise.race([closed.then(() => false), late])) server.closeAllConnections();
  await closed;
  patience.abort();
}
