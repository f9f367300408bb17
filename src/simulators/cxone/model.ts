/** What the simulated tenant holds. Everything is plain JSON, so that the journal can keep it. */

/** Lists the statuses of a contact (cxone.md 2.6). */
export const contactStatuses = [
  'new',
  'open',
  'pending',
  'escalated',
  'resolved',
  'closed',
  'trashed',
] as const;

/** Is one of the seven statuses of a contact. */
export type ContactStatus = (typeof contactStatuses)[number];

/** Names a customer on the external platform (cxone.md 2.1, authorEndUserIdentity). */
export interface Identity {
  idOnExternalPlatform: string;
  firstName?: string | undefined;
  lastName?: string | undefined;
  nickname?: string | undefined;
  image?: string | undefined;
  customFields?: CustomFieldValue[] | undefined;
}

/** Is one value of a custom field. */
interface CustomFieldValue {
  ident: string;
  value: string;
  updatedAt?: string | undefined;
}

/** Is a digital point of contact. Its id is what the paths call channelId. */
export interface StoredChannel {
  id: string;
  deleted: boolean;
  createdAt: string;
  settings: Record<string, unknown>;
}

/** Is a customer of one channel. */
export interface StoredCustomer {
  id: string;
  channelId: string;
  identity: Identity;
  createdAt: string;
}

/** Is one conversation of one customer on one channel. */
export interface StoredThread {
  id: string;
  idOnExternalPlatform: string;
  channelId: string;
  customerId: string;
  threadName: string;
  canAddMoreMessages: boolean;
  createdAt: string;
  /** When the flag was last set back to true; a message after that is no violation. */
  reopenedAt?: string;
  /** The newest contact of the thread. */
  contactNumber: string;
}

/** Is the case that agents work on. */
export interface StoredContact {
  number: string;
  contactId: string;
  interactionId: string;
  customerContactId: string;
  channelId: string;
  threadId: string;
  threadIdOnExternalPlatform: string;
  customerId: string;
  direction: Direction;
  status: ContactStatus;
  statusUpdatedAt: string;
  statusHistory: { status: ContactStatus; at: string; by: 'system' | 'agent' | 'api' }[];
  createdAt: string;
  updatedAt: string;
  abandon?: { type: string; abandonedAt: string };
  /** The id of the agent that it was assigned to. */
  inboxAssignee?: number;
  inboundCount: number;
  outboundCount: number;
  unread: number;
  lastMessage?: { text: string; direction: Direction; at: string };
}

/** Says who speaks: inbound is the customer, outbound the agent. */
export type Direction = 'inbound' | 'outbound';

/** Is the content of a message as it travels (cxone.md 5.1). */
export interface MessageContent {
  type: string;
  payload: Record<string, unknown>;
  fallbackText?: string | undefined;
  postback?: string | undefined;
}

/** Is the agent, or the bot, that wrote an outbound message (cxone.md 5.6). */
export interface Agent {
  id: number;
  incontactId: string;
  emailAddress: string;
  loginUsername: string;
  firstName: string;
  surname: string;
  nickname: string | null;
  imageUrl: string;
  isBotUser: boolean;
  isSurveyUser: boolean;
}

/** Is a file that was uploaded. */
export interface StoredFile {
  id: string;
  mimeType: string;
  /** In bytes. */
  size: number;
  createdAt: string;
}

/** Is a file beside a message. */
export interface Attachment {
  friendlyName: string;
  url: string;
}

/** Is one receipt that the middleware sent for an outbound message (cxone.md 2.5). */
interface MessageReceipt {
  status: 'delivered' | 'seen' | 'failed';
  updatedAt: string;
  reason?: string | undefined;
  receivedAt: string;
}

/** Names an earlier message of the same thread, as both sides know it. */
export interface MessageReference {
  id: string;
  idOnExternalPlatform: string;
}

/** Is one message of a thread, whoever wrote it. */
export interface StoredMessage {
  id: string;
  /** Counts all messages of the tenant in the order in which they came. */
  sequence: number;
  idOnExternalPlatform: string | null;
  channelId: string;
  threadId: string;
  threadIdOnExternalPlatform: string;
  contactNumber: string;
  direction: Direction;
  text: string;
  messageContent: MessageContent;
  attachments: Attachment[];
  /** The message that it answers, where it answers one. */
  replyToMessage?: MessageReference;
  /** The id of the message that an agent forwarded with it. */
  forwardOf?: string;
  createdAt: string;
  /** When the simulator took it. */
  receivedAt: string;
  receivedAtMs: number;
  /** When an agent's message was accepted by the box. */
  answeredAt?: string;
  authorEndUserIdentity?: Identity;
  authorUser?: Agent;
  /** What became of the call to the box; an inbound message is always `sent`. */
  sending: 'sending' | 'sent' | 'failed';
  form?: 'v1' | 'v2';
  failure?: { status: number | null; reason: string };
  receipts: MessageReceipt[];
  /** The whole body that created an inbound message. */
  request?: unknown;
}

/** Is a custom field that the middleware defined (cxone.md 2.8). */
export interface StoredFieldDefinition {
  ident: string;
  label: string;
  type: string;
  settings: Record<string, unknown>;
}

/** Is something that a correct middleware never does. */
export interface Violation {
  id: string;
  at: string;
  kind:
    | 'duplicate-message'
    | 'message-after-close'
    | 'message-on-ended-thread'
    | 'box-answers-differ'
    | 'box-answer-unreadable';
  message: string;
  facts: Record<string, string | number | boolean | null>;
}

/** Is a signed event that was sent, with what came of it. */
export interface SentEvent {
  eventId: string;
  eventType: string;
  at: string;
  contactNumber: string;
  attempts: number;
  status: number | null;
  reason?: string;
}
