import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A request as it arrived. */
interface ArrivedRequest {
  readonly method: string;
  /** As it stood in the request line. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Answers one request, or does not. */
export type Play = (request: ArrivedRequest, response: ServerResponse, socket: Socket) => void;

/** A server that does to its callers what a test wants. */
export interface ScriptedDfo {
  readonly url: string;
  readonly arrived: ArrivedRequest[];
  /** How many connections were ever made. */
  connections(): number;
  /** How many are open now. */
  openConnections(): number;
  /** Ends every connection in an orderly way, as a server does with idle ones. */
  endConnections(): void;
  /** What happens to requests of DFO; the token endpoint and discovery answer by themselves. */
  play: Play;
  /** What happens at the token endpoint. */
  playToken: Play;
  close(): Promise<void>;
}

/** Reads a fixture's text. */
export function fixture(name: string): string {
  return readFileSync(new URL(`../../fixtures/cxone/${name}`, import.meta.url), 'utf8');
}

/** Answers with JSON text. */
export function json(status: number, body: string, headers: Record<string, string> = {}): Play {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  };
}

/** Answers one after the other, the last one again and again. */
export function inTurn(...plays: readonly Play[]): Play {
  let turn = 0;
  return (...facts) => {
    const play = plays[Math.min(turn, plays.length - 1)];
    turn += 1;
    play?.(...facts);
  };
}

/** Starts the server on a free port. */
export async function startScriptedDfo(): Promise<ScriptedDfo> {
  let made = 0;
  let tokens = 0;
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => void answer(request, response));
  server.on('connection', (socket) => {
    made += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server's address is one of this kind
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;

  const dfo: ScriptedDfo = {
    url,
    arrived: [],
    connections: () => made,
    openConnections: () => sockets.size,
    endConnections() {
      for (const socket of sockets) socket.end();
    },
    // The fixture, as it would have been for the message that was posted.
    play(request, ...more) {
      const posted = /"idOnExternalPlatform":"([^"]+)"/.exec(request.body)?.[1] ?? '';
      const body = fixture('created.json').replaceAll('watering-hole~t-1~m-1', posted);
      json(201, body)(request, ...more);
    },
    playToken(...facts) {
      tokens += 1;
      json(200, JSON.stringify({ access_token: `token-${tokens}`, expires_in: 3600 }))(...facts);
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(Buffer.from(chunk));
    } catch {
      return;
    }
    const path = request.url ?? '';
    const arrived = {
      method: request.method ?? '',
      path,
      headers: request.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    };
    dfo.arrived.push(arrived);
    if (path === '/auth/token') dfo.playToken(arrived, response, request.socket);
    else dfo.play(arrived, response, request.socket);
  }
  return dfo;
}
