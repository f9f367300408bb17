/** @module What the channels file says now, for threads that began under what it said before. */
import { isDeepStrictEqual } from 'node:util';
import type { ChannelDefinition } from '../src/domain/channel.js';
import type { ChannelId } from '../src/domain/ids.js';
import type { ThreadPolicy } from '../src/domain/policy.js';

/** Makes the activities that read the channels; `channels` is read anew at each call. */
export function createPolicyActivities(deps: {
  readonly channels: ReadonlyMap<ChannelId, ChannelDefinition>;
}) {
  const { channels } = deps;
  return {
    /** Gives a channel's policy where it is another one than `known`; null too for a channel that is gone. */
    async currentPolicy(request: {
      readonly channelId: ChannelId;
      readonly known: ThreadPolicy;
    }): Promise<ThreadPolicy | null> {
      const policy = channels.get(request.channelId)?.policy;
      return policy === undefined || isDeepStrictEqual(policy, request.known) ? null : policy;
    },
  };
}
