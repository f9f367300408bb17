/** @module The id by which a request is found in the logs. */
import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';

const header = 'X-Request-Id';
const callersIdPattern = /^[A-Za-z0-9_-]{8,64}$/;

/** Gives each request an id, the caller's own if it is harmless, and says it in the answer. */
export const assignRequestId: RequestHandler = (req, res, next) => {
  const given = req.get(header) ?? '';
  res.set(header, callersIdPattern.test(given) ? given : randomUUID());
  next();
};

/** Gives the id of the request that an answer belongs to. */
export function requestIdOf(res: Response): string {
  return String(res.getHeader(header) ?? '');
}
