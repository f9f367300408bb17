/**
 * @module What a channel's platform says of recipients, before an agent writes to them.
 *
 * A platform that says nothing stops nobody: the message is durable whatever it says, and one that
 * it does not take is told to the agent as failed.
 */
import type { Logger } from 'pino';
import type { ChannelDefinition } from '../../domain/channel.js';
import type { Platforms, Recipient } from '../../ports/platform.js';
import type { GatewayMetrics } from '../metrics.js';
import { hasCode } from '../problem.js';
import { recipientsInvalid } from './recipients.js';

/** Throws `BODY_INVALID` where the channel's platform cannot reach one of the recipients. */
export type RecipientCheck = (
  channel: ChannelDefinition,
  recipients: readonly Recipient[],
  requestId: string,
) => Promise<void>;

/** Makes the check. */
export function createRecipientCheck(deps: {
  readonly platforms: Pick<Platforms, 'findInvalidRecipients'>;
  readonly logger: Logger;
  readonly gatewayMetrics: GatewayMetrics;
}): RecipientCheck {
  const { platforms, logger, gatewayMetrics } = deps;

  async function ask(
    { id: channelId }: ChannelDefinition,
    recipients: readonly Recipient[],
    requestId: string,
  ): ReturnType<Platforms['findInvalidRecipients']> {
    try {
      const invalid = await platforms.findInvalidRecipients(channelId, recipients);
      gatewayMetrics.recipientsAsked('answered', channelId);
      return invalid;
    } catch (error) {
      if (!hasCode(error, 'CHANNEL_UNREACHABLE')) throw error;
      gatewayMetrics.recipientsAsked('unanswered', channelId);
      logger.warn({ channelId, requestId, err: error }, 'recipients not checked by the platform');
      return [];
    }
  }

  return async (channel, recipients, requestId) => {
    const { adapter } = channel;
    if (adapter.kind !== 'webhook' || adapter.recipientsUrl === undefined) return;
    const invalid = await ask(channel, recipients, requestId);
    if (invalid.length > 0) throw recipientsInvalid(recipients, invalid);
  };
}
