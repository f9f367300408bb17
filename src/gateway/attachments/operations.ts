/** @module What is said of the routes that carry files. */
import { z } from 'zod';
import { json, type Operation } from '../api/operation.js';
import { threadIdPart } from '../api/values.js';
import { takenTypes } from './file-types.js';

const fileSchema = z.string().meta({ format: 'binary' });

const uploadAnswer = z
  .strictObject({
    name: z.string(),
    url: z.string().meta({ description: 'For the `attachments` of a message of this thread.' }),
    mimeType: z.string().meta({ description: 'What the file is, by how it begins.' }),
    size: z.int().min(1).meta({ description: 'Bytes.' }),
  })
  .meta({ id: 'Upload' });

export const uploadAttachment: Operation = {
  id: 'uploadAttachment',
  tag: 'Customers',
  summary: 'Takes a file of the customer’s',
  description:
    'The body is the file itself, up to 40,000,000 bytes. It is passed on to the contact centre and kept nowhere; a message names it by the address that is answered. Pages, scripts and programs are refused, whatever they say that they are.',
  security: [['session']],
  parameters: [
    threadIdPart,
    {
      in: 'query',
      name: 'name',
      description: 'The file’s name; what is harmful in one is left out.',
      schema: z.string(),
      example: 'mud.png',
    },
  ],
  body: {
    isRequired: true,
    content: Object.fromEntries([...takenTypes].map((type) => [type, { schema: fileSchema }])),
  },
  answers: {
    201: {
      description: 'The contact centre has the file.',
      content: json(uploadAnswer, {
        stored: {
          name: 'mud.png',
          url: 'https://chat.example/v1/attachments/WyJ3YXRlcmluZy1ob2xlIl0.c2ln',
          mimeType: 'image/png',
          size: 20_480,
        },
      }),
    },
  },
  problems: [
    'BODY_INVALID',
    'TOKEN_INVALID',
    'ORIGIN_FORBIDDEN',
    'THREAD_FORBIDDEN',
    'THREAD_CLOSED',
    'BODY_TOO_LARGE',
    'ATTACHMENT_TYPE_REFUSED',
    'ATTACHMENT_REFUSED',
    'RATE_LIMITED',
  ],
};

export const downloadAttachment: Operation = {
  id: 'downloadAttachment',
  tag: 'Customers',
  summary: 'Gives a file that a message carries',
  description:
    'Whoever holds the address may read the file, for as long as the contact centre gives it out. What is surely a picture is shown in its place; everything else is to be saved.',
  parameters: [
    {
      in: 'path',
      name: 'token',
      description: 'The file, signed: the last part of an address that an event gave.',
      schema: z.string(),
      example: 'WyJ3YXRlcmluZy1ob2xlIl0.c2ln',
    },
  ],
  answers: {
    200: {
      description: 'The file.',
      headers: { 'Content-Disposition': 'Its name, unless it is shown in its place.' },
      content: { '*/*': { schema: fileSchema } },
    },
  },
  problems: [
    'NOT_FOUND',
    'RATE_LIMITED',
    'ATTACHMENT_FORBIDDEN',
    'ATTACHMENT_GONE',
    'ATTACHMENT_UNREACHABLE',
    'ATTACHMENT_TOO_LARGE',
    'CONTACT_CENTRE_UNREACHABLE',
    'CONTACT_CENTRE_UNAVAILABLE',
    'CONTACT_CENTRE_SILENT',
    'CONTACT_CENTRE_RATE_LIMITED',
    'CONTACT_CENTRE_UNAUTHORISED',
    'CONTACT_CENTRE_FORBIDDEN',
    'CONTACT_CENTRE_REJECTED',
    'CONTACT_CENTRE_UNINTELLIGIBLE',
  ],
};
