/** @module What Isthmus sends to a platform, read as tolerantly as a platform should. */
import { z } from 'zod';

const base = { threadId: z.string(), customer: z.object({ id: z.string() }) };
const from = z.enum(['agent', 'system', 'customer']);
const author = z.object({ name: z.string().optional() }).optional();

const deliverySchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('message'),
    ...base,
    seq: z.int(),
    id: z.string(),
    from,
    author,
    text: z.string(),
    attachments: z.array(z.object({ name: z.string(), url: z.string() })).optional(),
    replyTo: z.object({ id: z.string(), from, text: z.string() }).optional(),
    forwarded: z.boolean().optional(),
    at: z.string(),
  }),
  z.object({
    type: z.literal('message-status'),
    ...base,
    seq: z.int(),
    id: z.string(),
    status: z.enum(['sent', 'failed', 'refused']),
    reason: z.string().optional(),
  }),
  z.object({
    type: z.literal('state'),
    ...base,
    seq: z.int(),
    state: z.enum(['open', 'warned', 'closed']),
    deadlineAt: z.string().optional(),
    closedBy: z.string().optional(),
  }),
  z.object({ type: z.literal('typing'), ...base, typing: z.boolean(), author }),
]);

/** An event for a customer of this platform. */
export type Delivery = z.output<typeof deliverySchema>;

/** Reads a delivery; undefined for one of a kind that is not known here. */
export function readDelivery(body: string): Delivery | undefined {
  return deliverySchema.safeParse(JSON.parse(body)).data;
}
