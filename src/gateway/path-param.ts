/** @module The parts of a path. */
import type { Request } from 'express';

/** Gives a decoded part of the path; empty when the route has none of that name. */
export function pathParam(req: Request, name: string): string {
  const value = req.params[name];
  return typeof value === 'string' ? value : '';
}
