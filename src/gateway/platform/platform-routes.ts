/**
 * @module The platform API: what the server of a webhook channel tells of its customers.
 *
 * Errors come in one order: channel, size of the body, signature, body. So nobody but the platform
 * is told what is wrong with a body.
 */
import type { Request, Response } from 'express';
import type { ChannelDefinition } from '../../domain/channel.js';
import { RequestError } from '../../domain/errors.js';
import { parseChannelId, type ThreadRef } from '../../domain/ids.js';
import type { Customer, Receipt } from '../../domain/messages.js';
import { toIsoMoment } from '../customer-event-json.js';
import type { GatewayDeps } from '../gateway-deps.js';
import type { GatewayMetrics } from '../metrics.js';
import { pathParam } from '../path-param.js';
import { createRateLimit } from '../rate-limits.js';
import { checkBody, createBodyReader, parseStrictJson, requireJsonType } from '../request-body.js';
import { requestIdOf } from '../request-id.js';
import type { Routes } from '../routes.js';
import { createCustomerTyping } from '../widget/customer-typing.js';
import { charactersPerMinute } from '../widget/messages.js';
import { sideCallsPerMinute } from '../widget/side-calls.js';
import { takePlatformEvent } from './operations.js';
import { createRecentIds } from './recent-ids.js';
import { type PlatformEvent, platformEventSchema } from './schemas.js';

const bodyLimitBytes = 64 * 1024;

type MessageOfPlatform = Extract<PlatformEvent, { type: 'message' }>;

/** A request that the platform of this channel has signed. */
interface PlatformCaller {
  readonly channel: ChannelDefinition;
  readonly body: Buffer;
  /** The same on each retry of the platform's. */
  readonly deliveryId: string;
}

/** Mounts the platform API. */
export function mountPlatformApi(
  routes: Routes,
  deps: GatewayDeps & { readonly gatewayMetrics: GatewayMetrics },
): void {
  const { threads, platforms, channels, clock, logger, gatewayMetrics } = deps;
  const readBody = createBodyReader(bodyLimitBytes);
  const limit = createRateLimit(clock, 'messages in this thread');
  const sizeLimit = createRateLimit(clock, 'long messages in this thread');
  const sideCallLimit = createRateLimit(clock, 'calls for this thread');
  const customerTyping = createCustomerTyping({
    contactCentre: deps.contactCentre,
    threads,
    logger,
  });
  const recentIds = createRecentIds(clock);

  async function admit(req: Request, res: Response): Promise<PlatformCaller> {
    const channelId = parseChannelId(pathParam(req, 'channelId'));
    const channel = channelId && channels.get(channelId);
    const body = await readBody(req, res);
    if (channel?.adapter.kind !== 'webhook') {
      throw new RequestError('CHANNEL_UNKNOWN', 'There is no such channel with a platform.');
    }
    const deliveryId = platforms.readSender(channel.id, { headers: singleHeaders(req), body });
    if (deliveryId === undefined) {
      throw new RequestError(
        'EVENT_SIGNATURE_INVALID',
        'The signature does not fit, or its moment is more than five minutes off.',
      );
    }
    return { channel, body, deliveryId };
  }

  /** A thread that runs goes on whatever becomes of its customer; only a new one is refused. */
  async function refuseBlocked(channel: ChannelDefinition, ref: ThreadRef, { id }: Customer) {
    if (channel.policy.blockAfterAgentEndMs === null) return;
    const untilMs = await threads.blockedUntil(channel.id, id);
    if (untilMs === undefined || (await threads.standing(ref)).kind !== 'unknown') return;
    throw new RequestError('CUSTOMER_BLOCKED', 'An agent has ended the chat; none begins yet.', {
      details: { until: toIsoMoment(untilMs) },
    });
  }

  async function acceptMessage(
    { channel, body }: PlatformCaller,
    ref: ThreadRef,
    { message, customer: said }: MessageOfPlatform,
  ): Promise<void> {
    const key = `${ref.channelId} ${ref.threadId}`;
    limit.spend(key, channel.limits.messagesPerMinute);
    sizeLimit.spend(key, charactersPerMinute, body.length);
    const customer = toCustomer(said);
    await refuseBlocked(channel, ref, customer);
    const { id, text, attachments, postback, replyTo, at } = message;
    const acceptedAtMs = clock();
    await threads.acceptInbound(
      // Nobody knows how old the id is, so the contact centre is asked before a new thread's first message.
      { ref, customer, policy: channel.policy, mayHaveEnded: true, delivery: 'platform' },
      {
        id,
        text,
        ...(attachments === undefined ? {} : { attachments }),
        ...(postback === undefined ? {} : { postback }),
        ...(replyTo === undefined ? {} : { replyTo }),
        acceptedAtMs,
        // What was written cannot have been written later than it came.
        ...(at === undefined ? {} : { writtenAtMs: Math.min(Date.parse(at), acceptedAtMs) }),
      },
    );
    gatewayMetrics.accepted('inbound', ref.channelId);
  }

  /** Does what comes besides messages; on a thread that does not run it does nothing. */
  async function takeSideCall(
    ref: ThreadRef,
    event: Exclude<PlatformEvent, MessageOfPlatform>,
  ): Promise<unknown> {
    switch (event.type) {
      case 'left':
      case 'returned':
        return await threads.tellWhereabouts(ref, { change: event.type, atMs: clock() });
      case 'end':
        return await threads.tellCustomerEnd(ref);
      case 'receipt':
        return await threads.tellReceipt(ref, toReceipt(event.receipt, clock()));
      case 'typing':
        return customerTyping.set(ref, event.typing);
    }
  }

  routes.mount('/v1/channels/:channelId/events', {
    POST: {
      operation: takePlatformEvent,
      handle: async (req, res) => {
        const caller = await admit(req, res);
        requireJsonType(req);
        const event = checkBody(parseStrictJson(caller.body), platformEventSchema);
        const ref = { channelId: caller.channel.id, threadId: event.threadId };
        const facts = { ...ref, eventType: event.type, requestId: requestIdOf(res) };
        if (event.type === 'message') {
          await acceptMessage(caller, ref, event);
          logger.info({ ...facts, messageId: event.message.id }, 'message accepted');
          res.status(202).json({ id: event.message.id, status: 'accepted' });
          return;
        }
        sideCallLimit.spend(`${ref.channelId} ${ref.threadId}`, sideCallsPerMinute);
        const key = `${ref.channelId} ${caller.deliveryId}`;
        if (!recentIds.has(key)) {
          await takeSideCall(ref, event);
          recentIds.add(key);
        }
        logger.debug(facts, 'event accepted');
        res.status(202).json({ status: 'accepted' });
      },
    },
  });
}

/** Gives the headers that came once, which all that are signed must. */
function singleHeaders(req: Request): Record<string, string> {
  return Object.fromEntries(
    Object.entries(req.headersDistinct).flatMap(([name, values = []]) =>
      values.length === 1 ? [[name, values[0] ?? '']] : [],
    ),
  );
}

function toCustomer({ id, name, imageUrl }: MessageOfPlatform['customer']): Customer {
  return {
    id,
    ...(name === undefined ? {} : { name }),
    ...(imageUrl === undefined ? {} : { imageUrl }),
  };
}

function toReceipt(
  receipt: Extract<PlatformEvent, { type: 'receipt' }>['receipt'],
  atMs: number,
): Receipt {
  return 'id' in receipt
    ? { kind: receipt.kind, messageId: receipt.id, atMs }
    : { kind: receipt.kind, upToSeq: receipt.upTo, atMs };
}
