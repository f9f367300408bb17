/** @module The Platforms port over HTTP: one POST for each event, to the address of its channel. */
import { randomUUID } from 'node:crypto';
import { Agent, request } from 'undici';
import type { ChannelDefinition } from '../../domain/channel.js';
import { RemoteError } from '../../domain/errors.js';
import type { ChannelId } from '../../domain/ids.js';
import type { Clock } from '../../ports/clock.js';
import type { Platforms } from '../../ports/platform.js';
import { writeEvent, writeTyping } from './platform-event.js';
import { createSignature, type Signature } from './signature.js';

const answerWithinMs = 10_000;
const typingWithinMs = 3_000;
/** A platform that is slow may not keep all of a worker busy. */
const mostAtOnce = 100;

/** The platforms, with the connections to them. */
export interface WebhookPlatforms extends Platforms {
  close(): Promise<void>;
}

interface Endpoint {
  readonly url: string;
  readonly secret: string;
  readonly signature: Signature;
  /** Calls that have no answer yet. */
  open: number;
}

/** Makes the platforms of the webhook channels; `channels` is looked up anew at each call. */
export function createWebhookPlatforms(deps: {
  readonly channels: ReadonlyMap<ChannelId, ChannelDefinition>;
  readonly clock: Clock;
  readonly answerWithinMs?: number;
}): WebhookPlatforms {
  const { channels, clock } = deps;
  const limitMs = deps.answerWithinMs ?? answerWithinMs;
  const agent = new Agent({ connections: mostAtOnce });
  const endpoints = new Map<ChannelId, Endpoint>();

  /** Keeps what was made of a channel until its owner changes it. */
  function endpointOf(channelId: ChannelId): Endpoint | undefined {
    const adapter = channels.get(channelId)?.adapter;
    if (adapter?.kind !== 'webhook') return undefined;
    const { url, secret } = adapter;
    const known = endpoints.get(channelId);
    if (known?.url === url && known.secret === secret) return known;
    const made = { url, secret, signature: createSignature(secret), open: 0 };
    endpoints.set(channelId, made);
    return made;
  }

  function needEndpoint(channelId: ChannelId): Endpoint {
    const endpoint = endpointOf(channelId);
    if (endpoint !== undefined) return endpoint;
    throw new RemoteError('CHANNEL_UNREACHABLE', `Channel ${channelId} has no platform now`);
  }

  async function post(
    endpoint: Endpoint,
    id: string,
    body: string,
    signal: AbortSignal,
  ): Promise<void> {
    if (endpoint.open >= mostAtOnce) {
      throw new RemoteError(
        'CHANNEL_UNREACHABLE',
        `The platform has ${mostAtOnce} calls to answer`,
      );
    }
    endpoint.open += 1;
    try {
      // A redirect is not followed: what is signed for one address goes to no other.
      const answer = await request(endpoint.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...endpoint.signature.headersFor(id, body, clock()),
        },
        body,
        signal,
        dispatcher: agent,
      });
      // Nobody reads it; whatever becomes of it, the status has been said.
      answer.body.dump({ limit: 64 * 1024, signal }).catch(() => undefined);
      judge(id, answer.statusCode, readRetryAfter(answer.headers['retry-after'], clock()));
    } catch (error) {
      if (error instanceof RemoteError) throw error;
      throw new RemoteError('CHANNEL_UNREACHABLE', `The platform did not answer ${id}`, {
        cause: error,
      });
    } finally {
      endpoint.open -= 1;
    }
  }

  return {
    async deliver({ ref, customerId, deliveryId, event }, signal) {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
      const body = writeEvent(ref, customerId, event);
      await post(needEndpoint(ref.channelId), deliveryId, body, limit);
    },
    async showTyping(ref, customerId, typing) {
      const body = writeTyping(ref, customerId, typing);
      const limit = AbortSignal.timeout(typingWithinMs);
      await post(needEndpoint(ref.channelId), `typing/${randomUUID()}`, body, limit);
    },
    readSender: (channelId, { headers, body }) =>
      endpointOf(channelId)?.signature.readId(headers, body),
    close: () => agent.destroy(),
  };
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
