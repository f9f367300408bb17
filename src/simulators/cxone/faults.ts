import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { DfoError } from './dfo-error.js';
import { contactStatuses } from './model.js';

/**
 * Describes a fault. `match` is an operation's name (`createMessage`, `box*`), a route pattern
 * (`POST /dfo/3.0/channels/*`), or `*` for all.
 */
export const faultSchema = z
  .strictObject({
    match: z.string().min(1),
    /** Only requests whose address or body holds this text. */
    contains: z.string().min(1).optional(),
    kind: z.enum([
      'delay',
      'status',
      'reset-before',
      'reset-after',
      'garbage',
      'expired-token',
      'duplicate-call',
      'list-skips-page',
      'list-mistakes-status',
      'list-lags',
    ]),
    /** How many requests it hits; without it, all until it is removed. */
    times: z.number().int().positive().optional(),
    /** How many matching requests it lets pass first. */
    skip: z.number().int().nonnegative().default(0),
    probability: z.number().min(0).max(1).optional(),
    delayMs: z.number().int().nonnegative().optional(),
    status: z.number().int().min(400).max(599).optional(),
    retryAfterSeconds: z.number().nonnegative().optional(),
    retryAfterAs: z.enum(['seconds', 'date']).default('seconds'),
    /** Whether the work is done although the answer hides it. */
    work: z.boolean().optional(),
    /** How a duplicated call is sent. */
    mode: z.enum(['concurrent', 'sequence']).default('concurrent'),
    /** The contact whose status a list mistakes, and what for. */
    contact: z.string().min(1).optional(),
    mistakenFor: z.enum(contactStatuses).optional(),
    /** A list shows what was so this long ago. */
    lagMs: z.number().int().nonnegative().optional(),
  })
  .superRefine((fault, context) => {
    if (fault.kind === 'delay' && fault.delayMs === undefined) {
      context.addIssue({ code: 'custom', path: ['delayMs'], message: 'a delay needs delayMs' });
    }
    if (fault.kind === 'status' && fault.status === undefined) {
      context.addIssue({ code: 'custom', path: ['status'], message: 'a status needs status' });
    }
    if (fault.kind === 'list-mistakes-status') {
      for (const name of ['contact', 'mistakenFor'] as const) {
        if (fault[name] !== undefined) continue;
        context.addIssue({ code: 'custom', path: [name], message: `a mistake needs ${name}` });
      }
    }
    if (fault.kind === 'list-lags' && fault.lagMs === undefined) {
      context.addIssue({ code: 'custom', path: ['lagMs'], message: 'a lag needs lagMs' });
    }
  });

/** Is a fault as it is switched on. */
type FaultInput = z.input<typeof faultSchema>;

/** Is a fault that is on, with what it has done. */
export type Fault = z.output<typeof faultSchema> & {
  readonly id: string;
  seen: number;
  hits: number;
};

/** Is a call as the faults see it, whoever makes it. */
interface FaultTarget {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** Holds the faults that are on. */
export interface Faults {
  add(input: FaultInput): Fault;
  remove(id: string): boolean;
  clear(): void;
  list(): readonly Fault[];
  /** Returns the faults that hit this call, and counts them. */
  hit(target: FaultTarget): Fault[];
  onChange(listener: () => void): void;
}

/** Creates an empty set of faults. */
export function createFaults(random: () => number = Math.random): Faults {
  let faults: Fault[] = [];
  const listeners: (() => void)[] = [];
  const changed = () => {
    for (const listener of listeners) listener();
  };
  return {
    add(input) {
      const fault = { ...faultSchema.parse(input), id: randomUUID(), seen: 0, hits: 0 };
      faults.push(fault);
      changed();
      return fault;
    },
    remove(id) {
      const before = faults.length;
      faults = faults.filter((fault) => fault.id !== id);
      changed();
      return faults.length < before;
    },
    clear() {
      faults = [];
      changed();
    },
    list: () => faults,
    hit(target) {
      const hits = faults
        .filter((fault) => matches(fault, target))
        .filter((fault) => {
          fault.seen += 1;
          if (fault.seen <= fault.skip) return false;
          if (fault.times !== undefined && fault.hits >= fault.times) return false;
          if (fault.probability !== undefined && random() >= fault.probability) return false;
          fault.hits += 1;
          return true;
        });
      if (hits.length > 0) changed();
      return hits;
    },
    onChange(listener) {
      listeners.push(listener);
    },
  };
}

function matches(fault: Fault, target: FaultTarget): boolean {
  const route = `${target.method} ${target.path}`;
  const subject = fault.match.includes('/') ? route : target.operation;
  const named = fault.match === '*' || globToPattern(fault.match).test(subject);
  if (!named) return false;
  if (fault.contains === undefined) return true;
  return (
    decodeURIComponent(target.path).includes(fault.contains) ||
    JSON.stringify(target.body ?? null).includes(fault.contains)
  );
}

function globToPattern(glob: string): RegExp {
  const source = glob.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^(?:[A-Z]+ )?${source}$`);
}

const garbage = { status: 'ok', result: [{ unexpected: true }], data: 'not what you asked for' };

/** Kinds that leave the answer to the operation itself, which makes it wrong, late or twofold. */
const isLeftToOperation = ({ kind }: Fault) =>
  kind === 'delay' || kind === 'duplicate-call' || kind.startsWith('list-');

/**
 * Plays the faults of one request to us. Answers `true` when the request is finished; otherwise the
 * work goes on, with its answer replaced where a fault wants that.
 */
export async function playFaults(
  faults: readonly Fault[],
  req: Request,
  res: Response,
): Promise<boolean> {
  for (const fault of faults) if (fault.delayMs !== undefined) await delay(fault.delayMs);
  const fault = faults.find((one) => !isLeftToOperation(one));
  if (fault === undefined) return false;
  switch (fault.kind) {
    case 'delay':
    case 'duplicate-call':
    case 'list-skips-page':
    case 'list-mistakes-status':
    case 'list-lags':
      return false;
    case 'reset-before':
      req.socket.resetAndDestroy();
      return true;
    case 'reset-after':
      replaceAnswer(res, () => req.socket.resetAndDestroy());
      return false;
    case 'expired-token':
      throw new DfoError(401, [{ message: 'The token has expired.', errorCode: 'unauthorized' }]);
    case 'garbage':
      if (fault.work === false) {
        res.status(200).json(garbage);
        return true;
      }
      replaceAnswer(res, (end) => {
        res.statusCode = 200;
        end(garbage);
      });
      return false;
    case 'status': {
      const status = fault.status ?? 500;
      const error = {
        errors: [{ message: `Simulated ${status}.`, parameters: [], errorCode: 'simulated' }],
      };
      const retryAfter = retryAfterOf(fault);
      if (!fault.work) throw new DfoError(status, error.errors, retryAfter);
      replaceAnswer(res, (end) => {
        res.statusCode = status;
        if (retryAfter !== undefined) res.setHeader('Retry-After', retryAfter);
        end(error);
      });
      return false;
    }
  }
}

function retryAfterOf(fault: Fault): string | undefined {
  if (fault.retryAfterSeconds === undefined) return undefined;
  if (fault.retryAfterAs === 'seconds') return String(fault.retryAfterSeconds);
  return new Date(Date.now() + fault.retryAfterSeconds * 1000).toUTCString();
}

/** Lets the work run as ever, and does something else in the moment of its answer. */
function replaceAnswer(res: Response, instead: (end: (body: object) => void) => void): void {
  const end = res.end.bind(res);
  const swallow = (): Response => {
    instead((body) => {
      const text = JSON.stringify(body);
      res.setHeader('Content-Type', 'application/json; charset=utf-8');
      res.setHeader('Content-Length', Buffer.byteLength(text));
      res.removeHeader('ETag');
      end(text);
    });
    return res;
  };
  Object.assign(res, { end: swallow });
}
