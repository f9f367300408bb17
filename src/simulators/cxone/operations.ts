import {
  Router as createRouter,
  type Request,
  type RequestHandler,
  type Response,
  type Router,
} from 'express';
import { DfoError } from './dfo-error.js';
import { type Fault, type Faults, playFaults } from './faults.js';
import type { Tokens } from './tokens.js';

/** Is one operation of the simulated tenant; its name is what faults and counters call it. */
export interface Operation {
  readonly name: string;
  readonly method: 'get' | 'post' | 'put' | 'delete';
  readonly path: string;
  readonly auth: 'bearer' | 'none';
  /** Is given the faults that hit the call, for those that are its own to play. */
  readonly handle: (req: Request, res: Response, faults: readonly Fault[]) => void | Promise<void>;
}

/** Counts the requests of each operation by how they were answered. */
export interface RequestCounts {
  readonly counts: Record<string, { count: number; answers: Record<string, number> }>;
  /** The newest requests, oldest first. */
  readonly recent: {
    at: string;
    operation: string;
    method: string;
    path: string;
    answer: string;
  }[];
  reset(): void;
}

const recentRequests = 500;

/** Creates counters that start at zero. */
export function createRequestCounts(): RequestCounts {
  const counts: RequestCounts['counts'] = {};
  const recent: RequestCounts['recent'] = [];
  return {
    counts,
    recent,
    reset() {
      for (const name of Object.keys(counts)) delete counts[name];
      recent.length = 0;
    },
  };
}

/** Counts one call, to us or from us. */
export function countRequest(
  requests: RequestCounts,
  call: { operation: string; method: string; path: string; answer: string; at: number },
): void {
  const entry = (requests.counts[call.operation] ??= { count: 0, answers: {} });
  entry.count += 1;
  entry.answers[call.answer] = (entry.answers[call.answer] ?? 0) + 1;
  requests.recent.push({ ...call, at: new Date(call.at).toISOString() });
  if (requests.recent.length > recentRequests) requests.recent.shift();
}

/** Mounts operations below their paths, each with its counter, its faults and its token check. */
export function mountOperations(
  operations: readonly Operation[],
  deps: {
    faults: Faults;
    tokens: Tokens;
    requests: RequestCounts;
    now: () => number;
    /** Is told of each call that presented a good token. */
    onAuthorised: (req: Request) => void;
  },
): Router {
  const router = createRouter();
  for (const operation of operations) {
    const handler: RequestHandler = async (req, res) => {
      const path = req.originalUrl;
      const at = deps.now();
      res.once('close', () => {
        const answer = res.writableFinished ? String(res.statusCode) : 'reset';
        const { name, method } = operation;
        countRequest(deps.requests, {
          operation: name,
          method: method.toUpperCase(),
          path,
          answer,
          at,
        });
      });
      const target = {
        operation: operation.name,
        method: req.method,
        path,
        body: req.body as unknown,
      };
      const faults = deps.faults.hit(target);
      if (await playFaults(faults, req, res)) return;
      if (operation.auth === 'bearer') {
        checkToken(req, deps.tokens);
        deps.onAuthorised(req);
      }
      await operation.handle(req, res, faults);
    };
    router[operation.method](operation.path, handler);
  }
  return router;
}

function checkToken(req: Request, tokens: Tokens): void {
  const [scheme = '', token = ''] = (req.headers.authorization ?? '').split(' ');
  if (scheme.toLowerCase() !== 'bearer' || !tokens.isGood(token)) {
    throw new DfoError(401, [
      { message: 'The token is missing or not valid.', errorCode: 'unauthorized' },
    ]);
  }
}

/** Reads one part of the path. */
export function pathPart(req: Request, name: string): string {
  const value = req.params[name];
  return typeof value === 'string' ? value : '';
}

/** Reads a query parameter that may be there many times, as `name[]=`, `name=` or `name[0]=`. */
export function queryList(req: Request, name: string): string[] {
  const found: string[] = [];
  for (const [key, value] of queryOf(req)) {
    if (key.replace(/\[\d*\]$/, '') === name) found.push(value);
  }
  return found;
}

/** Reads a query parameter that is there once. */
export function queryValue(req: Request, name: string): string | undefined {
  return queryOf(req).get(name) ?? undefined;
}

function queryOf(req: Request): URLSearchParams {
  return new URL(req.originalUrl, 'http://simulator').searchParams;
}
