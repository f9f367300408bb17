/** @module The activities that workflows call: one proxy for each retry policy, with its reason. */
import { proxyActivities } from '@temporalio/workflow';
import type { GatewayActivities, WorkerActivities } from '../activities/index.js';
import type { GatewayQueue } from '../src/domain/ids.js';
import {
  contactCentreCallLimit,
  contactCentreHeartbeat,
  engineCallLimit,
  platformCallLimit,
  platformHeartbeat,
  policyLookLimit,
  showLimit,
  showPickUpLimit,
  watchRoundLimit,
} from './deadlines.js';

/**
 * Calls of the contact centre: one attempt. What a failure means for the message is a rule of the
 * thread (looked up, put off, given up), so each failure comes back to it.
 */
export const contactCentre = proxyActivities<WorkerActivities>({
  startToCloseTimeout: contactCentreCallLimit,
  heartbeatTimeout: contactCentreHeartbeat,
  retry: { maximumAttempts: 1 },
});

/**
 * Deliveries to platforms: one attempt. When the next one comes, and after what, is a rule of the
 * thread; each has the same id, so that nothing has to be looked up.
 */
export const platform = proxyActivities<WorkerActivities>({
  startToCloseTimeout: platformCallLimit,
  heartbeatTimeout: platformHeartbeat,
  retry: { maximumAttempts: 1 },
});

/**
 * Calls of the engine's own parts: tried again by the server for as long as it takes, because there
 * is nothing to decide in between.
 */
export const engine = proxyActivities<WorkerActivities>({ startToCloseTimeout: engineCallLimit });

/**
 * The channels' policies: one attempt within a short time, pick-up included, because a thread that is
 * given no answer goes on by what it knows.
 */
export const policies = proxyActivities<WorkerActivities>({
  scheduleToCloseTimeout: policyLookLimit,
  retry: { maximumAttempts: 1 },
});

/** A round of a channel's watcher: one attempt, because the next round does as well. */
export const watch = proxyActivities<WorkerActivities>({
  startToCloseTimeout: watchRoundLimit,
  heartbeatTimeout: contactCentreHeartbeat,
  retry: { maximumAttempts: 1 },
});

/** Shows on one gateway's own queue: one attempt, because a page that lacks events asks for them. */
export function pagesAt(gateway: GatewayQueue) {
  return proxyActivities<GatewayActivities>({
    taskQueue: gateway,
    scheduleToStartTimeout: showPickUpLimit,
    startToCloseTimeout: showLimit,
    retry: { maximumAttempts: 1 },
  });
}
