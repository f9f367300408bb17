/** @module How a thread reaches a customer whose channel has a server of its own, a platform. */
import type { ChannelId, CustomerId, ThreadRef } from '../domain/ids.js';
import type { Customer, CustomerEvent } from '../domain/messages.js';
import type { AgentTyping } from './channel.js';

/** One event on its way to a platform. */
export interface DeliveryRequest {
  readonly ref: ThreadRef;
  readonly customerId: CustomerId;
  /** Fixed before the first try, the same on each retry; the platform knows a repeat by it. */
  readonly deliveryId: string;
  readonly event: CustomerEvent;
}

/** A customer to whom an agent wants to write. */
export type Recipient = Pick<Customer, 'id' | 'name'>;

/** One who cannot be written to. */
export interface InvalidRecipient {
  readonly id: CustomerId;
  /** Why, in the platform's words, for an agent: one line of at most 200 characters. */
  readonly reason?: string;
}

/** A request as it came, before anything in it is believed. */
export interface SignedRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** The platforms of all channels that have one. */
export interface Platforms {
  /**
   * Gives an event to the channel's platform; resolves when the platform says that it has it.
   *
   * Must be safe to call again with the same `deliveryId`. Throws `CHANNEL_GONE` when the platform
   * says that it will never take it, and `CHANNEL_UNREACHABLE` whenever it may or may not have it,
   * with `retryAfterMs` where the platform asks for a pause. Gives up when `signal` aborts.
   */
  deliver(request: DeliveryRequest, signal: AbortSignal): Promise<void>;

  /** Shows whether an agent is typing; lost without harm. */
  showTyping(ref: ThreadRef, customerId: CustomerId, typing: AgentTyping): Promise<void>;

  /**
   * Asks a channel's platform which of these customers cannot be written to; none where there is
   * nobody to ask. Names nobody who was not asked about.
   *
   * Throws `CHANNEL_UNREACHABLE` when the platform does not answer within three seconds, or when
   * its answer is not understood; then nothing is known of anybody.
   */
  findInvalidRecipients(
    channelId: ChannelId,
    recipients: readonly Recipient[],
  ): Promise<readonly InvalidRecipient[]>;

  /**
   * Says the id under which a channel's platform has signed a request; undefined when it has not,
   * or more than five minutes ago. Must judge the bytes as they came.
   */
  readSender(channelId: ChannelId, request: SignedRequest): string | undefined;
}
