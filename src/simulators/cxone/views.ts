/** Renders what the tenant holds as DFO shows it, with more fields than a middleware needs. */
import { assigneeOf } from './agents.js';
import type { FileBox } from './file-box.js';
import type { Identity, StoredContact, StoredMessage, StoredThread } from './model.js';
import type { Store } from './store.js';

/** Is the business unit as DFO names it. */
export function brandOf(tenantId: string) {
  return {
    id: 1001,
    friendlyName: 'The Jungle, Inc.',
    timezone: 'UTC',
    brandHash: 'b7c1',
    tenantId,
    businessUnitId: '4600001',
    acdClusterId: 'SIM',
  };
}

function identityView(channelId: string, identity: Identity) {
  const names = [identity.firstName, identity.lastName].filter(Boolean).join(' ');
  return {
    id: `${channelId}_${identity.idOnExternalPlatform}`,
    externalPlatformId: channelId,
    idOnExternalPlatform: identity.idOnExternalPlatform,
    firstName: identity.firstName ?? '',
    lastName: identity.lastName ?? '',
    fullName: names || identity.nickname || identity.idOnExternalPlatform,
    nickname: identity.nickname ?? '',
    image: identity.image ?? null,
    customFields: identity.customFields ?? [],
  };
}

/** Names a customer for people to read. */
export function customerName(identity: Identity | undefined): string {
  if (identity === undefined) return 'Unknown';
  const names = [identity.firstName, identity.lastName].filter(Boolean).join(' ');
  return names || identity.nickname || identity.idOnExternalPlatform;
}

/** Renders a Contact (cxone.md 2.6). */
export function contactView(store: Store, contact: StoredContact) {
  const customer = store.get('customers', contact.customerId);
  const identity = customer && identityView(contact.channelId, customer.identity);
  return {
    id: contact.number,
    contactId: contact.contactId,
    interactionId: contact.interactionId,
    customerContactId: contact.customerContactId,
    consumerContactStorageId: contact.contactId,
    channelId: contact.channelId,
    threadId: contact.threadId,
    threadIdOnExternalPlatform: contact.threadIdOnExternalPlatform,
    status: contact.status,
    statusUpdatedAt: contact.statusUpdatedAt,
    direction: contact.direction,
    createdAt: contact.createdAt,
    detailUrl: `https://home.simulator.example/digital/contacts/${contact.number}`,
    abandon: contact.abandon ?? null,
    authorEndUserIdentity: identity ?? null,
    endUser: identity ? { ...identity, id: contact.customerId, identities: [identity] } : null,
    inboxAssignee: assigneeOf(contact)?.id ?? null,
    inboxAssigneeUser: assigneeOf(contact),
    inboxPreAssigneeUser: null,
    ownerAssigneeUser: null,
    recipients: [],
    endUserRecipients: [],
    routingQueueId: 'queue-1',
    routingQueuePriority: 1,
    customFields: [],
    inboundCount: contact.inboundCount,
    outboundCount: contact.outboundCount,
    userFingerprint: { browser: '', os: '', ip: '' },
  };
}

/** Renders a MessageDetail (cxone.md 2.6 and 5.4). */
export function messageView(message: StoredMessage, files: FileBox) {
  const delivered = message.receipts
    .filter(({ status }) => status !== 'seen')
    .map(({ status, updatedAt, reason }) => ({
      isSuccess: status === 'delivered',
      deliveredAt: updatedAt,
      reason: reason ?? null,
    }));
  const seen = message.receipts.findLast(({ status }) => status === 'seen');
  const { channelId, authorEndUserIdentity } = message;
  return {
    id: message.id,
    idOnExternalPlatform: message.idOnExternalPlatform,
    direction: message.direction,
    createdAt: message.createdAt.replace(/\.\d+/, ''),
    createdAtWithMilliseconds: message.createdAt,
    isDeletedOnExternalPlatform: false,
    isHiddenOnExternalPlatform: false,
    isReplyAllowed: true,
    url: '',
    title: '',
    threadId: message.threadId,
    threadIdOnExternalPlatform: message.threadIdOnExternalPlatform,
    channel: { id: channelId },
    contactNumber: message.contactNumber,
    messageContent: {
      ...message.messageContent,
      text: message.text,
      parameters: {},
      isAutoTranslated: false,
    },
    hasAdditionalMessageContent: false,
    attachments: files.signed(message.attachments),
    authorUser: message.authorUser ?? null,
    authorEndUserIdentity: authorEndUserIdentity && identityView(channelId, authorEndUserIdentity),
    recipients: [],
    replyToMessage: message.replyToMessage ?? null,
    delivered,
    customerStatistics: { seenAt: seen?.updatedAt ?? null },
    userStatistics: { seenAt: null, readAt: null, createdToReadSeconds: null },
    reactionStatistics: { likes: 0, shares: 0, isLikedByChannel: false, isSharedByChannel: false },
    sentiment: 'neutral',
    tags: [],
    contentRemoved: null,
    authorNameRemoved: null,
  };
}

/** Renders a thread (cxone.md 2.4). */
export function threadView(thread: StoredThread) {
  return {
    id: thread.id,
    idOnExternalPlatform: thread.idOnExternalPlatform,
    threadName: thread.threadName,
    channelId: thread.channelId,
    canAddMoreMessages: thread.canAddMoreMessages,
    createdAt: thread.createdAt,
  };
}
