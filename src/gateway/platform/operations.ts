/** @module What is said of the platform API. */
import { z } from 'zod';
import { json, type Operation } from '../api/operation.js';
import { channelIdPart, exampleMoment } from '../api/values.js';
import { platformEventSchema } from './schemas.js';

const takenAnswer = z
  .strictObject({
    id: z.string().optional().meta({ description: 'Of a message: its own.' }),
    status: z.literal('accepted'),
  })
  .meta({ id: 'PlatformEventTaken' });

export const takePlatformEvent: Operation = {
  id: 'takePlatformEvent',
  tag: 'Platforms',
  summary: 'Takes what a platform tells of its customer',
  description:
    'A message is durable when it is answered; `message.id` decides what is a repeat. Anything else is a repeat under the same `webhook-id`.',
  security: [['platformSignature', 'platformMoment', 'platformDelivery']],
  parameters: [channelIdPart],
  body: {
    isRequired: true,
    content: json(platformEventSchema, {
      message: {
        type: 'message',
        threadId: 'herd-7',
        customer: { id: 'tembo', name: 'Tembo' },
        message: { id: 'm-1', text: 'The water is low.', at: exampleMoment },
      },
      answer: {
        type: 'message',
        threadId: 'herd-7',
        customer: { id: 'tembo' },
        message: { id: 'm-2', text: 'Since Monday.', replyTo: 'm-1' },
      },
      left: { type: 'left', threadId: 'herd-7' },
      seen: { type: 'receipt', threadId: 'herd-7', receipt: { upTo: 3, kind: 'seen' } },
    }),
  },
  answers: {
    202: {
      description: 'Taken.',
      content: json(takenAnswer, { message: { id: 'm-1', status: 'accepted' } }),
    },
  },
  problems: [
    'BODY_INVALID',
    'EVENT_SIGNATURE_INVALID',
    'CUSTOMER_BLOCKED',
    'CHANNEL_UNKNOWN',
    'THREAD_CLOSED',
    'BODY_TOO_LARGE',
    'THREAD_BUSY',
    'RATE_LIMITED',
  ],
};
