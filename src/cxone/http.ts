import type { Readable } from 'node:stream';
import { Agent, type Dispatcher } from 'undici';
import { TimeLimitReached, waitWithin } from './time-limit.js';

/** An HTTP call as it goes out. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** http(s), without a query. */
  readonly base: string;
  /** What follows the base, encoded, with its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A stream that fails cuts the connection, so that no half of a body passes for a whole. */
  readonly body?: string | Readable;
}

/** An HTTP answer, whatever its status. */
export interface HttpAnswer {
  readonly status: number;
  readonly retryAfter?: string;
  readonly text: string;
}

/** A call that had no answer. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  /** Whether a part of the request may have left this machine. */
  readonly isSent: boolean;

  constructor(message: string, facts: { readonly isSent: boolean; readonly cause: unknown }) {
    super(message, { cause: facts.cause });
    this.isSent = facts.isSent;
  }
}

export interface Http {
  /**
   * Makes one call, within a signal.
   *
   * Throws the signal's reason when it aborts, unless that is the time limit, and a `NoAnswer` for
   * everything else that is not an answer.
   */
  exchange(request: HttpRequest, limit: AbortSignal): Promise<HttpAnswer>;
  /** Cuts every connection; calls under way end as they would by a reset. */
  close(): Promise<void>;
}

// A peer that promises longer by its Keep-Alive header is believed; most load balancers keep 60 s.
const idleSocketMs = 10_000;
const connectionsPerOrigin = 128;
const longestAnswerBytes = 8 * 1024 * 1024;

/** Tells the moment at which a request is handed to a socket, and changes nothing. */
function tellStart(handler: Dispatcher.DispatchHandler, tell: () => void) {
  return {
    onRequestStart(controller, context) {
      tell();
      handler.onRequestStart?.(controller, context);
    },
    onResponseStart: (...facts) => handler.onResponseStart?.(...facts),
    onResponseData: (...facts) => handler.onResponseData?.(...facts),
    onResponseEnd: (...facts) => handler.onResponseEnd?.(...facts),
    onResponseError: (...facts) => handler.onResponseError?.(...facts),
  } satisfies Dispatcher.DispatchHandler;
}

/**
 * Makes calls over connections that are kept.
 *
 * What went wrong before a request was handed to a socket is certain: no connection, no TLS, no
 * free connection in time. From that moment on nothing is, also where the peer had closed an idle
 * connection that was chosen a moment earlier: the reset that follows looks the same as the one of
 * a peer that did the work and then died. A connection whose end is noticed while it is idle is
 * replaced before the request is handed to it, so that the doubt stays rare.
 */
export function createHttp(connectTimeoutMs: number): Http {
  const agent = new Agent({
    connections: connectionsPerOrigin,
    keepAliveTimeout: idleSocketMs,
    maxResponseSize: longestAnswerBytes,
    // A call's own limit ends it; these would only give the same failure another name. An attempt
    // to connect goes on without the call, and would hold its place for minutes.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: connectTimeoutMs },
  });

  async function exchange(request: HttpRequest, limit: AbortSignal): Promise<HttpAnswer> {
    let isSent = false;
    const dispatcher = agent.compose(
      (dispatch) => (options, handler) =>
        dispatch(
          options,
          tellStart(handler, () => {
            isSent = true;
          }),
        ),
    );
    try {
      // A signal reaches a request only once it has a connection; waiting for one ends here.
      return await waitWithin(() => perform(dispatcher, request, limit), limit);
    } catch (error) {
      const cause: unknown = limit.aborted ? limit.reason : error;
      if (limit.aborted && !(cause instanceof TimeLimitReached)) throw cause;
      throw new NoAnswer(describe(cause), { isSent, cause });
    }
  }

  return { exchange, close: () => agent.destroy() };
}

async function perform(
  dispatcher: Dispatcher,
  request: HttpRequest,
  limit: AbortSignal,
): Promise<HttpAnswer> {
  const base = new URL(request.base);
  const answer = await dispatcher.request({
    origin: base.origin,
    // As it is: a parser of addresses would resolve an id that is made of dots.
    path: base.pathname.replace(/\/$/, '') + request.path,
    method: request.method,
    headers: { 'user-agent': 'isthmus', accept: 'application/json', ...request.headers },
    body: request.body ?? null,
    signal: limit,
  });
  const retryAfter = answer.headers['retry-after'];
  return {
    status: answer.statusCode,
    ...(typeof retryAfter === 'string' ? { retryAfter } : {}),
    text: await answer.body.text(),
  };
}

function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return 'unknown cause';
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}
