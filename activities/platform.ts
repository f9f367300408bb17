/** @module What threads ask of customers' platforms. Translates; every rule is the thread's. */
import type { DeliveryRequest, Platforms } from '../src/ports/platform.js';
import { call } from './call.js';

/** Makes the activities of the lane to a platform. */
export function createPlatformActivities(deps: { readonly platforms: Pick<Platforms, 'deliver'> }) {
  const { platforms } = deps;
  return {
    /** Gives an event to the customer's platform; resolves when the platform has it. */
    async deliverToPlatform(request: DeliveryRequest): Promise<void> {
      await call((signal) => platforms.deliver(request, signal));
    },
  };
}
