/** The gateway's HTTP calls, one function each; errors are told apart by status and code. */
import { parseRetryAfter } from './backoff.js';
import { GatewayError } from './gateway-error.js';
import { sendFile } from './send-file.js';
import type { ServerClock } from './server-clock.js';
import type { SendFile } from './uploads.js';
import {
  type Attachment,
  type MessageRequest,
  parseProblem,
  parseSession,
  parseSnapshot,
  type Session,
  type Snapshot,
} from './wire.js';

/** What the customer's site says of the customer. */
export interface CustomerDetails {
  readonly name?: string;
  readonly fields?: Readonly<Record<string, string>>;
}

/** The body of a session request. */
export interface SessionRequest {
  readonly customer?: CustomerDetails;
  readonly identityToken?: string;
  readonly resume?: string;
}

/** The widget's calls; each throws a GatewayError for an error answer, and what fetch throws else. */
export interface ApiClient {
  readonly openSession: (request: SessionRequest) => Promise<Session>;
  readonly postMessage: (session: Session, message: MessageRequest) => Promise<void>;
  /** Uploads a file, which a message may then carry; `onProgress` gets the part that has gone out. */
  readonly uploadFile: (session: Session, ...file: Parameters<SendFile>) => Promise<Attachment>;
  readonly readSnapshot: (session: Session) => Promise<Snapshot>;
  /** Opens the event stream after `after`; undefined when there is nothing more to come. */
  readonly openEvents: (
    session: Session,
    after: number,
    signal: AbortSignal,
  ) => Promise<ReadableStream<Uint8Array> | undefined>;
  readonly postSeen: (session: Session, upTo: number) => Promise<void>;
  readonly postTyping: (session: Session, typing: boolean) => Promise<void>;
  readonly postStillHere: (session: Session) => Promise<void>;
  readonly postEnd: (session: Session) => Promise<void>;
  /** Says that the page is going away; never throws and waits for nothing. */
  readonly leave: (session: Session) => void;
}

const callTimeoutMs = 15_000;
/** Browsers refuse to finish larger requests after the page has gone. */
const keepaliveLimit = 16_000;

/** Creates the calls to the gateway at `base`, which ends in a slash; `clock` learns from the answers. */
export function createApiClient(base: string, channelId: string, clock: ServerClock): ApiClient {
  async function call(url: string, init: RequestInit): Promise<Response> {
    const sentAtMs = Date.now();
    const response = await fetch(url, init);
    clock.heardAnswer(response.headers.get('date'), sentAtMs);
    return check(response);
  }

  function post(url: string, body: unknown, session?: Session): Promise<Response> {
    const text = JSON.stringify(body);
    return call(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...authorization(session) },
      body: text,
      keepalive: text.length < keepaliveLimit,
      signal: AbortSignal.timeout(callTimeoutMs),
    });
  }

  const threadUrl = (session: Session, path = '') =>
    `${base}v1/threads/${encodeURIComponent(session.threadId)}${path}`;

  return {
    openSession: async (request) => {
      const url = `${base}v1/channels/${encodeURIComponent(channelId)}/sessions`;
      return required(parseSession(await (await post(url, request)).json()));
    },
    postMessage: async (session, message) => {
      const attachments = message.attachments?.map(({ name, url }) => ({ name, url }));
      await post(threadUrl(session, '/messages'), { ...message, attachments }, session);
    },
    uploadFile: (session, file, onProgress, signal) => {
      const url = `${threadUrl(session, '/attachments')}?name=${encodeURIComponent(file.name)}`;
      return sendFile(url, authorization(session), file, onProgress, signal);
    },
    readSnapshot: async (session) => {
      const response = await call(threadUrl(session), {
        headers: authorization(session),
        signal: AbortSignal.timeout(callTimeoutMs),
      });
      return required(parseSnapshot(await response.json()));
    },
    openEvents: async (session, after, signal) => {
      const response = await call(threadUrl(session, '/events'), {
        headers: {
          accept: 'text/event-stream',
          'last-event-id': String(after),
          ...authorization(session),
        },
        cache: 'no-store',
        signal,
      });
      return response.status === 204 ? undefined : (response.body ?? undefined);
    },
    postSeen: async (session, upTo) => {
      await post(threadUrl(session, '/receipts'), { upTo, kind: 'seen' }, session);
    },
    postTyping: async (session, typing) => {
      await post(threadUrl(session, '/typing'), { typing }, session);
    },
    postStillHere: async (session) => {
      await post(threadUrl(session, '/still-here'), {}, session);
    },
    postEnd: async (session) => {
      await post(threadUrl(session, '/end'), {}, session);
    },
    leave: (session) => {
      navigator.sendBeacon(threadUrl(session, '/leave'), JSON.stringify({ token: session.token }));
    },
  };
}

function authorization(session: Session | undefined): Record<string, string> {
  return session === undefined ? {} : { authorization: `Bearer ${session.token}` };
}

async function check(response: Response): Promise<Response> {
  if (response.ok) {
    return response;
  }
  const json: unknown = await response.json().catch(() => undefined);
  const retryAfterMs = parseRetryAfter(response.headers.get('retry-after'), Date.now());
  throw new GatewayError(response.status, parseProblem(json), retryAfterMs);
}

/** An answer that cannot be read is the gateway's fault and may be better next time. */
function required<T>(value: T | undefined): T {
  if (value === undefined) {
    throw new GatewayError(502, { code: 'ANSWER_UNREADABLE' }, undefined);
  }
  return value;
}
