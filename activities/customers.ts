/** @module What threads say of their customers. */
import type { ChannelId, CustomerId } from '../src/domain/ids.js';
import type { Threads } from '../src/ports/threads.js';
import { toRepeatableFailure } from './failure.js';

/** Makes the activities that are about customers. */
export function createCustomerActivities(deps: {
  readonly threads: Pick<Threads, 'blockCustomer'>;
}) {
  const { threads } = deps;
  return {
    /** Blocks a customer until a moment, in milliseconds since the epoch. Safe to call again. */
    async blockCustomer(request: {
      readonly channelId: ChannelId;
      readonly customerId: CustomerId;
      readonly untilMs: number;
    }): Promise<void> {
      const { channelId, customerId, untilMs } = request;
      try {
        await threads.blockCustomer(channelId, customerId, untilMs);
      } catch (error) {
        throw toRepeatableFailure(error);
      }
    },
  };
}
