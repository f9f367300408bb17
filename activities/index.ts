/** @module The activities of each kind of process: what a worker runs, and what a gateway runs. */
import { createChannelActivities } from './channel.js';
import { createChannelWatchActivities } from './channel-watch.js';
import { createContactCentreActivities } from './contact-centre.js';
import { createCustomerActivities } from './customers.js';
import { createPlatformActivities } from './platform.js';
import { createPolicyActivities } from './policies.js';
import { createThreadActivities } from './threads.js';

type WorkerDeps = Parameters<typeof createChannelWatchActivities>[0] &
  Parameters<typeof createContactCentreActivities>[0] &
  Parameters<typeof createCustomerActivities>[0] &
  Parameters<typeof createPlatformActivities>[0] &
  Parameters<typeof createPolicyActivities>[0] &
  Parameters<typeof createThreadActivities>[0];

/** Makes the activities of a worker. */
export function createWorkerActivities(deps: WorkerDeps) {
  return {
    ...createChannelWatchActivities(deps),
    ...createContactCentreActivities(deps),
    ...createCustomerActivities(deps),
    ...createPlatformActivities(deps),
    ...createPolicyActivities(deps),
    ...createThreadActivities(deps),
  };
}

/** Makes the activities of a gateway. */
export const createGatewayActivities = createChannelActivities;

export type { PostedMessage } from '../src/ports/contact-centre.js';
export type { WatchRound } from './channel-watch.js';
export type { CheckRequest } from './contact-centre.js';
export type WorkerActivities = ReturnType<typeof createWorkerActivities>;
export type GatewayActivities = ReturnType<typeof createChannelActivities>;
