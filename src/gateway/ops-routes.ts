/** @module What an operator and an orchestrator ask of a gateway. */
import { z } from 'zod';
import { json, type Operation } from './api/operation.js';
import type { GatewayDeps } from './gateway-deps.js';
import type { Routes } from './routes.js';

const readinessLimitMs = 5_000;

const isAlive: Operation = {
  id: 'isAlive',
  tag: 'Operation',
  summary: 'Says that the process is up',
  answers: {
    200: {
      description: 'It is.',
      content: json(z.strictObject({ status: z.literal('live') })),
    },
  },
};

const isReady: Operation = {
  id: 'isReady',
  tag: 'Operation',
  summary: 'Says whether the gateway can do its work',
  answers: {
    200: {
      description: 'It can.',
      content: json(z.strictObject({ status: z.literal('ready') })),
    },
    503: {
      description: 'It cannot, or is stopping.',
      headers: { 'Retry-After': 'When to ask again, in seconds.' },
      content: json(z.strictObject({ status: z.literal('not ready'), reason: z.string() })),
    },
  },
};

const readMetrics: Operation = {
  id: 'readMetrics',
  tag: 'Operation',
  summary: 'Gives the gateway’s counters, for Prometheus',
  answers: {
    200: { description: 'The counters.', content: { 'text/plain': { schema: z.string() } } },
  },
};

/** Mounts `/livez`, `/readyz` and `/metrics`. */
export function mountOps(
  routes: Routes,
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

  routes.mount('/livez', {
    GET: { operation: isAlive, handle: (_req, res) => void res.json({ status: 'live' }) },
  });
  routes.mount('/readyz', {
    GET: {
      operation: isReady,
      handle: async (_req, res) => {
        const reason = await readReadiness();
        if (reason === undefined) res.json({ status: 'ready' });
        else res.status(503).set('Retry-After', '1').json({ status: 'not ready', reason });
      },
    },
  });
  routes.mount('/metrics', {
    GET: {
      operation: readMetrics,
      handle: async (_req, res) => {
        res.type(deps.metrics.contentType).send(await deps.metrics.metrics());
      },
    },
  });
}
