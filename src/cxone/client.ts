import type { Endpoints } from './discovery.js';
import { toAnswerError, toSilenceError } from './errors.js';
import type { Http, HttpAnswer } from './http.js';
import type { Limiter } from './limiter.js';
import type { ApiRequest } from './requests.js';
import type { CxoneDeps } from './settings.js';
import { waitWithin, withTimeLimit } from './time-limit.js';
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

  return {
    async call(request, signal, isFine = () => false) {
      const { operation } = request;
      await limiters[request.budget].take(signal);
      const startedAtMs = clock();
      try {
        const answer = await withTimeLimit(
          settings.timeoutMs,
          signal,
          async (limit) => await sendAuthorised(request, limit),
        );
        const facts = { operation, status: answer.status, tookMs: clock() - startedAtMs };
        logger.debug(facts, 'contact centre answered');
        if (isSuccess(answer) || isFine(answer)) return answer;
        throw toAnswerError(answer, operation, clock);
      } catch (failure) {
        throw toSilenceError(failure, operation);
      }
    },
  };
}
