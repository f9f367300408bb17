/** @module Whom this platform can reach, asked before an agent writes first. */
import { z } from 'zod';
import type { Chats } from './chats.js';

/** Who can be written to: everybody, the customers who have a chat here, or it does not say. */
export const reaches = ['everybody', 'customers', 'silent'] as const;
export type Reach = (typeof reaches)[number];

const questionSchema = z.object({
  type: z.literal('recipients'),
  recipients: z.array(z.object({ id: z.string() })),
});

/** What the question is answered: a status, and a body where there is something to say. */
export interface RecipientsAnswer {
  readonly status: number;
  readonly body?: { readonly invalid: readonly { readonly id: string; readonly reason: string }[] };
}

/** Answers the question; an empty list says that all of them can be written to. */
export function answerRecipients(body: string, reach: Reach, chats: Chats): RecipientsAnswer {
  const question = questionSchema.safeParse(JSON.parse(body));
  if (!question.success) return { status: 400 };
  if (reach === 'silent') return { status: 503 };
  const known = new Set(chats.all.map(({ customer }) => customer.id));
  const invalid = question.data.recipients
    .filter(({ id }) => reach === 'customers' && !known.has(id))
    .map(({ id }) => ({ id, reason: `Bush Telegraph knows no animal ${id}.` }));
  return { status: 200, body: { invalid } };
}
