/** A gateway on a real socket, with threads in memory. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { SignJWT } from 'jose';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { expect, onTestFinished } from 'vitest';
import { createWebhookPlatforms } from '../../../src/channels/webhook/webhook-platforms.js';
import type { ChannelDefinition, CustomField, Identity } from '../../../src/domain/channel.js';
import {
  type ChannelId,
  parseChannelId,
  parseThreadId,
  type ThreadRef,
  toGatewayQueue,
} from '../../../src/domain/ids.js';
import { defaultPolicy, type ThreadPolicy } from '../../../src/domain/policy.js';
import { createGateway } from '../../../src/gateway/gateway.js';
import type { Asset, Gateway, GatewayDeps } from '../../../src/gateway/gateway-deps.js';
import { createFakeChannelAdmin, type FakeChannelAdmin } from '../../support/fake-channel-admin.js';
import { createFakeContactCentre } from '../../support/fake-contact-centre.js';
import { createFakeThreads, type FakeThreads } from '../../support/fake-threads.js';
import { type Exchange, findUndescribed } from './api-check.js';

export const listedOrigin = 'https://watering-hole.example';
export const otherOrigin = 'https://jungle.example';
export const sessionTokenKey = 'a session token key of 32 characters';
export const boxTokenKey = 'a token key of the box, 32 characters';
export const identitySecret = 'the secret of the customer site, shared';
export const boxClient = { client_id: 'box-client', client_secret: 'box secret' };

export const anonymousChannel = channelId('watering-hole');
export const identifiedChannel = channelId('den');
export const webhookChannel = channelId('bush-telegraph');

export function channelId(raw: string): ChannelId {
  const id = parseChannelId(raw);
  if (!id) throw new TypeError(raw);
  return id;
}

export function refOf(threadId: string, channel = anonymousChannel): ThreadRef {
  const id = parseThreadId(threadId);
  if (!id) throw new TypeError(threadId);
  return { channelId: channel, threadId: id };
}

export function widgetChannel(
  id: ChannelId,
  options: {
    readonly origins?: readonly string[];
    readonly identity?: Identity;
    readonly limits?: Partial<ChannelDefinition['limits']>;
    readonly customFields?: readonly CustomField[];
    readonly policy?: Partial<ThreadPolicy>;
  } = {},
): ChannelDefinition {
  return {
    id,
    name: id,
    adapter: {
      kind: 'widget',
      allowedOrigins: options.origins ?? [listedOrigin],
      identity: options.identity ?? { kind: 'anonymous' },
    },
    policy: { ...defaultPolicy, ...options.policy },
    limits: { sessionsPerMinute: 300, messagesPerMinute: 1_200, ...options.limits },
    customFields: options.customFields ?? [
      { ident: 'species', label: 'Species', type: 'text' },
      { ident: 'diet', label: 'Diet', type: 'list', values: ['plants', 'meat'] },
    ],
  };
}

export const defaultChannels: readonly ChannelDefinition[] = [
  widgetChannel(anonymousChannel),
  widgetChannel(identifiedChannel, {
    origins: [otherOrigin],
    identity: { kind: 'jwt', key: { kind: 'secret', secret: identitySecret } },
  }),
  {
    ...widgetChannel(webhookChannel),
    adapter: { kind: 'webhook', url: 'https://example.org/', secret: 'secret' },
  },
];

export interface TestGateway {
  readonly url: string;
  readonly gateway: Gateway;
  readonly threads: FakeThreads;
  /** The channels that the gateway looks at; a test may change them. */
  readonly channels: Map<ChannelId, ChannelDefinition>;
  readonly channelAdmin: FakeChannelAdmin;
  readonly metrics: Registry;
  /** What the contact centre was told of customers' typing. */
  readonly customerTyping: { readonly threadId: string; readonly isTyping: boolean }[];
  /** The lines that the gateway has logged. */
  readonly logLines: string[];
  readonly server: Server;
}

export interface TestGatewayOptions {
  readonly channels?: readonly ChannelDefinition[];
  readonly threads?: FakeThreads;
  readonly name?: string;
  readonly clock?: () => number;
  readonly assets?: ReadonlyMap<string, Asset>;
  readonly readiness?: GatewayDeps['readiness'];
  readonly setTyping?: GatewayDeps['contactCentre']['setTyping'];
  /** What the contact centre says of any thread; by default it knows none. */
  readonly readThread?: GatewayDeps['contactCentre']['readThread'];
  /** Where files are; by default in memory. */
  readonly files?: Pick<GatewayDeps['contactCentre'], 'storeAttachment' | 'openAttachment'>;
  readonly publicUrl?: string;
  readonly eventsSecret?: string;
  readonly integrationId?: string;
  readonly adminApiHosts?: readonly string[];
}

/** By their origin, so that whoever asks one can be held to its description. */
const running = new Map<string, Gateway>();

/** Fails the test when a gateway answers what its API document does not say. */
export function expectDescribed(exchange: Exchange): void {
  const operations = running.get(new URL(exchange.url).origin)?.operations ?? [];
  const undescribed = findUndescribed(operations, exchange);
  expect(undescribed, `${exchange.method} ${exchange.url} is answered as described`).toBe(
    undefined,
  );
}

/** Starts a gateway on a free port; it ends with its test. */
export async function startGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const threads = options.threads ?? createFakeThreads();
  const channels = new Map(
    (options.channels ?? defaultChannels).map((channel) => [channel.id, channel]),
  );
  const channelAdmin = createFakeChannelAdmin();
  const platforms = createWebhookPlatforms({ channels, clock: options.clock ?? Date.now });
  const metrics = new Registry();
  const logLines: string[] = [];
  const customerTyping: { threadId: string; isTyping: boolean }[] = [];
  const files = options.files ?? createFakeContactCentre();
  const gatewayQueue = toGatewayQueue(options.name ?? 'first');
  const gateway = createGateway({
    threads,
    contactCentre: {
      setTyping:
        options.setTyping ??
        (async (ref, isTyping) => void customerTyping.push({ threadId: ref.threadId, isTyping })),
      readThread: options.readThread ?? (async () => undefined),
      storeAttachment: files.storeAttachment,
      openAttachment: files.openAttachment,
    },
    channelAdmin,
    platforms,
    channels,
    clock: options.clock ?? Date.now,
    logger: pino({ level: 'trace' }, { write: (line: string) => void logLines.push(line) }),
    gatewayQueue,
    settings: {
      publicUrl: options.publicUrl ?? 'http://localhost:8080',
      sessionTokenKey,
      sessionTokenTtlMs: 60_000,
      boxClientId: boxClient.client_id,
      boxClientSecret: boxClient.client_secret,
      boxTokenKey,
      boxTokenTtlMs: 3_600_000,
      ...(options.eventsSecret === undefined ? {} : { eventsSecret: options.eventsSecret }),
      ...(options.integrationId === undefined ? {} : { integrationId: options.integrationId }),
      adminApiHosts: options.adminApiHosts ?? [],
    },
    assets: options.assets ?? new Map(),
    readiness: options.readiness ?? (async () => ({ ok: true })),
    metrics,
  });
  threads.attach(gatewayQueue, gateway.pages);
  const server = createServer(gateway.app);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.close();
    server.closeAllConnections();
    await gateway.close();
    await platforms.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('no port');
  const url = `http://127.0.0.1:${address.port}`;
  running.set(url, gateway);
  return {
    url,
    gateway,
    threads,
    channelAdmin,
    channels,
    metrics,
    customerTyping,
    logLines,
    server,
  };
}

/** Signs what the customer's own site says of its customer. */
export function identityToken(
  claims: Record<string, unknown>,
  secret = identitySecret,
  alg = 'HS256',
): Promise<string> {
  const expiresAt = Math.floor(Date.now() / 1_000) + 60;
  return new SignJWT({ exp: expiresAt, ...claims })
    .setProtectedHeader({ alg })
    .sign(new TextEncoder().encode(secret));
}

/** What a session is answered with. */
export interface OpenedSession {
  readonly token: string;
  readonly expiresAt: string;
  readonly channelId: string;
  readonly threadId: string;
  readonly customer: { readonly id: string; readonly name?: string };
}

/** An answer with its body, read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; empty when it is none. */
  readonly json: Record<string, unknown>;
}

/** Sends a request and reads its answer; an object as the body goes as JSON. */
export async function send(
  url: string,
  options: {
    readonly method?: string;
    readonly token?: string | undefined;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
  } = {},
): Promise<Answer> {
  const { token, body } = options;
  const isText = typeof body === 'string' || body instanceof Uint8Array;
  const method = options.method ?? (body === undefined ? 'GET' : 'POST');
  const response = await fetch(url, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined || isText ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const contentType = response.headers.get('content-type') ?? '';
  expectDescribed({ method, url, status: response.status, contentType, text });
  let json: Record<string, unknown> = {};
  try {
    json = JSON.parse(text) as Record<string, unknown>;
  } catch {
    // Not every answer is JSON.
  }
  return { status: response.status, headers: response.headers, text, json };
}

/** Opens a session and gives what it was answered. */
export async function openSession(
  url: string,
  body: unknown = {},
  channel: string = anonymousChannel,
): Promise<OpenedSession> {
  const answer = await send(`${url}/v1/channels/${channel}/sessions`, { body });
  if (answer.status !== 201) throw new TypeError(answer.text);
  return JSON.parse(answer.text) as OpenedSession;
}

/** Posts a message of a session. */
export function postMessage(
  url: string,
  { threadId, token }: Pick<OpenedSession, 'threadId' | 'token'>,
  body: unknown,
): Promise<Answer> {
  return send(`${url}/v1/threads/${threadId}/messages`, { token, body });
}

/** Gets a token of the box. */
export async function openBox(url: string): Promise<string> {
  const answer = await send(`${url}/integration/box/1.0/token`, {
    body: { grant_type: 'client_credentials', ...boxClient },
  });
  const token = answer.json['access_token'];
  if (typeof token !== 'string') throw new TypeError(answer.text);
  return token;
}
