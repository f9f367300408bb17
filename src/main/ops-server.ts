/** @module The small HTTP server by which a process without one of its own is watched. */
import { createServer, type Server } from 'node:http';

/** Whether a process can do its work, and why not. */
export type Readiness =
  | { readonly isReady: true }
  | { readonly isReady: false; readonly reason: string };

/** Serves `/livez`, `/readyz` and `/metrics`; resolves when it listens. */
export function startOpsServer(deps: {
  readonly host: string;
  readonly port: number;
  readonly readiness: () => Promise<Readiness>;
  readonly metrics: () => Promise<string>;
}): Promise<Server> {
  const { host, port, readiness, metrics } = deps;
  const answer = async (path: string): Promise<{ status: number; type: string; body: string }> => {
    if (path === '/livez') return json(200, { status: 'up' });
    if (path === '/metrics') return { status: 200, type: 'text/plain', body: await metrics() };
    if (path !== '/readyz') return json(404, { code: 'NOT_FOUND' });
    const verdict = await readiness();
    return verdict.isReady
      ? json(200, { status: 'ready' })
      : json(503, { status: 'not ready', reason: verdict.reason });
  };
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    void answer(path)
      .catch(() => json(500, { code: 'INTERNAL' }))
      .then(({ status, type, body }) => {
        response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
      });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}

function json(status: number, body: Record<string, string>) {
  return { status, type: 'application/json', body: JSON.stringify(body) };
}
