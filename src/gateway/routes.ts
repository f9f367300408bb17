/** @module Routes by path: each method that a path knows, and 405 for the others. */
import type { Application, Request, Response } from 'express';
import { RequestError } from '../domain/errors.js';
import type { MountedOperation, Operation } from './api/operation.js';

/** Answers a request, or throws what the problem handler turns into an answer. */
export type Handler = (req: Request, res: Response) => void | Promise<void>;

/** A handler, and what is said of it. */
export interface Endpoint {
  readonly operation: Operation;
  readonly handle: Handler;
}

/** The endpoints of one path, by method; preflights are the browsers' own business. */
export type Methods = Readonly<Partial<Record<'GET' | 'POST', Endpoint>>> & {
  readonly OPTIONS?: Handler;
};

/** A gateway's routes while they are mounted. */
export interface Routes {
  readonly app: Application;
  /** What is mounted so far, in order. */
  readonly operations: readonly MountedOperation[];
  /** Mounts a path; a method that it does not know is answered 405 with `Allow`. */
  mount(path: string, methods: Methods): void;
}

/** Makes the routes of an app that has none yet. */
export function createRoutes(app: Application): Routes {
  const operations: MountedOperation[] = [];
  return {
    app,
    operations,
    mount(path, methods) {
      const route = app.route(path);
      const { GET, POST, OPTIONS } = methods;
      if (GET) {
        route.get(GET.handle);
        operations.push({ method: 'GET', path, operation: GET.operation });
      }
      if (POST) {
        route.post(POST.handle);
        operations.push({ method: 'POST', path, operation: POST.operation });
      }
      if (OPTIONS) route.options(OPTIONS);
      const allowed = Object.keys(methods).join(', ');
      route.all((_req, res) => {
        res.set('Allow', allowed);
        throw new RequestError('METHOD_NOT_ALLOWED', `This path takes ${allowed}.`);
      });
    },
  };
}
