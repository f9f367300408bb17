/** @module Routes by path: each method that a path knows, and 405 for the others. */
import type { Application, Request, Response } from 'express';
import { RequestError } from '../domain/errors.js';

/** Answers a request, or throws what the problem handler turns into an answer. */
export type Handler = (req: Request, res: Response) => void | Promise<void>;

/** The handlers of one path, by method. */
export type MethodHandlers = Readonly<Partial<Record<'GET' | 'POST' | 'OPTIONS', Handler>>>;

/** Mounts a path; a method that it does not know is answered 405 with `Allow`. */
export function mount(app: Application, path: string, handlers: MethodHandlers): void {
  const route = app.route(path);
  const { GET, POST, OPTIONS } = handlers;
  if (GET) route.get(GET);
  if (POST) route.post(POST);
  if (OPTIONS) route.options(OPTIONS);
  const allowed = Object.keys(handlers).join(', ');
  route.all((_req, res) => {
    res.set('Allow', allowed);
    throw new RequestError('METHOD_NOT_ALLOWED', `This path takes ${allowed}.`);
  });
}
