/** The gateway's error answers and what can be concluded from them. */
import type { Problem } from './wire.js';

/** The gateway answered with an error; `status` and `code` tell which. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly status: number;
  readonly problem: Problem;
  readonly retryAfterMs: number | undefined;

  constructor(status: number, problem: Problem, retryAfterMs: number | undefined) {
    super(`The gateway answered ${status} ${problem.code ?? ''}`);
    this.status = status;
    this.problem = problem;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Tells whether an error is the gateway's answer with that status. */
export function isGatewayError(error: unknown, status: number): error is GatewayError {
  return error instanceof GatewayError && error.status === status;
}

/** Tells whether the same request would get the same error again. */
export function isFinal(error: unknown): error is GatewayError {
  return (
    error instanceof GatewayError &&
    error.status >= 400 &&
    error.status < 500 &&
    ![408, 425, 429].includes(error.status)
  );
}

/** Tells whether the gateway no longer holds the thread: it ended long ago. */
export function isThreadGone(error: unknown): boolean {
  return isGatewayError(error, 404) && error.problem.code !== 'CHANNEL_UNKNOWN';
}
