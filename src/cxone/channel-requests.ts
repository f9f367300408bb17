/** What the admin pages ask for, as DFO's endpoints want it. Pure. */
import type { AdminLink, ChannelOrder } from '../ports/channel-admin.js';
import type { ApiRequest } from './requests.js';

/** One call of DFO in an admin's name; it counts against no budget of the engine's. */
export type AdminRequest = Omit<ApiRequest, 'budget'>;

/** The exchange of a one-time token (cxone.md 1.8, CONFIRMED by OAS-TS and BE-SAMPLE). */
export function toVerification({ brandId, userId, token }: AdminLink): AdminRequest {
  return {
    operation: 'verify a one-time token',
    method: 'POST',
    path: '/one-time-token/verification',
    body: { brandId, userId, token, purpose: 'channel-integration' },
  };
}

/** How many channels are asked for at once. */
const pageSize = 100;

/** One page of all channels; `undefined` leaves it to DFO which one (cxone.md 2.7, OAS-TS). */
export function toListChannels(page: number | undefined): AdminRequest {
  return {
    operation: 'list channels',
    method: 'GET',
    path: `/channels?size=${pageSize}${page === undefined ? '' : `&page=${page}`}`,
  };
}

/**
 * "Create/Update Digital Channel" (cxone.md 2.7, CONFIRMED by OAS-TS, required fields included).
 *
 * The channel is one of private messages (`isPrivate`), not of comments below posts. Flags of
 * abilities for which the box has no path stay out, which is "no". That `canReplyToAnyMessage` and
 * `hasAbilityToForwardMessage` let agents answer one message and hand one on is INFERRED from their
 * names.
 */
export function toPutChannel(order: ChannelOrder): AdminRequest {
  const { id, name, integrationId, options, showsReplies } = order;
  return {
    operation: `put channel ${id}`,
    method: 'POST',
    path: '/channels',
    body: {
      id,
      idOnExternalPlatform: id,
      channelIntegrationId: integrationId,
      realExternalPlatformId: 'custom',
      name,
      isPrivate: true,
      hasTreeStructure: false,
      hasReply: true,
      contentFormat: 'plain',
      hasMultipleThreadsPerEndUser: true,
      hasOutboundFlow: options.canAgentsBegin,
      hasManualOutboundFlow: options.canAgentsBegin,
      hasAbilityToSendFiles: options.canAgentsSendFiles,
      canReplyToAnyMessage: showsReplies,
      hasAbilityToForwardMessage: showsReplies,
    },
  };
}

/** The end of a channel (cxone.md 2.7, CONFIRMED by OAS-TS). */
export function toRemoveChannel(id: string): AdminRequest {
  return {
    operation: `remove channel ${id}`,
    method: 'DELETE',
    path: `/channels/${encodeURIComponent(id)}`,
  };
}
