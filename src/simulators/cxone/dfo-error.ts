import { randomUUID } from 'node:crypto';
import type { Response } from 'express';
import type { z } from 'zod';

/** Is one entry of DFO's error body (cxone.md 2.0). */
export interface DfoErrorEntry {
  field?: string;
  message: string;
  parameters?: readonly string[];
  errorCode?: string;
}

/** Ends a DFO request with an error body. */
export class DfoError extends Error {
  override readonly name = 'DfoError';
  readonly status: number;
  readonly errors: readonly DfoErrorEntry[];
  readonly retryAfter: string | undefined;

  constructor(status: number, errors: readonly DfoErrorEntry[], retryAfter?: string) {
    super(errors[0]?.message ?? 'error');
    this.status = status;
    this.errors = errors;
    this.retryAfter = retryAfter;
  }
}

/** Says that a thing is not there. */
export function notFound(what: string): DfoError {
  return new DfoError(404, [{ message: `${what} was not found.`, errorCode: 'notFound' }]);
}

/** Says that the tenant has used up its limit. */
export function tooManyRequests(retryAfterSeconds: number): DfoError {
  const seconds = String(Math.max(1, Math.ceil(retryAfterSeconds)));
  return new DfoError(429, [{ message: 'Too many requests.', errorCode: 'throttled' }], seconds);
}

/** Writes DFO's error body. */
export function sendDfoError(res: Response, error: DfoError): void {
  if (error.retryAfter !== undefined) res.setHeader('Retry-After', error.retryAfter);
  if (error.status === 401) res.setHeader('WWW-Authenticate', 'Bearer');
  const errors = error.errors.map((entry) => ({ parameters: [], ...entry }));
  res.status(error.status).json({ errors, uid: randomUUID() });
}

/** Reads a body by its schema, or throws DFO's 400 that names each field. */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new DfoError(
    400,
    parsed.error.issues.map((issue) => ({
      field: issue.path.map(String).join('.'),
      message: issue.message,
      parameters: [],
      errorCode: 'validation',
    })),
  );
}
