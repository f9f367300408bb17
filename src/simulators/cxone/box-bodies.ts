import type { FileBox } from './file-box.js';
import type { StoredMessage } from './model.js';
import type { Store } from './store.js';
import { brandOf, customerName } from './views.js';

/** Is whom a message is for, as an agent orders it. */
interface Recipient {
  readonly id: string;
  readonly name?: string | undefined;
}

/** Writes recipients as the box's calls carry them (cxone.md 1.5, 1.6). */
export function recipientsOf(recipient: Recipient | undefined) {
  if (recipient === undefined) return [];
  const { id, name = id } = recipient;
  return [{ idOnExternalPlatform: id, name, isPrimary: true, isPrivate: false }];
}

/** Writes a reply as `posts/{postId}/messages` carries it (cxone.md 1.4). */
export function v1Body(tenantId: string, store: Store, files: FileBox, message: StoredMessage) {
  const { replyToMessage: answered, forwardOf } = message;
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
    replyToMessageId: (answered ?? last)?.id ?? null,
    replyToMessageIdOnExternalPlatform: (answered ?? last)?.idOnExternalPlatform ?? '',
    // In this form the two ids stand in each reply; that the agent chose one is said as in the other.
    ...(answered === undefined ? {} : { isReplyToSpecificMessage: true }),
    ...(forwardOf === undefined ? {} : { forward: { message: { id: forwardOf } } }),
    title: '',
    content: message.text,
    messageContent: { ...message.messageContent, text: message.text },
    attachments: files.signed(message.attachments),
    recipients: [],
    author: message.authorUser,
  };
}

/** Writes a message as `channel/{channelId}/outbound` carries it (cxone.md 1.5). */
export function v2Body(
  tenantId: string,
  store: Store,
  files: FileBox,
  message: StoredMessage,
  order: { threadIdOnExternalPlatform?: string | undefined; recipient?: Recipient | undefined },
) {
  const customer = store.get('customers', store.get('threads', message.threadId)?.customerId ?? '');
  const { threadIdOnExternalPlatform: threadId, recipient } = order;
  const id = recipient?.id ?? customer?.identity.idOnExternalPlatform;
  const name = recipient ? (recipient.name ?? recipient.id) : customerName(customer?.identity);
  return {
    id: message.id,
    brand: brandOf(tenantId),
    thread:
      // A call that named no thread names none either when it is made again.
      threadId === undefined
        ? { threadName: name }
        : { id: message.threadId, idOnExternalPlatform: threadId },
    messageContent: { fallbackText: message.text, parameters: {}, ...message.messageContent },
    endUserRecipients: recipientsOf(id === undefined ? undefined : { id, name }),
    replyToMessage: message.replyToMessage ?? null,
    isReplyToSpecificMessage: message.replyToMessage !== undefined,
    attachments: files.signed(message.attachments),
    forward: message.forwardOf === undefined ? null : { message: { id: message.forwardOf } },
    authorUser: message.authorUser,
  };
}
