/** @module The activities of each kind of process: what a worker runs, and what a gateway runs. */
import { createChannelActivities } from './channel.js';
import { createContactCentreActivities } from './contact-centre.js';

/** Makes the activities of a worker. */
export const createWorkerActivities = createContactCentreActivities;
/** Makes the activities of a gateway. */
export const createGatewayActivities = createChannelActivities;

export type { PostedMessage } from '../src/ports/contact-centre.js';
export type WorkerActivities = ReturnType<typeof createContactCentreActivities>;
export type GatewayActivities = ReturnType<typeof createChannelActivities>;
