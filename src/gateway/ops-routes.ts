/** @module What an operator and an orchestrator ask of a gateway. */
import type { Application } from 'express';
import type { GatewayDeps } from './gateway-deps.js';
import { mount } from './routes.js';

const readinessLimitMs = 5_000;

/** Mounts `/livez`, `/readyz` and `/metrics`. */
export function mountOps(
  app: Application,
  deps: Pick<GatewayDeps, 'readiness' | 'metrics' | 'logger'> & {
    readonly isClosing: () => boolean;
  },
): void {
  async function readReadiness(): Promise<string | undefined> {
    if (deps.isClosing()) return 'the gateway is stopping';
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<{ ok: false; reason: string }>((resolve) => {
      timer = setTimeout(
        () => resolve({ ok: false, reason: 'the check took too long' }),
        readinessLimitMs,
      );
    });
    try {
      const readiness = await Promise.race([deps.readiness(), limit]);
      return readiness.ok ? undefined : readiness.reason;
    } catch (error) {
      deps.logger.warn({ err: error }, 'readiness not known');
      return 'the check failed';
    } finally {
      clearTimeout(timer);
    }
  }

  mount(app, '/livez', { GET: (_req, res) => void res.json({ status: 'live' }) });
  mount(app, '/readyz', {
    GET: async (_req, res) => {
      const reason = await readReadiness();
      if (reason === undefined) res.json({ status: 'ready' });
      else res.status(503).set('Retry-After', '1').json({ status: 'not ready', reason });
    },
  });
  mount(app, '/metrics', {
    GET: async (_req, res) => {
      res.type(deps.metrics.contentType).send(await deps.metrics.metrics());
    },
  });
}
