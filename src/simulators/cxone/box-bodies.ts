import type { StoredMessage } from './model.js';
import type { Store } from './store.js';
import { brandOf, customerName } from './views.js';

/** Writes a reply as `posts/{postId}/messages` carries it (cxone.md 1.4). */
export function v1Body(tenantId: string, store: Store, message: StoredMessage) {
  const last = store
    .messagesOf(message.contactNumber)
    .findLast(({ direction, sending }) => direction === 'inbound' && sending === 'sent');
  return {
    id: message.id,
    createdAt: message.createdAt,
    brand: brandOf(tenantId),
    post: {
      id: message.threadId,
      channelId: message.channelId,
      idOnExternalPlatform: message.threadIdOnExternalPlatform,
      isPrivate: true,
    },
    replyToMessageId: last?.id ?? null,
    replyToMessageIdOnExternalPlatform: last?.idOnExternalPlatform ?? '',
    title: '',
    content: message.text,
    messageContent: { ...message.messageContent, text: message.text },
    attachments: message.attachments,
    recipients: [],
    author: message.authorUser,
  };
}

/** Writes a message as `channel/{channelId}/outbound` carries it (cxone.md 1.5). */
export function v2Body(
  tenantId: string,
  store: Store,
  message: StoredMessage,
  recipient: { id: string; name?: string | undefined } | undefined,
) {
  const customer = store.get('customers', store.get('threads', message.threadId)?.customerId ?? '');
  const id = recipient?.id ?? customer?.identity.idOnExternalPlatform;
  const name = recipient?.name ?? customerName(customer?.identity);
  return {
    id: message.id,
    brand: brandOf(tenantId),
    thread:
      message.threadIdOnExternalPlatform === ''
        ? { threadName: name }
        : { id: message.threadId, idOnExternalPlatform: message.threadIdOnExternalPlatform },
    messageContent: { fallbackText: message.text, parameters: {}, ...message.messageContent },
    endUserRecipients:
      id === undefined
        ? []
        : [{ idOnExternalPlatform: id, name, isPrimary: true, isPrivate: false }],
    replyToMessage: null,
    isReplyToSpecificMessage: false,
    attachments: message.attachments,
    forward: null,
    authorUser: message.authorUser,
  };
}
