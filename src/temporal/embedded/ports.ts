/** Free and taken TCP ports of this machine. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Says whether a server could listen there now. */
export async function isPortFree(host: string, port: number): Promise<boolean> {
  try {
    await close(await listen(host, port));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return false;
    throw error;
  }
}

/** Returns a port that nobody listens on; another process may take it before its use. */
export async function findFreePort(host: string): Promise<number> {
  const server = await listen(host, 0);
  const address = server.address();
  await close(server);
  if (typeof address !== 'object' || !address) throw new Error('listening without a port');
  return address.port;
}

async function listen(host: string, port: number): Promise<Server> {
  const server = createServer();
  server.listen(port, host);
  await once(server, 'listening');
  return server;
}

async function close(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}
