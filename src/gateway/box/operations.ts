/** @module What is said of each route of the box (cxone.md 1.2). */
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
import {
  outboundAnswer,
  outboundBody,
  replyAnswer,
  replyBody,
  senderActionBody,
  tokenAnswer,
  tokenBody,
  tokenRefusal,
  validationAnswer,
  validationBody,
} from './bodies.js';

const callProblems: readonly AnsweredCode[] = ['BODY_INVALID', 'TOKEN_INVALID', 'BODY_TOO_LARGE'];

const ofBox = {
  tag: 'Box',
  security: [['boxToken'], ['boxCredentials']],
} as const satisfies Partial<Operation>;

const recipient = { idOnExternalPlatform: 'zola@savanna', name: 'Zola', isPrimary: true };

export const issueBoxToken: Operation = {
  id: 'issueBoxToken',
  tag: 'Box',
  summary: 'Issues a token',
  description:
    'The Authorization URL of the integration’s settings. CONFIRMED: the contact centre sends JSON, and comes here after a call that was answered 401. A form, and credentials by Basic, are taken as well.',
  security: [['boxClient'], []],
  body: {
    isRequired: true,
    content: {
      ...json(tokenBody, {
        credentials: {
          grant_type: 'client_credentials',
          client_id: 'contact-centre',
          client_secret: 'a secret',
        },
      }),
      'application/x-www-form-urlencoded': { schema: tokenBody },
    },
  },
  answers: {
    200: {
      description: 'The token. CONFIRMED.',
      headers: { Pragma: '`no-cache`' },
      content: json(tokenAnswer, {
        token: {
          access_token: 'eyJhbGciOiJIUzI1NiJ9.e30.c2ln',
          token_type: 'Bearer',
          expires_in: 3600,
        },
      }),
    },
    400: { description: 'The grant is missing or unknown.', content: json(tokenRefusal) },
    401: { description: 'The credentials are wrong.', content: json(tokenRefusal) },
  },
  problems: ['BODY_INVALID', 'BODY_TOO_LARGE'],
};

export const takeReply: Operation = {
  ...ofBox,
  id: 'takeReply',
  summary: 'Takes a reply of an agent’s or a bot’s',
  description:
    'CONFIRMED. Its thread is found by `thread.idOnExternalPlatform`, `post.idOnExternalPlatform`, `replyToMessageIdOnExternalPlatform`, `replyToMessage.idOnExternalPlatform`, then `{postId}`, each as it is or after a leading `{channelId}_`. Its text is in `messageContent.payload.text`, `messageContent.text` or `content`. Answered as soon as it is durable; a repeat gets the same id and is shown once.',
  parameters: [
    {
      in: 'path',
      name: 'postId',
      description:
        'Its meaning is not sure, as sources differ; so it is looked at last, as a thread’s id.',
      schema: z.string(),
      example: exampleThreadId,
    },
  ],
  body: {
    isRequired: true,
    content: json(replyBody, {
      reply: {
        id: 'dfo-81',
        thread: { idOnExternalPlatform: exampleThreadId },
        messageContent: { type: 'TEXT', payload: { text: 'We fill it up.' } },
        authorUser: { firstName: 'Warden', nickname: 'Warden' },
      },
      answer: {
        id: 'dfo-83',
        thread: { idOnExternalPlatform: exampleThreadId },
        messageContent: { type: 'TEXT', payload: { text: 'Both of them.' } },
        replyToMessage: { idOnExternalPlatform: `watering-hole~${exampleThreadId}~m-1` },
        isReplyToSpecificMessage: true,
      },
    }),
  },
  answers: {
    200: {
      description: 'The reply is durable.',
      content: json(replyAnswer, { taken: { idOnExternalPlatform: exampleAgentMessageId } }),
    },
  },
  problems: [...callProblems, 'THREAD_UNKNOWN', 'THREAD_CLOSED'],
};

export const takeOutbound: Operation = {
  ...ofBox,
  id: 'takeOutbound',
  summary: 'Takes a message that an agent writes first',
  description:
    'CONFIRMED; INFERRED: with the toggle “Use DFO 3.0 Outbound API for replies”, replies come here too. A known open thread: a reply. Given but unknown: a new thread of that id. None given: the recipient’s current open thread on the channel, else a new one. INFERRED: an error of the body has the members of the validation’s.',
  parameters: [channelIdPart],
  body: {
    isRequired: true,
    content: json(outboundBody, {
      first: {
        id: 'dfo-82',
        endUserRecipients: [recipient],
        messageContent: { type: 'TEXT', payload: { text: 'Your mud has come.' } },
      },
    }),
  },
  answers: {
    200: {
      description: 'The message is durable.',
      content: json(outboundAnswer, {
        taken: {
          message: {
            idOnExternalPlatform: exampleAgentMessageId,
            createdAtWithMilliseconds: exampleMoment,
            url: 'https://chat.example/',
          },
          thread: { idOnExternalPlatform: exampleThreadId },
          endUserIdentities: [],
          recipients: [],
        },
      }),
    },
  },
  problems: [...callProblems, 'CHANNEL_UNKNOWN', 'THREAD_UNKNOWN', 'THREAD_CLOSED'],
};

export const validateRecipients: Operation = {
  ...ofBox,
  id: 'validateRecipients',
  summary: 'Says whether recipients can be written to',
  description:
    'CONFIRMED by one implementation, the body of a refusal included. An id is well formed with 1 to 128 of `A-Za-z0-9_.:@+-`. A channel’s platform that has a place for the question is asked, too; where it does not answer within three seconds, the form of the id decides. INFERRED: `displayErrorMessage` of a refusal is what the agent is shown.',
  parameters: [channelIdPart],
  body: {
    isRequired: true,
    content: json(validationBody, { one: { endUserRecipients: [recipient] } }),
  },
  answers: {
    200: {
      description: 'All of them can.',
      content: json(validationAnswer, { valid: { status: 'valid' } }),
    },
  },
  problems: [...callProblems, 'CHANNEL_UNKNOWN'],
};

export const takeSenderAction: Operation = {
  ...ofBox,
  id: 'takeSenderAction',
  summary: 'Shows that an agent is typing',
  description: 'CONFIRMED by one implementation. Lost without harm: an unknown thread is no error.',
  parameters: [channelIdPart, threadIdPart],
  body: {
    isRequired: true,
    content: json(senderActionBody, {
      on: { senderAction: { action: 'isTypingOn' }, authorUser: { firstName: 'Warden' } },
    }),
  },
  answers: { 204: { description: 'Taken. CONFIRMED.' } },
  problems: [...callProblems, 'CHANNEL_UNKNOWN'],
};
