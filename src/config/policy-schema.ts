import type { z } from 'zod';
import { contactStatuses } from '../domain/policy.js';
import {
  duration,
  durationOrNever,
  line,
  list,
  longDuration,
  oneOf,
  record,
} from './json-values.js';

const endingStatus = oneOf(['closed', 'resolved', 'abandon']);
const systemText = line(10_000);

/** What a channel's owner may say about its threads; each key is optional. */
export const policySchema = record({
  idleAfter: longDuration.optional(),
  countdown: longDuration.optional(),
  onIdle: endingStatus.optional(),
  onEnd: endingStatus.optional(),
  contactFresh: duration.optional(),
  contactCheck: duration.optional(),
  endedStatuses: list(oneOf(contactStatuses), 'a list of contact statuses')
    .min(1, 'at least one contact status')
    .optional(),
  reopenAfter: record({
    idle: durationOrNever.optional(),
    customer: durationOrNever.optional(),
    agent: durationOrNever.optional(),
    operator: durationOrNever.optional(),
  }).optional(),
  blockAfterAgentEnd: durationOrNever.optional(),
  texts: record({
    idleWarning: systemText.optional(),
    idleClosed: systemText.optional(),
    agentClosed: systemText.optional(),
  }).optional(),
});

/** A policy as its owner wrote it, durations in milliseconds. */
export type PolicyValues = z.infer<typeof policySchema>;
