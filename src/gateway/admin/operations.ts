/** @module What is said of the admin pages (cxone.md 1.8). */
import { z } from 'zod';
import type { ApiParameter, Operation } from '../api/operation.js';
import type { AnsweredCode } from '../api/problems.js';
import { fieldNames } from './channel-pages.js';
import type { AdminPlace } from './page-frame.js';

const contactCentreProblems: readonly AnsweredCode[] = [
  'CONTACT_CENTRE_UNREACHABLE',
  'CONTACT_CENTRE_UNAVAILABLE',
  'CONTACT_CENTRE_SILENT',
  'CONTACT_CENTRE_RATE_LIMITED',
  'CONTACT_CENTRE_UNAUTHORISED',
  'CONTACT_CENTRE_FORBIDDEN',
  'CONTACT_CENTRE_REJECTED',
  'CONTACT_CENTRE_UNINTELLIGIBLE',
];

const page = { 'text/html': { schema: z.string() } } as const;

const purposes = {
  action: 'keeps the integration’s channels',
  reconnect: 'writes channels to the contact centre again',
  remove: 'removes channels',
} as const satisfies Record<AdminPlace, string>;

function ofLink(name: string, description: string): ApiParameter {
  return { in: 'query', name, description: `Of a link: ${description}`, schema: z.string() };
}

const linkParameters: readonly ApiParameter[] = [
  ofLink('token', 'the one-time token; with it, a session begins. CONFIRMED.'),
  ofLink('userId', 'who the admin is. CONFIRMED.'),
  ofLink('brandId', 'the contact centre’s number of the business unit. CONFIRMED.'),
  ofLink('apiHost', 'whom to ask about the token; the contact centre’s host only. CONFIRMED.'),
  ofLink('backUrl', 'where the admin goes when done. CONFIRMED.'),
];

const shownParameters: readonly ApiParameter[] = [
  {
    in: 'query',
    name: fieldNames.channel,
    description: 'The channel that the page is about.',
    schema: z.string(),
  },
  { in: 'query', name: 'done', description: 'What was just done to it.', schema: z.string() },
];

/** Describes an admin page as it is shown. */
export function showPage(place: AdminPlace): Operation {
  return {
    id: `show.${place}`,
    tag: 'Admin pages',
    summary: `Shows the page that ${purposes[place]}`,
    description:
      'A link of the contact centre begins a session and leads on to the page without the token.',
    security: [['adminCookie'], []],
    parameters: [...linkParameters, ...shownParameters],
    answers: {
      200: { description: 'The page.', content: page },
      303: {
        description: 'A session has begun.',
        headers: { Location: 'The same page.', 'Set-Cookie': 'The session.' },
        content: { ...page, 'text/plain': { schema: z.string() } },
      },
    },
    problems: [
      'ADMIN_SIGN_IN_NEEDED',
      'ADMIN_SIGN_IN_REFUSED',
      'API_HOST_FORBIDDEN',
      'RATE_LIMITED',
      ...contactCentreProblems,
    ],
    hasErrorPage: true,
  };
}

/** What a page's form sends. */
const formBody = z
  .looseObject({
    [fieldNames.formKey]: z.string().meta({ description: 'The key that the page gave its form.' }),
    [fieldNames.channel]: z.string(),
    [fieldNames.canAgentsBegin]: z.string().optional().meta({ description: 'Ticked when there.' }),
    [fieldNames.canAgentsSendFiles]: z
      .string()
      .optional()
      .meta({ description: 'Ticked when there.' }),
  })
  .meta({ id: 'ChannelForm' });

/** Describes an admin page's form. */
export function submitPage(place: AdminPlace): Operation {
  return {
    id: `submit.${place}`,
    tag: 'Admin pages',
    summary: `Takes the form of the page that ${purposes[place]}`,
    description: 'What is done already is left as it is.',
    security: [['adminCookie']],
    body: {
      isRequired: true,
      content: { 'application/x-www-form-urlencoded': { schema: formBody } },
    },
    answers: {
      303: {
        description: 'Done.',
        headers: { Location: 'The page that says so.' },
        content: { ...page, 'text/plain': { schema: z.string() } },
      },
    },
    problems: [
      'BODY_INVALID',
      'ADMIN_SIGN_IN_NEEDED',
      'FORM_FORBIDDEN',
      'CHANNEL_UNKNOWN',
      'BODY_TOO_LARGE',
      ...contactCentreProblems,
    ],
    hasErrorPage: true,
  };
}
