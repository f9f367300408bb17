/** @module Failures as RFC 9457 problem documents: a stable code, a request id, nothing leaked. */
import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, Request, Response } from 'express';
import type { Logger } from 'pino';
import { DefectError, EngineError, type EngineErrorCode, RequestError } from '../domain/errors.js';
import type { GatewayMetrics } from './metrics.js';
import { requestIdOf } from './request-id.js';

/** How long a caller is asked to wait where the failure does not say, in milliseconds. */
const defaultRetryAfterMs = 1_000;

/** What body-parser calls a body that is larger than its limit. */
const tooLargeType = 'entity.too.large';

function member(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
}

/** Makes an error of ours of whatever was thrown; errors of the HTTP parsers keep their meaning. */
export function toEngineError(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  if (error instanceof URIError) {
    return new RequestError('NOT_FOUND', 'The path is not well encoded.', { cause: error });
  }
  if (member(error, 'type') === tooLargeType) {
    return new RequestError('BODY_TOO_LARGE', 'The body is larger than is taken here.', {
      details: { limitBytes: Number(member(error, 'limit') ?? 0) },
      cause: error,
    });
  }
  const status = member(error, 'status');
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new RequestError('BODY_INVALID', 'The body could not be read.', { cause: error });
  }
  return new DefectError('INTERNAL', 'Something unexpected happened.', { cause: error });
}

/** Says whether the message of an error is meant for the caller. */
export function isTellable(error: EngineError): boolean {
  return error instanceof RequestError || error.policy.httpStatus < 500;
}

/** Sets the headers that an answer needs because it is this error. */
export function setProblemHeaders(res: Response, error: EngineError): void {
  const { policy } = error;
  if (policy.retry === 'after') {
    const waitMs = error.retryAfterMs ?? defaultRetryAfterMs;
    res.set('Retry-After', String(Math.max(1, Math.ceil(waitMs / 1_000))));
  }
  if (policy.httpStatus === 401) res.set('WWW-Authenticate', 'Bearer');
}

/** Answers a request with a problem document. */
export function sendProblem(res: Response, error: EngineError): void {
  const { code, policy } = error;
  setProblemHeaders(res, error);
  const title = STATUS_CODES[policy.httpStatus] ?? 'Error';
  const problem = {
    ...error.details,
    type: 'about:blank',
    title,
    status: policy.httpStatus,
    code,
    detail: isTellable(error) ? error.message : title,
    requestId: requestIdOf(res),
  };
  res.status(policy.httpStatus).type('application/problem+json').send(JSON.stringify(problem));
}

/** Turns whatever a handler threw into an answer, a problem document unless `send` makes another. */
export function createProblemHandler(deps: {
  readonly logger: Logger;
  readonly metrics: GatewayMetrics;
  readonly send?: (req: Request, res: Response, error: EngineError) => void;
}): ErrorRequestHandler {
  const { send = (_req, res, error) => sendProblem(res, error) } = deps;
  return (thrown: unknown, req, res, _next) => {
    const error = toEngineError(thrown);
    const facts = { code: error.code, method: req.method, requestId: requestIdOf(res) };
    if (error.policy.expected) deps.logger.debug(facts, 'request refused');
    else if (error.policy.httpStatus === 503)
      deps.logger.warn({ ...facts, err: error }, 'request not served');
    else deps.logger.error({ ...facts, err: error }, 'request failed');
    deps.metrics.refused(error.code);
    if (res.headersSent) res.destroy();
    else send(req, res, error);
  };
}

/** Makes the error of a body that breaks its schema; `what` says which part and what was expected. */
export function bodyInvalid(what: string, cause?: unknown): RequestError {
  return new RequestError('BODY_INVALID', what, { cause });
}

/** The codes that mean that a thread cannot be told, now or ever. */
export function hasCode(error: unknown, code: EngineErrorCode): boolean {
  return error instanceof EngineError && error.code === code;
}
