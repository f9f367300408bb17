/**
 * A gateway of the widget API, held in memory: sessions, messages, events with resume, snapshot,
 * receipts, typing, leave, still-here, end, blocked customers. It serves the real widget and its demo page, and can be told to misbehave.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type BrowserAssets, buildBrowserAssets } from '../../src/main/browser-assets.js';
import { createFakeThread, type FakeThread } from './fake-gateway-thread.js';

/** An answer that the gateway gives instead of doing its work. */
export interface Fault {
  readonly status: number;
  readonly code?: string;
  readonly retryAfter?: string;
  /** The work is done all the same, and only the answer is lost. */
  readonly afterTheWork?: boolean;
}

/** A file that was uploaded. */
export interface FakeFile {
  readonly name: string;
  readonly mimeType: string;
  readonly bytes: Buffer;
}

/** The gateway and what a test can see and do behind its back. */
export interface FakeGateway {
  readonly url: string;
  readonly threads: () => readonly FakeThread[];
  /** The only thread that there is; throws when there is none or more than one. */
  readonly thread: () => FakeThread;
  /** The files that were uploaded, by the last part of their address. */
  readonly files: Map<string, FakeFile>;
  readonly sessionRequests: () => readonly Readonly<Record<string, unknown>>[];
  /** How often each message id was posted, over all threads. */
  readonly attempts: (messageId: string) => number;
  /** Lets the next requests to paths that end so get this answer, one fault each. */
  readonly failNext: (pathEnd: string, ...faults: Fault[]) => void;
  /** While down every API request gets 503, and all streams are cut. */
  readonly setDown: (isDown: boolean) => void;
  /** Makes every token given so far one that has run out. */
  readonly expireTokens: () => void;
  /** Lets no customer open a session until that moment; nobody is blocked without one. */
  readonly block: (until: string | undefined) => void;
  readonly close: () => Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly file?: FakeFile;
}

const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; connect-src 'self'";

/** Starts a fake gateway on a free port; the caller closes it. */
export async function startFakeGateway(): Promise<FakeGateway> {
  const assets: BrowserAssets = await buildBrowserAssets();
  const threads = new Map<string, FakeThread>();
  const tokens = new Map<string, { threadId: string; isExpired: boolean }>();
  const faults = new Map<string, Fault[]>();
  const attempts = new Map<string, number>();
  const files = new Map<string, FakeFile>();
  const url = () => `http://localhost:${(server.address() as AddressInfo).port}`;
  const sessionRequests: Record<string, unknown>[] = [];
  let isDown = false;
  let blockedUntil: string | undefined;
  let made = 0;

  function openSession(body: Record<string, unknown>): Reply {
    sessionRequests.push(body);
    if (Date.parse(blockedUntil ?? '') > Date.now()) {
      return problem(403, 'CUSTOMER_BLOCKED', { until: blockedUntil });
    }
    const { resume } = body;
    const earlier = typeof resume === 'string' ? tokens.get(resume) : undefined;
    if (resume !== undefined && earlier === undefined) {
      return problem(401, 'TOKEN_INVALID');
    }
    made += 1;
    const threadId = earlier?.threadId ?? `thread-${made}`;
    if (earlier === undefined) {
      threads.set(threadId, createFakeThread(threadId));
    }
    const token = `token-${made}`;
    tokens.set(token, { threadId, isExpired: false });
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
    return {
      status: 201,
      json: {
        token,
        expiresAt,
        channelId: 'watering-hole',
        threadId,
        customer: { id: `c-${made}` },
      },
    };
  }

  function postMessage(thread: FakeThread, body: Record<string, unknown>): Reply {
    const { id, text, postback, attachments, replyTo } = body;
    const isEmpty = typeof text !== 'string' || (text.trim() === '' && attachments === undefined);
    if (typeof id !== 'string' || typeof text !== 'string' || isEmpty) {
      return problem(400, 'BODY_INVALID');
    }
    attempts.set(id, (attempts.get(id) ?? 0) + 1);
    if (thread.isClosed() && !thread.hasInbound(id)) {
      return problem(409, 'THREAD_CLOSED', thread.closing());
    }
    thread.takeInbound({
      id,
      text,
      ...(typeof postback === 'string' ? { postback } : {}),
      ...(attachments === undefined ? {} : { attachments }),
      ...(typeof replyTo === 'string' ? { replyTo } : {}),
    });
    return { status: 202, json: { id, status: 'accepted' } };
  }

  function takeFile(bytes: unknown, request: IncomingMessage): Reply {
    if (!(bytes instanceof Buffer)) {
      return problem(400, 'BODY_INVALID');
    }
    const name = new URL(request.url ?? '', url()).searchParams.get('name') ?? 'file';
    const mimeType = request.headers['content-type'] ?? '';
    if (mimeType === '' || mimeType.startsWith('text/html')) {
      return problem(415, 'ATTACHMENT_TYPE_REFUSED');
    }
    const id = `file-${files.size + 1}`;
    files.set(id, { name, mimeType, bytes });
    const link = `${url()}/v1/attachments/${id}`;
    return { status: 201, json: { name, url: link, mimeType, size: bytes.length } };
  }

  function onThread(
    thread: FakeThread,
    action: string,
    body: Record<string, unknown>,
    request: IncomingMessage,
    response: ServerResponse,
  ): Reply | undefined {
    switch (`${request.method} ${action}`) {
      case 'GET ':
        return { status: 200, json: thread.snapshot() };
      case 'POST messages':
        return postMessage(thread, body);
      case 'POST attachments':
        return takeFile(body['bytes'], request);
      case 'GET events': {
        const after = Number(request.headers['last-event-id'] ?? 0);
        return thread.openStream(after, response) ? undefined : { status: 204 };
      }
      case 'POST still-here':
        if (thread.isClosed()) {
          return problem(409, 'THREAD_CLOSED', thread.closing());
        }
        thread.stillHere();
        return { status: 204 };
      case 'POST end':
        thread.endByCustomer();
        return { status: 202 };
      case 'POST receipts':
        thread.receipts.push(`${String(body['kind'])} ${String(body['upTo'])}`);
        return { status: 204 };
      case 'POST typing':
        thread.typings.push(body['typing'] === true);
        return { status: 204 };
      case 'POST leave':
        thread.leaves.push(String(request.headers['content-type']));
        return { status: 204 };
      default:
        return problem(404, 'NOT_FOUND');
    }
  }

  function route(
    path: string,
    body: Record<string, unknown>,
    request: IncomingMessage,
    response: ServerResponse,
  ): Reply | undefined {
    const [, version, kind, id = '', action = ''] = path.split('/');
    if (version === 'v1' && kind === 'channels' && action === 'sessions') {
      return id === 'watering-hole' ? openSession(body) : problem(404, 'CHANNEL_UNKNOWN');
    }
    if (version === 'v1' && kind === 'attachments') {
      const file = files.get(id);
      return file === undefined ? problem(410, 'ATTACHMENT_GONE') : { status: 200, file };
    }
    if (version !== 'v1' || kind !== 'threads') {
      return problem(404, 'NOT_FOUND');
    }
    const bearer = request.headers.authorization?.replace('Bearer ', '') ?? String(body['token']);
    const token = tokens.get(bearer);
    if (token === undefined || token.isExpired) {
      return problem(401, 'TOKEN_INVALID');
    }
    const thread = threads.get(id);
    return thread === undefined || token.threadId !== id
      ? problem(403, 'THREAD_FORBIDDEN')
      : onThread(thread, action, body, request, response);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const asset = request.method === 'GET' ? assets.get(path) : undefined;
    if (asset !== undefined) {
      response.writeHead(200, {
        'content-type': asset.contentType,
        'content-security-policy': pagePolicy,
        'cache-control': 'no-store',
      });
      response.end(asset.body);
      return;
    }
    const bytes = await readBytes(request);
    const isFile = request.method === 'POST' && path.endsWith('/attachments');
    const body = isFile ? { bytes } : parseBody(bytes);
    const fault = isDown
      ? { status: 503, code: 'UNAVAILABLE' }
      : [...faults].find(([end, waiting]) => path.endsWith(end) && waiting.length > 0)?.[1].shift();
    if (fault !== undefined && fault.afterTheWork === true) {
      route(path, body, request, response);
    }
    const reply =
      fault === undefined
        ? route(path, body, request, response)
        : problem(fault.status, fault.code ?? 'UNAVAILABLE', {}, fault.retryAfter);
    if (reply !== undefined) {
      response.writeHead(reply.status, {
        'cache-control': 'no-store',
        ...(reply.file === undefined ? {} : { 'content-type': reply.file.mimeType }),
        ...reply.headers,
      });
      response.end(
        reply.file?.bytes ?? (reply.json === undefined ? undefined : JSON.stringify(reply.json)),
      );
    }
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });

  return {
    // A localhost page is a secure context, as an https one is.
    url: url(),
    files,
    threads: () => [...threads.values()],
    thread: () => {
      const [only, ...others] = threads.values();
      if (only === undefined || others.length > 0) {
        throw new Error(`There are ${threads.size} threads, and not one`);
      }
      return only;
    },
    sessionRequests: () => sessionRequests,
    attempts: (messageId) => attempts.get(messageId) ?? 0,
    failNext: (pathEnd, ...waiting) => {
      faults.set(pathEnd, [...(faults.get(pathEnd) ?? []), ...waiting]);
    },
    block: (until) => {
      blockedUntil = until;
    },
    setDown: (down) => {
      isDown = down;
      for (const thread of down ? threads.values() : []) {
        thread.dropStreams();
      }
    },
    expireTokens: () => {
      for (const token of tokens.values()) {
        token.isExpired = true;
      }
      for (const thread of threads.values()) {
        thread.dropStreams();
      }
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

function problem(
  status: number,
  code: string,
  extra: Readonly<Record<string, unknown>> = {},
  retryAfter?: string,
): Reply {
  return {
    status,
    json: { type: 'about:blank', title: code, status, code, requestId: 'r-1', ...extra },
    headers: {
      'content-type': 'application/problem+json',
      ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
    },
  };
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks);
}

function parseBody(bytes: Buffer): Record<string, unknown> {
  const text = bytes.toString('utf8');
  const json: unknown = text === '' ? {} : JSON.parse(text);
  return typeof json === 'object' && json !== null ? { ...json } : {};
}
