/** @module Values that are described in more than one place. */
import { z } from 'zod';
import { platformIdPattern } from '../../domain/ids.js';

/** A moment. */
export const momentSchema = z.iso
  .datetime({ precision: 3 })
  .meta({ description: 'ISO 8601 in UTC with milliseconds.' });

/** A moment, where a document shows one. */
export const exampleMoment = '2026-05-04T09:30:00.000Z';

/** Who ended a thread. */
export const enderSchema = z.enum(['agent', 'idle', 'customer', 'operator']);

/** A sequence number of a thread's events. */
export const seqSchema = z
  .int()
  .min(1)
  .meta({ description: 'The thread’s own number of the event: from 1, with no gaps.' });

const platformId = z.string().meta({ pattern: platformIdPattern.source });

/** The part of a path that names a channel. */
export const channelIdPart = {
  in: 'path',
  name: 'channelId',
  description: 'The channel, by the id that it has in the contact centre too.',
  schema: platformId,
  example: 'watering-hole',
} as const;

/** A thread's id, where a document shows one. */
export const exampleThreadId = 'k3v9Qm2XbT7yLw4dR8sNaA';

/** The id of an agent's message, where a document shows one. */
export const exampleAgentMessageId = `watering-hole~${exampleThreadId}~~Zk0yqPEu0cV4mB8cQyRrS2aXw5nLd1Tf`;

/** The part of a path that names a thread. */
export const threadIdPart = {
  in: 'path',
  name: 'threadId',
  description: 'The thread, by its own id.',
  schema: platformId,
  example: exampleThreadId,
} as const;
