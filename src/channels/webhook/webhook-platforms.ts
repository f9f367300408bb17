/** @module The Platforms port over HTTP: one POST for each event, to the address of its channel. */
import { randomUUID } from 'node:crypto';
import { Agent, type Dispatcher, request } from 'undici';
import type { ChannelDefinition } from '../../domain/channel.js';
import { RemoteError } from '../../domain/errors.js';
import type { ChannelId, ThreadRef } from '../../domain/ids.js';
import type { Attachment, MessageEvent } from '../../domain/messages.js';
import type { Clock } from '../../ports/clock.js';
import type { Platforms } from '../../ports/platform.js';
import { writeEvent, writeTyping } from './platform-event.js';
import { readInvalidRecipients, writeRecipients } from './recipients.js';
import { createSignature, type Signature } from './signature.js';

const answerWithinMs = 10_000;
const typingWithinMs = 3_000;
/** An agent waits for it, and so does the contact centre. */
const recipientsWithinMs = 3_000;
const longestAnswerBytes = 64 * 1024;
/** A platform that is slow may not keep all of a worker busy. */
const mostAtOnce = 100;

/** The platforms, with the connections to them. */
export interface WebhookPlatforms extends Platforms {
  close(): Promise<void>;
}

interface Endpoint {
  readonly secret: string;
  readonly signature: Signature;
  /** Calls that have no answer yet. */
  open: number;
}

type Adapter = Extract<ChannelDefinition['adapter'], { kind: 'webhook' }>;
type Answer = Dispatcher.ResponseData;

/** A request on its way: its id is the same on each retry. */
interface Letter {
  readonly url: string;
  readonly id: string;
  readonly body: string;
}

/** Makes the platforms of the webhook channels; `channels` is looked up anew at each call. */
export function createWebhookPlatforms(deps: {
  readonly channels: ReadonlyMap<ChannelId, ChannelDefinition>;
  readonly clock: Clock;
  /** Gives a file that stands in a text an address that lasts; by default its own. */
  readonly toFileUrl?: (ref: ThreadRef, message: MessageEvent, file: Attachment) => string;
  readonly answerWithinMs?: number;
}): WebhookPlatforms {
  const { channels, clock, toFileUrl = (_ref, _message, { url }) => url } = deps;
  const limitMs = deps.answerWithinMs ?? answerWithinMs;
  const agent = new Agent({ connections: mostAtOnce });
  const endpoints = new Map<ChannelId, Endpoint>();

  function adapterOf(channelId: ChannelId): Adapter | undefined {
    const adapter = channels.get(channelId)?.adapter;
    return adapter?.kind === 'webhook' ? adapter : undefined;
  }

  function needAdapter(channelId: ChannelId): Adapter {
    const adapter = adapterOf(channelId);
    if (adapter !== undefined) return adapter;
    throw new RemoteError('CHANNEL_UNREACHABLE', `Channel ${channelId} has no platform now`);
  }

  /** Keeps what was made of a channel until its owner changes it. */
  function endpointOf(channelId: ChannelId, { secret }: Adapter): Endpoint {
    const known = endpoints.get(channelId);
    if (known?.secret === secret) return known;
    const made = { secret, signature: createSignature(secret), open: 0 };
    endpoints.set(channelId, made);
    return made;
  }

  /** Sends what is signed, and lets `read` make of the answer what is wanted of it. */
  async function post<Result>(
    endpoint: Endpoint,
    { url, id, body }: Letter,
    signal: AbortSignal,
    read: (answer: Answer) => Result | Promise<Result>,
  ): Promise<Result> {
    if (endpoint.open >= mostAtOnce) {
      throw new RemoteError(
        'CHANNEL_UNREACHABLE',
        `The platform has ${mostAtOnce} calls to answer`,
      );
    }
    endpoint.open += 1;
    try {
      // A redirect is not followed: what is signed for one address goes to no other.
      const answer = await request(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...endpoint.signature.headersFor(id, body, clock()),
        },
        body,
        signal,
        dispatcher: agent,
      });
      return await read(answer);
    } catch (error) {
      if (error instanceof RemoteError) throw error;
      throw new RemoteError('CHANNEL_UNREACHABLE', `The platform did not answer ${id}`, {
        cause: error,
      });
    } finally {
      endpoint.open -= 1;
    }
  }

  /** Gives an event to a platform, of whose answer the status is all that counts. */
  async function give(
    channelId: ChannelId,
    adapter: Adapter,
    letter: Omit<Letter, 'url'>,
    signal: AbortSignal,
  ): Promise<void> {
    const endpoint = endpointOf(channelId, adapter);
    await post(endpoint, { ...letter, url: adapter.url }, signal, (answer) => {
      letGo(answer, signal);
      const { statusCode, headers } = answer;
      judge(letter.id, statusCode, readRetryAfter(headers['retry-after'], clock()));
    });
  }

  return {
    async deliver({ ref, customerId, deliveryId, event }, signal) {
      const adapter = needAdapter(ref.channelId);
      const limit = limitedBy(limitMs, signal);
      const toText = (message: MessageEvent, file: Attachment) => toFileUrl(ref, message, file);
      const body = writeEvent(ref, customerId, event, adapter.shows, toText);
      await give(ref.channelId, adapter, { id: deliveryId, body }, limit);
    },
    async showTyping(ref, customerId, typing) {
      const adapter = needAdapter(ref.channelId);
      const body = writeTyping(ref, customerId, typing);
      const limit = AbortSignal.timeout(typingWithinMs);
      await give(ref.channelId, adapter, { id: `typing/${randomUUID()}`, body }, limit);
    },
    async findInvalidRecipients(channelId, recipients) {
      const adapter = adapterOf(channelId);
      const url = adapter?.recipientsUrl;
      if (adapter === undefined || url === undefined) return [];
      const id = `recipients/${randomUUID()}`;
      const body = writeRecipients(channelId, recipients);
      const limit = AbortSignal.timeout(Math.min(limitMs, recipientsWithinMs));
      const endpoint = endpointOf(channelId, adapter);
      return await post(endpoint, { url, id, body }, limit, async (answer) => {
        const invalid = readInvalidRecipients(await readText(id, answer, limit), recipients);
        if (invalid !== undefined) return invalid;
        throw new RemoteError('CHANNEL_UNREACHABLE', `The answer to ${id} is not understood`);
      });
    },
    readSender(channelId, { headers, body }) {
      const adapter = adapterOf(channelId);
      return adapter && endpointOf(channelId, adapter).signature.readId(headers, body);
    },
    close: () => agent.destroy(),
  };
}

/** Makes a signal that aborts with another one, or when the time is over. */
function limitedBy(limitMs: number, signal: AbortSignal): AbortSignal {
  const limit = AbortSignal.timeout(limitMs);
  // In Node 20 a time limit to which no listener of its own belongs is collected, and never comes.
  limit.addEventListener('abort', () => undefined, { once: true });
  return AbortSignal.any([signal, limit]);
}

/** Nobody reads the body; whatever becomes of it, the status has been said. */
function letGo(answer: Answer, signal: AbortSignal): void {
  answer.body.dump({ limit: longestAnswerBytes, signal }).catch(() => undefined);
}

/** Reads a body that has to say something, and has to end. */
async function readText(id: string, answer: Answer, signal: AbortSignal): Promise<string> {
  if (answer.statusCode < 200 || answer.statusCode > 299) {
    letGo(answer, signal);
    throw new RemoteError(
      'CHANNEL_UNREACHABLE',
      `The platform answered ${answer.statusCode} to ${id}`,
    );
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > longestAnswerBytes) {
      throw new RemoteError('CHANNEL_UNREACHABLE', `The answer to ${id} is too long`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function judge(id: string, status: number, retryAfterMs: number | undefined): void {
  if (status >= 200 && status < 300) return;
  const said = `The platform answered ${status} to ${id}`;
  if (status === 410) throw new RemoteError('CHANNEL_GONE', said);
  throw new RemoteError(
    'CHANNEL_UNREACHABLE',
    said,
    retryAfterMs === undefined ? {} : { retryAfterMs },
  );
}

/** Reads Retry-After, in seconds or as a date (RFC 9110 10.2.3), in milliseconds from now. */
function readRetryAfter(value: string | string[] | undefined, nowMs: number): number | undefined {
  if (typeof value !== 'string') return undefined;
  const waitMs = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - nowMs;
  return Number.isFinite(waitMs) ? Math.max(0, waitMs) : undefined;
}
