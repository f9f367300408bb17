import { randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { SimulatorContext } from '../context.js';
import { DfoError, notFound, parseBody, tooManyRequests } from '../dfo-error.js';
import { newMessageSchema, receiptSchema } from '../message-schema.js';
import type { MessageReference, StoredMessage } from '../model.js';
import { type Operation, pathPart, queryList, queryValue } from '../operations.js';
import { referenceTo, unknownReference } from '../references.js';
import { contactView, messageView } from '../views.js';
import { requireChannel } from './channels.js';

/** Lists creating, searching and reading messages, and their receipts (cxone.md 2.1 and 2.5). */
export function messageOperations(context: SimulatorContext): Operation[] {
  return [
    {
      name: 'createMessage',
      method: 'post',
      path: '/channels/:channelId/messages',
      auth: 'bearer',
      handle: (req, res) => createMessage(context, req, res),
    },
    {
      name: 'searchMessages',
      method: 'get',
      path: '/messages',
      auth: 'bearer',
      handle: (req, res) => searchMessages(context, req, res),
    },
    {
      name: 'getMessage',
      method: 'get',
      path: '/messages/:messageId',
      auth: 'bearer',
      handle(req, res) {
        throttle(context, { read: true });
        const message = context.store.get('messages', pathPart(req, 'messageId'));
        if (!message || message.sending !== 'sent') throw notFound('The message');
        res.json(messageView(message, context.files));
      },
    },
    {
      name: 'updateMessageStatus',
      method: 'put',
      path: '/channels/:channelId/messages/:messageId/status',
      auth: 'bearer',
      handle: (req, res) => updateMessageStatus(context, req, res),
    },
  ];
}

/** Takes one call from the tenant's limits, or throws the 429. */
export function throttle(
  context: SimulatorContext,
  call: Parameters<SimulatorContext['limits']['take']>[0],
): void {
  const wait = context.limits.take(call);
  if (wait > 0) throw tooManyRequests(wait);
}

async function createMessage(
  context: SimulatorContext,
  req: Request,
  res: Response,
): Promise<void> {
  const { store, tenant } = context;
  const channelId = pathPart(req, 'channelId');
  const body = parseBody(newMessageSchema, req.body);
  const externalThreadId = body.thread.idOnExternalPlatform;
  throttle(context, {
    inbound: true,
    contactNumber: tenant.thread(channelId, externalThreadId)?.contactNumber,
  });
  requireChannel(context, channelId);

  const replyToMessage = await answeredMessage(context, channelId, body);
  const known = store.messageByExternalId(channelId, body.idOnExternalPlatform);
  if (known) {
    store.violate('duplicate-message', 'an id on the external platform was posted again', {
      channelId,
      threadIdOnExternalPlatform: externalThreadId,
      idOnExternalPlatform: body.idOnExternalPlatform,
      contactNumber: known.contactNumber,
    });
    await store.durable();
    throw new DfoError(409, [
      {
        field: 'idOnExternalPlatform',
        message: 'A message with this idOnExternalPlatform already exists.',
        errorCode: 'alreadyExists',
      },
    ]);
  }

  const conversation = tenant.conversationFor({
    channelId,
    threadIdOnExternalPlatform: externalThreadId,
    threadName: body.thread.threadName,
    identity: body.authorEndUserIdentity,
    direction: body.direction,
    messageId: body.idOnExternalPlatform,
  });
  const { payload } = body.messageContent;
  const receivedAtMs = store.now();
  const message: StoredMessage = {
    id: randomUUID(),
    sequence: store.nextNumber('message'),
    idOnExternalPlatform: body.idOnExternalPlatform,
    channelId,
    threadId: conversation.thread.id,
    threadIdOnExternalPlatform: externalThreadId,
    contactNumber: conversation.contact.number,
    direction: body.direction,
    text:
      typeof payload['text'] === 'string'
        ? payload['text']
        : (body.messageContent.fallbackText ?? ''),
    messageContent: body.messageContent,
    attachments: body.attachments ?? [],
    ...(replyToMessage === undefined ? {} : { replyToMessage }),
    createdAt: body.createdAtWithMilliseconds,
    receivedAt: new Date(receivedAtMs).toISOString(),
    receivedAtMs,
    authorEndUserIdentity: body.authorEndUserIdentity,
    sending: 'sent',
    receipts: [],
    request: body,
  };
  tenant.store(message);
  if (body.direction === 'inbound') context.typing.set(conversation.thread.id, false);
  await store.durable();
  const contact = store.get('contacts', conversation.contact.number) ?? conversation.contact;
  res.status(201).json({
    consumerContact: contactView(store, contact),
    message: messageView(message, context.files),
    _trace: { region: 'simulator' },
  });
}

/** Finds the message that a new one answers, or throws DFO's error for one that is not in its thread. */
async function answeredMessage(
  { store, tenant, desk }: SimulatorContext,
  channelId: string,
  { replyToMessage, thread }: z.output<typeof newMessageSchema>,
): Promise<MessageReference | undefined> {
  const externalId = replyToMessage?.idOnExternalPlatform;
  if (externalId === undefined) return undefined;
  const find = () =>
    referenceTo(
      store.messageByExternalId(channelId, externalId),
      tenant.thread(channelId, thread.idOnExternalPlatform)?.id,
    );
  const known = find();
  if (known) return known;
  // The customer may be faster with an answer than the box with its own, which tells us the id.
  await desk.settled(channelId);
  const late = find();
  if (!late) throw unknownReference('replyToMessage.idOnExternalPlatform');
  return late;
}

const pageSize = 25;

function searchMessages(context: SimulatorContext, req: Request, res: Response): void {
  throttle(context, { read: true });
  const { store } = context;
  const ids = queryList(req, 'idOnExternalPlatform');
  const channels = queryList(req, 'channel');
  const contactNumber = queryValue(req, 'contactNumber');
  const direction = queryValue(req, 'direction');
  const authors = queryList(req, 'authorIdOnExternalPlatform');
  const indexedBefore = store.now() - context.indexLagMs;
  const found = candidates(context, { ids, channels, contactNumber }).filter(
    (message) =>
      message.sending === 'sent' &&
      message.receivedAtMs <= indexedBefore &&
      (ids.length === 0 || ids.includes(message.idOnExternalPlatform ?? '')) &&
      (channels.length === 0 || channels.includes(message.channelId)) &&
      (authors.length === 0 ||
        authors.includes(message.authorEndUserIdentity?.idOnExternalPlatform ?? '')) &&
      (direction === undefined || message.direction === direction),
  );
  const from = Number(queryValue(req, 'scrollToken') ?? 0) || 0;
  const page = found.slice(from, from + pageSize);
  res.json({
    hits: found.length,
    data: page.map((message) => messageView(message, context.files)),
    ...(page.length > 0 ? { scrollToken: String(from + page.length) } : {}),
  });
}

/** Narrows a search by what is indexed; the rest of the filter is the caller's. */
function candidates(
  { store }: SimulatorContext,
  wanted: { ids: string[]; channels: string[]; contactNumber: string | undefined },
): readonly StoredMessage[] {
  if (wanted.contactNumber !== undefined) return store.messagesOf(wanted.contactNumber);
  if (wanted.ids.length === 0 || wanted.channels.length === 0) return [...store.all('messages')];
  const { ids, channels } = wanted;
  return channels.flatMap((channel) =>
    ids.flatMap((id) => store.messageByExternalId(channel, id) ?? []),
  );
}

async function updateMessageStatus(
  context: SimulatorContext,
  req: Request,
  res: Response,
): Promise<void> {
  const { store, desk } = context;
  const channelId = pathPart(req, 'channelId');
  const externalId = pathPart(req, 'messageId');
  const body = parseBody(receiptSchema, req.body);
  let message = store.messageByExternalId(channelId, externalId);
  if (!message) {
    // The box may be faster with a receipt than with the answer that tells us the message's id.
    await desk.settled(channelId);
    message = store.messageByExternalId(channelId, externalId);
  }
  if (!message) throw notFound('The message');
  throttle(context, { contactNumber: message.contactNumber });
  if (message.direction !== 'outbound') {
    throw new DfoError(400, [
      { field: 'messageIdOnExternalPlatform', message: 'Only an outbound message has receipts.' },
    ]);
  }
  store.put('messages', {
    ...message,
    receipts: [...message.receipts, { ...body, receivedAt: new Date(store.now()).toISOString() }],
  });
  await store.durable();
  res.status(204).end();
}
