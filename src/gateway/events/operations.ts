/** @module What is said of the endpoint of the contact centre's events (cxone.md 4.3, 4.4). */
import { z } from 'zod';
import { json, type Operation } from '../api/operation.js';
import { exampleMoment, exampleThreadId } from '../api/values.js';

const contact = z
  .looseObject({
    id: z.string().optional().meta({ description: 'The contact number.' }),
    status: z.string().optional(),
    statusUpdatedAt: z.string().optional(),
    threadIdOnExternalPlatform: z.string().optional(),
    channelId: z.string().optional(),
  })
  .optional()
  .meta({ description: 'Newer streams say `contact`, older ones `case`. CONFIRMED.' });

/** What is read of an event; nothing is checked by it. */
const eventBody = z
  .looseObject({
    eventId: z.string().optional(),
    eventType: z.string().optional().meta({ description: 'Only `CaseStatusChanged` is of use.' }),
    data: z
      .looseObject({
        case: contact,
        contact,
        channel: z.looseObject({ id: z.string().optional() }).optional(),
      })
      .optional(),
  })
  .meta({ id: 'ContactCentreEvent' });

export const takeEvent: Operation = {
  id: 'takeEvent',
  tag: 'Events',
  summary: 'Takes a signed event of the contact centre',
  description:
    'Whatever is signed is taken, also of an unknown type or thread, and what is no JSON. The form of events is CONFIRMED; that a contact centre sends them signed like this is INFERRED.',
  security: [['eventsSignature']],
  body: {
    isRequired: true,
    content: json(eventBody, {
      closed: {
        eventId: '7b0c5f6e-3f1c-4a58-9a0e-2f6a5f0f7a11',
        eventType: 'CaseStatusChanged',
        data: {
          case: {
            id: '1024',
            status: 'closed',
            statusUpdatedAt: exampleMoment,
            threadIdOnExternalPlatform: exampleThreadId,
          },
          channel: { id: 'watering-hole' },
        },
      },
    }),
  },
  answers: { 204: { description: 'Taken; or of no use, and not to be sent again.' } },
  problems: ['BODY_INVALID', 'EVENT_SIGNATURE_INVALID', 'BODY_TOO_LARGE'],
};
