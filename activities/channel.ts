/** @module What threads ask of one gateway's open pages. Runs in the gateway's own process. */
import type { ThreadRef } from '../src/domain/ids.js';
import type { CustomerEvent } from '../src/domain/messages.js';
import type { AgentTyping, Pages } from '../src/ports/channel.js';
import { toFailure } from './failure.js';

/** Makes the activities of a gateway. */
export function createChannelActivities(deps: { readonly pages: Pages }) {
  const { pages } = deps;
  return {
    /** Shows durable events to the open pages; resolves to whether there was one. */
    async showToCustomer(request: {
      readonly ref: ThreadRef;
      readonly events: readonly CustomerEvent[];
    }): Promise<boolean> {
      try {
        return await pages.show(request.ref, request.events);
      } catch (error) {
        throw toFailure(error);
      }
    },

    /** Shows whether an agent is typing. */
    async showTyping(request: {
      readonly ref: ThreadRef;
      readonly typing: AgentTyping;
    }): Promise<void> {
      pages.showTyping(request.ref, request.typing);
      await Promise.resolve();
    },
  };
}
