import { RemoteError } from '../domain/errors.js';
import type { ChannelAdmin, ListedChannel } from '../ports/channel-admin.js';
import {
  type AdminRequest,
  toListChannels,
  toPutChannel,
  toRemoveChannel,
  toVerification,
} from './channel-requests.js';
import { createEndpoints } from './discovery.js';
import { readAnswer, toAnswerError, toSilenceError } from './errors.js';
import { toHome } from './home.js';
import { createHttp, type HttpAnswer } from './http.js';
import { type AnsweredChannel, channelsSchema, verificationSchema } from './schemas.js';
import type { CxoneDeps } from './settings.js';
import { withTimeLimit } from './time-limit.js';

/** The channels of a CXone tenant, for its admins. */
export interface CxoneChannelAdmin extends ChannelAdmin {
  /** Lets go of every connection. To be called when no call is under way any more. */
  close(): Promise<void>;
}

/** No page of a list is known to be shorter, unless it is the last one. */
const shortestPage = 25;
const mostPages = 50;

/** Makes the channel admin of a tenant. Nothing is called before it is asked for. */
export function createCxoneChannelAdmin(deps: CxoneDeps): CxoneChannelAdmin {
  const { settings, clock, logger } = deps;
  const http = createHttp(settings.timeoutMs);
  const endpoints = createEndpoints({ ...deps, http });

  /** Calls an admin's own API host; its token is used as it is, for nobody can renew it. */
  async function call(
    apiOrigin: string,
    accessToken: string | undefined,
    { operation, method, path, body }: AdminRequest,
    isFine: (answer: HttpAnswer) => boolean = () => false,
  ): Promise<HttpAnswer> {
    const request = {
      method,
      base: `${apiOrigin}/dfo/3.0`,
      path,
      headers: {
        ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    try {
      const answer = await withTimeLimit(
        settings.timeoutMs,
        undefined,
        async (limit) => await http.exchange(request, limit),
      );
      logger.debug({ operation, status: answer.status }, 'contact centre answered an admin');
      if ((answer.status >= 200 && answer.status <= 299) || isFine(answer)) return answer;
      throw toAnswerError(answer, operation, clock);
    } catch (failure) {
      throw toSilenceError(failure, operation);
    }
  }

  return {
    findHome: async () => toHome(await endpoints.apiUrl(), settings.issuer),

    async signIn(link) {
      const request = toVerification(link);
      const answer = await call(link.apiOrigin, undefined, request);
      const { accessToken, brand } = readAnswer(verificationSchema, answer, request.operation);
      if (isOtherTenant(settings.tenantId, brand?.tenantId)) {
        throw new RemoteError('CONTACT_CENTRE_FORBIDDEN', 'The token is of another tenant');
      }
      return { apiOrigin: link.apiOrigin, accessToken };
    },

    async listChannels({ apiOrigin, accessToken }) {
      const found = new Map<string, ListedChannel>();
      // Whether pages count from 0 or 1 is not known: the first call leaves it to DFO, and a page
      // that shows the same again ends the list only when it cannot be the first one.
      for (let page: number | undefined; (page ?? 0) < mostPages; page = (page ?? 0) + 1) {
        const request = toListChannels(page);
        const answer = await call(apiOrigin, accessToken, request);
        const channels = readAnswer(channelsSchema, answer, request.operation);
        const before = found.size;
        for (const channel of channels) {
          if (channel.isDeleted !== true) found.set(channel.id, toListedChannel(channel));
        }
        const isRepeat = found.size === before && (page ?? 0) > 1;
        if (channels.length < shortestPage || isRepeat) break;
      }
      return [...found.values()];
    },

    async putChannel({ apiOrigin, accessToken }, order) {
      await call(apiOrigin, accessToken, toPutChannel(order));
    },

    async removeChannel({ apiOrigin, accessToken }, id) {
      await call(apiOrigin, accessToken, toRemoveChannel(id), ({ status }) => status === 404);
    },

    close: () => http.close(),
  };
}

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/**
 * One DFO host serves many tenants, and vouches for the admins of each.
 *
 * INFERRED (cxone.md 1.0 and 1.5): `brand.tenantId` is the tenant's id of discovery, where it is
 * there and written as one.
 */
function isOtherTenant(own: string | undefined, other: string | null | undefined): boolean {
  if (own === undefined || typeof other !== 'string') return false;
  return uuid.test(own) && uuid.test(other) && own.toLowerCase() !== other.toLowerCase();
}

function toListedChannel(channel: AnsweredChannel): ListedChannel {
  const { id, name, channelIntegrationId: integrationId } = channel;
  return {
    id,
    name: name ?? id,
    ...(typeof integrationId === 'string' ? { integrationId } : {}),
    options: {
      canAgentsBegin: channel.hasOutboundFlow === true || channel.hasManualOutboundFlow === true,
      canAgentsSendFiles: channel.hasAbilityToSendFiles === true,
    },
  };
}
