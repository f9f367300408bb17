import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { limitedBy } from '../time-limit.js';
import type { Fault, Faults } from './faults.js';
import { countRequest, type RequestCounts } from './operations.js';

/** What the box answered; status is null when there was no answer, and `reason` says why. */
export interface BoxAnswer {
  readonly status: number | null;
  readonly body: unknown;
  readonly reason?: string;
}

/** Is one call of the contact centre on the integration box. */
interface BoxCall {
  readonly operation: 'boxReply' | 'boxOutbound' | 'boxValidation' | 'boxTyping';
  /** The path below the box's address, with its version. */
  readonly path: string;
  readonly body: unknown;
}

/** Calls the integration box as CXone does: cached token, 401, new token, the same call again. */
export interface BoxClient {
  /** Makes one call; a fault may make it two, and then there are two answers. */
  call(call: BoxCall): Promise<BoxAnswer[]>;
  url(): string;
  setUrl(url: string): void;
  /** Forgets the cached token, as a cold start does. */
  forgetToken(): void;
  close(): void;
}

const tokenSchema = z.object({ access_token: z.string().min(1) });
const callTimeoutMs = 30_000;

/** Creates a client that has no token yet. */
export function createBoxClient(options: {
  url: string;
  credentials: { clientId: string; clientSecret: string };
  faults: Faults;
  requests: RequestCounts;
  now: () => number;
}): BoxClient {
  let url = options.url;
  let token: string | undefined;
  let renewal: Promise<string | undefined> | undefined;
  const stopping = new AbortController();

  async function post(
    operation: string,
    path: string,
    body: unknown,
    bearer: string | undefined,
  ): Promise<BoxAnswer> {
    const at = options.now();
    const answer = await fetch(`${url.replace(/\/$/, '')}${path}`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/json',
        ...(bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` }),
      },
      body: JSON.stringify(body),
      signal: limitedBy(callTimeoutMs, stopping.signal),
    }).then(readAnswer, noAnswer);
    countRequest(options.requests, {
      operation,
      method: 'POST',
      path,
      answer: String(answer.status ?? 'none'),
      at,
    });
    return answer;
  }

  async function fetchToken(): Promise<string | undefined> {
    const answer = await post(
      'boxToken',
      '/1.0/token',
      {
        grant_type: 'client_credentials',
        client_id: options.credentials.clientId,
        client_secret: options.credentials.clientSecret,
      },
      undefined,
    );
    token =
      answer.status === 200 ? tokenSchema.safeParse(answer.body).data?.access_token : undefined;
    return token;
  }

  function renewToken(used: string | undefined): Promise<string | undefined> {
    // Somebody else has fetched a newer token while this call was on its way.
    if (token !== undefined && token !== used) return Promise.resolve(token);
    renewal ??= fetchToken().finally(() => {
      renewal = undefined;
    });
    return renewal;
  }

  async function callOnce(
    { operation, path, body }: BoxCall,
    badToken: boolean,
  ): Promise<BoxAnswer> {
    const used = token;
    const first = await post(operation, path, body, badToken ? 'expired-token' : used);
    if (first.status !== 401) return first;
    const fresh = await renewToken(used);
    return fresh === undefined ? first : post(operation, path, body, fresh);
  }

  return {
    async call(call) {
      const hits = options.faults.hit({ ...call, method: 'POST' });
      for (const { delayMs } of hits) if (delayMs !== undefined) await delay(delayMs);
      const has = (kind: Fault['kind']) => hits.find((fault) => fault.kind === kind);
      const badToken = has('expired-token') !== undefined;
      const duplicate = has('duplicate-call');
      if (duplicate?.mode === 'concurrent') {
        return Promise.all([callOnce(call, badToken), callOnce(call, badToken)]);
      }
      const answers = [await callOnce(call, badToken)];
      if (duplicate) answers.push(await callOnce(call, badToken));
      return answers;
    },
    url: () => url,
    setUrl(next) {
      url = next;
      token = undefined;
    },
    forgetToken() {
      token = undefined;
    },
    close: () => stopping.abort(),
  };
}

async function readAnswer(response: globalThis.Response): Promise<BoxAnswer> {
  const text = await response.text().catch(() => '');
  try {
    return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
  } catch {
    return { status: response.status, body: text };
  }
}

function noAnswer(error: unknown): BoxAnswer {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return { status: null, body: null, reason: reasonOf(cause) };
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'no answer';
  if ('code' in cause && typeof cause.code === 'string') return cause.code;
  return cause.name === 'Error' ? cause.message : cause.name;
}
