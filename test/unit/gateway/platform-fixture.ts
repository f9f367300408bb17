/** A gateway with a webhook channel, and the platform's way in. */
import { Webhook } from 'standardwebhooks';
import type { Capabilities } from '../../../src/domain/capabilities.js';
import type { ChannelDefinition } from '../../../src/domain/channel.js';
import type { ChannelId } from '../../../src/domain/ids.js';
import type { ThreadPolicy } from '../../../src/domain/policy.js';
import {
  type Answer,
  channelId,
  refOf,
  send,
  startGateway,
  type TestGateway,
  type TestGatewayOptions,
  widgetChannel,
} from './gateway-fixture.js';

export const telegraph = channelId('bush-telegraph');
export const otherPlatform = channelId('drums');
export const telegraphSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
export const otherSecret = 'whsec_b3RoZXIgc2VjcmV0IG9mIGEgcGxhdGZvcm0=';
export const zebra = { id: 'zebra', name: 'Zed Zebra' };

export function platformChannel(
  id: ChannelId,
  secret: string,
  options: {
    readonly url?: string;
    readonly shows?: Capabilities;
    readonly recipientsUrl?: string;
    readonly limits?: Partial<ChannelDefinition['limits']>;
    readonly policy?: Partial<ThreadPolicy>;
  } = {},
): ChannelDefinition {
  const { url = 'http://127.0.0.1:1/', shows, recipientsUrl, ...rest } = options;
  const more = {
    ...(shows === undefined ? {} : { shows }),
    ...(recipientsUrl === undefined ? {} : { recipientsUrl }),
  };
  return { ...widgetChannel(id, rest), adapter: { kind: 'webhook', url, secret, ...more } };
}

export const platformChannels = [
  widgetChannel(channelId('watering-hole')),
  platformChannel(telegraph, telegraphSecret),
  platformChannel(otherPlatform, otherSecret),
];

/** How a request differs from a good one. */
export interface EventOptions {
  readonly channel?: string;
  readonly secret?: string;
  readonly id?: string;
  readonly atMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends an event as its platform would; a string goes as it is. */
export function sendEvent(
  url: string,
  event: unknown,
  options: EventOptions = {},
): Promise<Answer> {
  const { channel = telegraph, secret = telegraphSecret, atMs = Date.now() } = options;
  const id = options.id ?? `msg_${Math.random()}`;
  const body = typeof event === 'string' ? event : JSON.stringify(event);
  return send(`${url}/v1/channels/${channel}/events`, {
    body,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(atMs / 1_000)),
      'webhook-signature': new Webhook(secret).sign(id, new Date(atMs), body),
      ...options.headers,
    },
  });
}

export interface PlatformGateway extends TestGateway {
  readonly tell: (event: unknown, options?: EventOptions) => Promise<Answer>;
}

export async function startPlatformGateway(
  options: TestGatewayOptions = {},
): Promise<PlatformGateway> {
  const gateway = await startGateway({ channels: platformChannels, ...options });
  return { ...gateway, tell: (event, how) => sendEvent(gateway.url, event, how) };
}

/** A customer's message, as a platform tells of it. */
export function messageEvent(id: string, more: Record<string, unknown> = {}) {
  const message = { id, text: `text of ${id}`, ...more };
  return { type: 'message', threadId: 't-1', customer: zebra, message };
}

export const threadRef = refOf('t-1', telegraph);
