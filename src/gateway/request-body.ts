/** @module Bodies: read up to a limit as bytes, then, when the caller is known, parsed and checked. */
import express, { type Request, type Response } from 'express';
import type { z } from 'zod';
import { RequestError } from '../domain/errors.js';
import { bodyInvalid } from './problem.js';

/** How deep a body may nest; what is deeper is an attack, and breaks whatever walks it later. */
const deepest = 64;

/** Reads the bytes of a request's body. */
export type BodyReader = (req: Request, res: Response) => Promise<Buffer>;

/** How long the rest of a body that was refused is read and thrown away. */
const lingerMs = 2_000;

/** Says how large a body announces to be, in bytes; undefined for one that does not. */
export function announcedBytes(req: Request): number | undefined {
  const header = req.headers['content-length'];
  return header === undefined ? undefined : Number(header);
}

/**
 * Makes the error of a body that is too large, and cuts its connection a moment later: many clients
 * read no answer before they have sent everything, or find the connection broken.
 */
export function bodyTooLarge(req: Request, limitBytes: number): RequestError {
  req.resume();
  const cut = setTimeout(() => req.destroy(), lingerMs);
  req.once('close', () => clearTimeout(cut));
  return new RequestError('BODY_TOO_LARGE', 'The body is too large.', { details: { limitBytes } });
}

/** Makes a reader that throws `BODY_TOO_LARGE` beyond a limit in bytes, after decompression. */
export function createBodyReader(limitBytes: number): BodyReader {
  const read = express.raw({ type: () => true, limit: limitBytes });
  return async (req, res) => {
    if ((announcedBytes(req) ?? 0) > limitBytes) {
      // It is not waited for: whoever announces it may never send it.
      res.set('Connection', 'close');
      throw new RequestError('BODY_TOO_LARGE', 'The body is too large.');
    }
    await new Promise<void>((resolve, reject) => {
      read(req, res, (error?: unknown) => {
        if (error === undefined) resolve();
        // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- passed on as it came, for the problem handler to read
        else reject(error);
      });
    });
    const body: unknown = req.body;
    return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
  };
}

function isTooDeep(value: unknown, left: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return left === 0 || Object.values(value).some((inner) => isTooDeep(inner, left - 1));
}

/** Parses JSON from UTF-8 bytes; throws `BODY_INVALID` for anything else. */
export function parseJson(bytes: Buffer): unknown {
  return parseWith(bytes, undefined);
}

/** Parses JSON as above, and refuses a key that means something to the language itself. */
export function parseStrictJson(bytes: Buffer): unknown {
  return parseWith(bytes, (key, value: unknown) => {
    if (key === '__proto__') throw new SyntaxError('A key is not allowed.');
    return value;
  });
}

function parseWith(bytes: Buffer, reviver: ((key: string, value: unknown) => unknown) | undefined) {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes), reviver);
  } catch (error) {
    throw bodyInvalid('The body must be JSON in UTF-8.', error);
  }
  if (isTooDeep(parsed, deepest)) throw bodyInvalid('The body nests too deeply.');
  return parsed;
}

/** Checks that a request says that its body is JSON. */
export function requireJsonType(req: Request): void {
  if (!req.is(['application/json', 'application/*+json'])) {
    throw bodyInvalid('The Content-Type must be application/json.');
  }
}

/** Names what is wrong with a body, without repeating what it holds. */
function describe({ issues }: z.ZodError): string {
  return issues
    .slice(0, 5)
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ');
}

/** Checks a value against a schema; throws `BODY_INVALID` that names every field that breaks it. */
export function checkBody<Schema extends z.ZodType>(
  value: unknown,
  schema: Schema,
): z.output<Schema> {
  const checked = schema.safeParse(value);
  if (!checked.success) throw bodyInvalid(describe(checked.error));
  return checked.data;
}
