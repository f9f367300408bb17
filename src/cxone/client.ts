import { Readable } from 'node:stream';
import type { Endpoints } from './discovery.js';
import { toAnswerError, toSilenceError } from './errors.js';
import type { Http, HttpAnswer } from './http.js';
import type { Limiter } from './limiter.js';
import type { ApiRequest, StreamedRequest } from './requests.js';
import type { CxoneDeps } from './settings.js';
import { type TimeAllowance, waitWithin, withTimeLimit } from './time-limit.js';
import type { Token, Tokens } from './tokens.js';

/** Makes calls of DFO. */
export interface Client {
  /**
   * Makes a call and gives its answer: a success, or one that `isFine` takes for one.
   *
   * Throws the signal's reason when it aborts, and a `RemoteError` for everything else.
   */
  call(
    request: ApiRequest,
    signal: AbortSignal,
    isFine?: (answer: HttpAnswer) => boolean,
  ): Promise<HttpAnswer>;
  /**
   * Makes a call whose body comes piece by piece, and gives its answer, a success. The time limit
   * is for CXone alone: it rests while the next piece is waited for. A refused token is renewed for
   * the next call only, since the body is spent. Throws as `call` does.
   */
  send(request: StreamedRequest, signal: AbortSignal): Promise<HttpAnswer>;
}

const isSuccess = ({ status }: HttpAnswer) => status >= 200 && status <= 299;

/** Makes a client that keeps the budgets, presents a token, and renews a refused one once. */
export function createClient(
  deps: CxoneDeps & {
    readonly http: Http;
    readonly endpoints: Endpoints;
    readonly tokens: Tokens;
    readonly limiters: Readonly<Record<ApiRequest['budget'], Limiter>>;
  },
): Client {
  const { settings, clock, logger, http, endpoints, tokens, limiters } = deps;

  async function send(
    request: ApiRequest,
    base: string,
    token: Token,
    limit: AbortSignal,
  ): Promise<HttpAnswer> {
    const { method, path, body } = request;
    const authorization = { authorization: `Bearer ${token.value}` };
    if (body === undefined) {
      return await http.exchange({ method, base, path, headers: authorization }, limit);
    }
    const headers = { ...authorization, 'content-type': 'application/json' };
    return await http.exchange({ method, base, path, headers, body: JSON.stringify(body) }, limit);
  }

  /** One more token when the first is refused: it may have ended, or been withdrawn, meanwhile. */
  async function sendAuthorised(request: ApiRequest, limit: AbortSignal): Promise<HttpAnswer> {
    const base = await waitWithin(endpoints.apiUrl, limit);
    const token = await waitWithin(tokens.get, limit);
    const answer = await send(request, base, token, limit);
    if (answer.status !== 401) return answer;
    tokens.drop(token);
    return await send(request, base, await waitWithin(tokens.get, limit), limit);
  }

  async function sendStreamed(
    request: StreamedRequest,
    limit: AbortSignal,
    allowance: TimeAllowance,
  ): Promise<HttpAnswer> {
    const { method, path, sizeBytes } = request;
    const base = await waitWithin(endpoints.apiUrl, limit);
    const token = await waitWithin(tokens.get, limit);
    const headers = {
      authorization: `Bearer ${token.value}`,
      'content-type': 'application/json',
      ...(sizeBytes === undefined ? {} : { 'content-length': String(sizeBytes) }),
    };
    const body = Readable.from(timed(request.body, allowance), { highWaterMark: 1 });
    try {
      const answer = await http.exchange({ method, base, path, headers, body }, limit);
      if (answer.status === 401) tokens.drop(token);
      return answer;
    } finally {
      body.destroy();
    }
  }

  /** Takes a call from its budget, makes it, and judges its answer. */
  async function make(
    { operation, budget }: Pick<ApiRequest, 'operation' | 'budget'>,
    signal: AbortSignal,
    isFine: (answer: HttpAnswer) => boolean,
    exchange: (limit: AbortSignal, allowance: TimeAllowance) => Promise<HttpAnswer>,
  ): Promise<HttpAnswer> {
    await limiters[budget].take(signal);
    const startedAtMs = clock();
    try {
      const answer = await withTimeLimit(settings.timeoutMs, signal, exchange);
      const facts = { operation, status: answer.status, tookMs: clock() - startedAtMs };
      logger.debug(facts, 'contact centre answered');
      if (isSuccess(answer) || isFine(answer)) return answer;
      throw toAnswerError(answer, operation, clock);
    } catch (failure) {
      throw toSilenceError(failure, operation);
    }
  }

  return {
    call: (request, signal, isFine = () => false) =>
      make(request, signal, isFine, async (limit) => await sendAuthorised(request, limit)),
    send: (request, signal) =>
      make(
        request,
        signal,
        () => false,
        async (limit, allowance) => await sendStreamed(request, limit, allowance),
      ),
  };
}

/** Passes pieces on; the clock runs only while a piece is with whoever takes it. */
async function* timed(
  pieces: AsyncIterable<string>,
  { pause, restart }: TimeAllowance,
): AsyncGenerator<string> {
  for await (const piece of pieces) {
    restart();
    yield piece;
    // Now the next one is waited for.
    pause();
  }
  restart();
}
