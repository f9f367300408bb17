/** @module What is said of each route of the widget API. */
import { z } from 'zod';
import { json, type Operation } from '../api/operation.js';
import type { AnsweredCode } from '../api/problems.js';
import {
  channelIdPart,
  exampleAgentMessageId,
  exampleMoment,
  exampleThreadId,
  threadIdPart,
} from '../api/values.js';
import { acceptedAnswer, sessionAnswer, snapshotAnswer, threadEvents } from './answers.js';
import {
  leaveSchema,
  messageSchema,
  receiptSchema,
  sessionSchema,
  typingSchema,
} from './schemas.js';

/** Every call for a thread is admitted alike, whatever it carries. */
const threadProblems: readonly AnsweredCode[] = [
  'BODY_INVALID',
  'TOKEN_INVALID',
  'ORIGIN_FORBIDDEN',
  'THREAD_FORBIDDEN',
  'BODY_TOO_LARGE',
  'RATE_LIMITED',
];

const ofThread = {
  tag: 'Customers',
  security: [['session']],
  parameters: [threadIdPart],
  problems: threadProblems,
} as const satisfies Partial<Operation>;

export const openSession: Operation = {
  id: 'openSession',
  tag: 'Customers',
  summary: 'Opens a session',
  description:
    'Without a body, an anonymous customer with a thread of their own. With `resume`, the customer’s current open thread if there is one, else the token’s. On a channel whose customers are identified, `identityToken` is needed, and gives the customer’s current open thread or a new one, the same for every concurrent caller. A thread begins with its first message.',
  parameters: [channelIdPart],
  body: {
    isRequired: false,
    content: json(sessionSchema, {
      named: { customer: { name: 'Zola', fields: { species: 'zebra' } } },
      anonymous: {},
    }),
  },
  answers: {
    201: {
      description: 'The session.',
      content: json(sessionAnswer, {
        session: {
          token: 'eyJhbGciOiJIUzI1NiJ9.e30.c2ln',
          expiresAt: exampleMoment,
          channelId: 'watering-hole',
          threadId: exampleThreadId,
          customer: { id: 'Vn3cQ0b8sT5yKp1wZr7uEg', name: 'Zola' },
        },
      }),
    },
  },
  problems: [
    'BODY_INVALID',
    'TOKEN_INVALID',
    'ORIGIN_FORBIDDEN',
    'CUSTOMER_BLOCKED',
    'CHANNEL_UNKNOWN',
    'BODY_TOO_LARGE',
    'RATE_LIMITED',
  ],
};

export const postMessage: Operation = {
  ...ofThread,
  id: 'postMessage',
  summary: 'Takes a message of the customer’s',
  description:
    'Answered only after the message is durable. The same `id` again gets the same answer and is no second message, also after the thread has closed.',
  body: {
    isRequired: true,
    content: json(messageSchema, {
      text: { id: 'm-1', text: 'The water is low.' },
      choice: { id: 'm-2', text: 'Fill it up', postback: 'fill' },
      answer: { id: 'm-3', text: 'Since Monday.', replyTo: exampleAgentMessageId },
    }),
  },
  answers: {
    202: {
      description: 'The message is durable.',
      content: json(acceptedAnswer, { accepted: { id: 'm-1', status: 'accepted' } }),
    },
  },
  problems: [...threadProblems, 'THREAD_CLOSED', 'THREAD_BUSY'],
};

export const readThread: Operation = {
  ...ofThread,
  id: 'readThread',
  summary: 'Shows the thread, all at once',
  description: 'Before the first message: open, with nothing in it.',
  answers: {
    200: {
      description: 'The thread as its customer sees it.',
      content: json(snapshotAnswer, {
        begun: {
          threadId: exampleThreadId,
          channelId: 'watering-hole',
          state: 'open',
          messages: [
            {
              seq: 1,
              id: 'm-1',
              from: 'customer',
              text: 'The water is low.',
              at: exampleMoment,
              status: 'sent',
            },
          ],
          lastSeq: 2,
        },
      }),
    },
  },
};

export const followThread: Operation = {
  ...ofThread,
  id: 'followThread',
  summary: 'Streams the thread’s events',
  description:
    'Server-sent events. Each durable event has its sequence number as its `id`: a reader that comes back with the last one it saw gets everything after it, once, in order, from any gateway. A comment every 15 seconds keeps the connection open. The server ends the stream after `closed`.',
  parameters: [
    threadIdPart,
    {
      in: 'header',
      name: 'Last-Event-ID',
      description:
        'The last event that was seen; browsers send it by themselves. It goes before `after`.',
      schema: z.string().meta({ pattern: '^\\d{0,15}$' }),
      example: '2',
    },
    {
      in: 'query',
      name: 'after',
      description: 'The same, for the first connection of a page.',
      schema: z.string().meta({ pattern: '^\\d{1,15}$' }),
      example: '0',
    },
  ],
  answers: {
    200: {
      description: 'The events, for as long as the thread is open.',
      content: {
        'text/event-stream': {
          schema: z.string(),
          events: threadEvents,
          examples: {
            events: `id: 1\nevent: message\ndata: {"seq":1,"id":"m-1","from":"customer","text":"The water is low.","at":"${exampleMoment}"}\n\n: keep-alive\n\n`,
          },
        },
      },
    },
    204: { description: 'The thread is closed, and the reader has all of it.' },
  },
};

export const sayStillHere: Operation = {
  ...ofThread,
  id: 'sayStillHere',
  summary: 'Says that the customer is still there',
  description: 'Ends the countdown of a warned thread.',
  answers: { 204: { description: 'The thread was told.' } },
  problems: [...threadProblems, 'THREAD_CLOSED'],
};

export const sendReceipt: Operation = {
  ...ofThread,
  id: 'sendReceipt',
  summary: 'Says what the page made of the agent’s messages',
  description:
    'Covers the agent’s messages up to that number. `seen` needs no `delivered` before it. On a closed thread it does nothing.',
  body: {
    isRequired: true,
    content: json(receiptSchema, { seen: { upTo: 3, kind: 'seen' } }),
  },
  answers: { 204: { description: 'The thread was told.' } },
};

export const sendTyping: Operation = {
  ...ofThread,
  id: 'sendTyping',
  summary: 'Says whether the customer is typing',
  description:
    'Lost without harm; never in a thread’s history. On a closed thread it does nothing.',
  body: { isRequired: true, content: json(typingSchema, { typing: { typing: true } }) },
  answers: { 204: { description: 'Noted.' } },
};

export const leaveThread: Operation = {
  ...ofThread,
  id: 'leaveThread',
  summary: 'Says that the page is going away',
  description:
    'Made for `navigator.sendBeacon`, which sets no header: the token may stand in the body, and the body is read as JSON whatever its type.',
  security: [['session'], []],
  body: {
    isRequired: false,
    content: {
      ...json(leaveSchema, { beacon: { token: 'eyJhbGciOiJIUzI1NiJ9.e30.c2ln' } }),
      'text/plain': { schema: z.string() },
    },
  },
  answers: { 204: { description: 'Noted.' } },
};

export const endThread: Operation = {
  ...ofThread,
  id: 'endThread',
  summary: 'Ends the chat',
  description: 'What the customer wrote before is delivered first.',
  answers: { 202: { description: 'The thread was told.' } },
};
