/** @module What a platform is sent, as it is described to those who write one. */
import { z } from 'zod';
import { platformIdPattern } from '../../domain/ids.js';
import { type ApiAnswer, type ApiParameter, json } from '../api/operation.js';
import { exampleMoment } from '../api/values.js';
import type { ApiWebhook, ApiWebhooks } from '../api/webhook.js';
import { threadEvents } from '../widget/answers.js';

const whose = {
  channelId: z.string(),
  threadId: z.string().meta({ pattern: platformIdPattern.source }),
  customer: z.strictObject({ id: z.string() }),
};

/** What every request to a platform carries: the signature of Standard Webhooks. */
const headers: readonly ApiParameter[] = [
  {
    in: 'header',
    name: 'webhook-id',
    description: 'The same at each try: by it a repeat is known.',
    schema: z.string(),
    isRequired: true,
  },
  {
    in: 'header',
    name: 'webhook-timestamp',
    description: 'When this try was signed, in seconds since the epoch.',
    schema: z.string(),
    isRequired: true,
  },
  {
    in: 'header',
    name: 'webhook-signature',
    description:
      'The signature of id, moment and raw body under the channel’s secret, as Standard Webhooks have it.',
    schema: z.string(),
    isRequired: true,
  },
];

const anyAgain: ApiAnswer = {
  description:
    'Anything else, a redirect, or none within 10 seconds: given again after half a second, then ever later up to a minute. The thread’s next event waits.',
  headers: { 'Retry-After': 'Before that it is not given again; seconds, or a date.' },
};

const ofEvent = {
  tag: 'Platforms',
  parameters: headers,
  answers: {
    '2XX': { description: 'The platform has it.' },
    410: { description: 'The platform will never take it. The thread’s next event follows.' },
    default: anyAgain,
  },
} as const satisfies Partial<ApiWebhook>;

const { message, 'message-status': messageStatus, state, typing } = threadEvents;
const savanna = { channelId: 'bush-telegraph', threadId: 'herd-7', customer: { id: 'tembo' } };

/** The requests, by the `type` of their body. */
export const platformWebhooks = {
  message: {
    ...ofEvent,
    id: 'tellMessage',
    summary: 'An agent’s message, or one of the channel’s own texts',
    description:
      'Where the channel’s `shows` says what the platform can show, everything else is told in `text`: a file as a line with its name and its address, a quotation as lines that begin with `>`, what can be chosen as lines with a dash. The addresses of `attachments` are the contact centre’s and soon run out: fetch the files at once.',
    body: json(
      message
        .extend({ type: z.literal('message'), ...whose, from: z.enum(['agent', 'system']) })
        .meta({ id: 'PlatformMessage' }),
      {
        message: {
          type: 'message',
          ...savanna,
          seq: 3,
          id: 'bush-telegraph~herd-7~~Zk0yqPEu0cV4mB8cQyRrS2aXw5nLd1Tf',
          from: 'agent',
          author: { name: 'Warden' },
          text: 'We fill it up.',
          at: exampleMoment,
        },
      },
    ),
    answers: {
      ...ofEvent.answers,
      410: {
        description:
          'The platform will never take it: the agent is told that it failed, and the chat goes on.',
      },
    },
  },
  'message-status': {
    ...ofEvent,
    id: 'tellMessageStatus',
    summary: 'What became of a customer’s message',
    body: json(
      messageStatus
        .extend({ type: z.literal('message-status'), ...whose })
        .meta({ id: 'PlatformMessageStatus' }),
      {
        sent: { type: 'message-status', ...savanna, seq: 2, id: 'm-1', status: 'sent' },
      },
    ),
  },
  state: {
    ...ofEvent,
    id: 'tellState',
    summary: 'A change of the thread itself',
    body: json(state.extend({ type: z.literal('state'), ...whose }).meta({ id: 'PlatformState' }), {
      warned: {
        type: 'state',
        ...savanna,
        seq: 5,
        state: 'warned',
        deadlineAt: exampleMoment,
      },
    }),
  },
  typing: {
    ...ofEvent,
    id: 'tellTyping',
    summary: 'An agent is typing, or stopped',
    body: json(
      typing.extend({ type: z.literal('typing'), ...whose }).meta({ id: 'PlatformTyping' }),
      {
        typing: { type: 'typing', ...savanna, typing: true, author: { name: 'Warden' } },
      },
    ),
    answers: { default: { description: 'Told once, whatever the answer; lost without harm.' } },
  },
  recipients: {
    tag: 'Platforms',
    parameters: headers,
    id: 'askRecipients',
    summary: 'Which of these customers cannot be written to?',
    description:
      'Sent to the channel’s `recipientsUrl`, where it has one, when the contact centre wants recipients validated before an agent writes first.',
    body: json(
      z
        .strictObject({
          type: z.literal('recipients'),
          channelId: z.string(),
          recipients: z
            .array(z.strictObject({ id: z.string(), name: z.string().optional() }))
            .min(1),
        })
        .meta({ id: 'PlatformRecipients' }),
      {
        question: {
          type: 'recipients',
          channelId: 'bush-telegraph',
          recipients: [{ id: 'tembo', name: 'Tembo' }, { id: 'leo' }],
        },
      },
    ),
    answers: {
      '2XX': {
        description: 'Those who cannot be written to; nobody, where all of them can.',
        content: json(
          z
            .looseObject({
              invalid: z.array(
                z.looseObject({
                  id: z.string().meta({ description: 'One of those who were asked about.' }),
                  reason: z.string().optional().meta({
                    description: 'Why, for the agent to read; cut to one line of 200 characters.',
                  }),
                }),
              ),
            })
            .meta({ id: 'PlatformRecipientsAnswer' }),
          {
            unknown: { invalid: [{ id: 'leo', reason: 'Leo has left the savanna.' }] },
            all: { invalid: [] },
          },
        ),
      },
      default: {
        description:
          'Anything else, an answer that is not understood or above 64 KiB, or none within three seconds: the form of the ids decides, and a message that cannot be delivered is told to the agent as failed.',
      },
    },
  },
} as const satisfies ApiWebhooks;
