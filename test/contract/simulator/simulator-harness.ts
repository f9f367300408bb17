import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { z } from 'zod';
import {
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '../../../src/simulators/cxone/simulator.js';

export const silentLogger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export const credentials = {
  clientId: 'client',
  clientSecret: 'client/secret+1',
  accessKeyId: 'key==',
  accessKeySecret: 'key-secret==',
};

export const boxCredentials = { clientId: 'cxone', clientSecret: 'box-secret' };

/** Starts a simulator on a free port, with a box that nobody listens at unless given. */
export function startTestSimulator(overrides: Partial<SimulatorOptions> = {}): Promise<Simulator> {
  return startSimulator({
    host: '127.0.0.1',
    port: 0,
    boxUrl: 'http://127.0.0.1:9/box',
    tenantId: 'tenant-1',
    credentials,
    box: boxCredentials,
    logger: silentLogger,
    ...overrides,
  });
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // The tests look at answers of every shape.
  readonly body: Record<string, never>;
}

export interface Dfo {
  call(method: string, path: string, body?: unknown): Promise<Answer>;
  post(channelId: string, message: unknown): Promise<Answer>;
}

/** Sends one request and reads its JSON. */
export async function request(
  url: string,
  init: { method?: string; headers?: Record<string, string>; body?: unknown } = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method: init.method ?? 'GET',
    headers: { 'Content-Type': 'application/json', ...init.headers },
    ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
    redirect: 'manual',
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : {},
  };
}

/** Asks for a token with the password grant. */
export function askForToken(
  simulator: Pick<Simulator, 'url'>,
  fields: Record<string, string> = {},
  authorization?: string,
): Promise<Response> {
  const basic = Buffer.from(
    `${encodeURIComponent(credentials.clientId)}:${encodeURIComponent(credentials.clientSecret)}`,
  ).toString('base64');
  return fetch(`${simulator.url}/auth/token`, {
    method: 'POST',
    headers: { Authorization: authorization ?? `Basic ${basic}` },
    body: new URLSearchParams({
      grant_type: 'password',
      username: credentials.accessKeyId,
      password: credentials.accessKeySecret,
      ...fields,
    }),
  });
}

const tokenSchema = z.object({ access_token: z.string() });

/** Fetches a token and calls DFO with it. */
export async function openDfo(simulator: Pick<Simulator, 'url'>): Promise<Dfo> {
  const { access_token: token } = tokenSchema.parse(await (await askForToken(simulator)).json());
  const call: Dfo['call'] = (method, path, body) =>
    request(`${simulator.url}/dfo/3.0${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}` },
      body,
    });
  return {
    call,
    post: (channelId, message) => call('POST', `/channels/${channelId}/messages`, message),
  };
}

/** Makes a message with every required field. */
export function newMessage(overrides: Record<string, unknown> = {}) {
  return {
    idOnExternalPlatform: randomUUID(),
    direction: 'inbound',
    createdAtWithMilliseconds: '2026-03-01T10:00:00.123Z',
    thread: { idOnExternalPlatform: 'thread-1' },
    messageContent: { type: 'TEXT', payload: { text: 'Is the water deep?' } },
    authorEndUserIdentity: { idOnExternalPlatform: 'hippo', nickname: 'Hippo' },
    ...overrides,
  };
}

export interface BoxRequest {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: Record<string, unknown>;
}

/** Is a small integration box: it gives tokens and answers each message with an id. */
export interface TestBox {
  readonly url: string;
  /** Every request in the order of arrival, those without a good token too. */
  readonly requests: BoxRequest[];
  /** Makes the tokens given so far worthless. */
  revokeTokens(): void;
  /** Answers messages instead of the box itself. */
  answerWith(answer: (request: BoxRequest) => { status: number; body?: unknown } | undefined): void;
  close(): Promise<void>;
}

/** Starts a box on a free port. */
export async function startTestBox(): Promise<TestBox> {
  const requests: BoxRequest[] = [];
  let generation = 1;
  let special: Parameters<TestBox['answerWith']>[0] | undefined;

  function answer(incoming: BoxRequest): { status: number; body?: unknown } {
    const { path, body } = incoming;
    if (path === '/box/1.0/token') {
      const isKnown =
        body['client_id'] === boxCredentials.clientId &&
        body['client_secret'] === boxCredentials.clientSecret;
      if (!isKnown) return { status: 401, body: { error: 'invalid_client' } };
      return { status: 200, body: { access_token: `token-${generation}`, token_type: 'Bearer' } };
    }
    if (incoming.authorization !== `Bearer token-${generation}`) return { status: 401, body: {} };
    const other = special?.(incoming);
    if (other) return other;
    if (path.endsWith('/sender-action')) return { status: 204 };
    if (path.endsWith('/outbound')) {
      const thread = { idOnExternalPlatform: 'thread-of-the-agent' };
      const message = { idOnExternalPlatform: `out-${String(body['id'])}` };
      return { status: 200, body: { message, thread, recipients: [] } };
    }
    return { status: 200, body: { idOnExternalPlatform: `out-${String(body['id'])}` } };
  }

  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const incoming: BoxRequest = {
        path: req.url ?? '',
        authorization: req.headers.authorization,
        body: JSON.parse(Buffer.concat(chunks).toString('utf8')),
      };
      requests.push(incoming);
      const { status, body } = answer(incoming);
      res.writeHead(status, { 'Content-Type': 'application/json' });
      res.end(body === undefined ? undefined : JSON.stringify(body));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/box`,
    requests,
    revokeTokens() {
      generation += 1;
    },
    answerWith(answerSpecially) {
      special = answerSpecially;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close').catch(() => undefined);
    },
  };
}

/** A simulator whose calls go to a box, and its DFO. */
export interface TestCentre {
  readonly box: TestBox;
  readonly simulator: Simulator;
  readonly dfo: Dfo;
  close(): Promise<void>;
}

/** Starts a simulator with a box that answers it. */
export async function startTestCentre(): Promise<TestCentre> {
  const box = await startTestBox();
  const simulator = await startTestSimulator({ boxUrl: box.url });
  const dfo = await openDfo(simulator);
  return {
    box,
    simulator,
    dfo,
    async close() {
      await simulator.close();
      await box.close();
    },
  };
}

/** Has an agent write into the thread that `newMessage` is in. */
export function agentReply({ url }: Pick<Simulator, 'url'>, overrides: object = {}) {
  return request(`${url}/simulator/agent/replies`, {
    method: 'POST',
    body: {
      channelId: 'c',
      threadIdOnExternalPlatform: 'thread-1',
      text: 'Knee-deep.',
      ...overrides,
    },
  });
}
