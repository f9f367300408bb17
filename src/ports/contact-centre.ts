/**
 * @module What a thread asks of the contact centre.
 *
 * Every method throws a `RemoteError` whose code says whether the outcome is certain, and gives up
 * when `signal` aborts.
 */
import type { CustomField } from '../domain/channel.js';
import type { ListedContact } from '../domain/channel-watch.js';
import type { KnownCustomField } from '../domain/custom-fields.js';
import type { ChannelId, ContactNumber, ExternalMessageId, ThreadRef } from '../domain/ids.js';
import type { Attachment, Customer } from '../domain/messages.js';
import type { ContactStatus, EndingStatus } from '../domain/policy.js';
import type { ContactSighting } from '../domain/thread-state.js';

/** A customer's message on its way to the contact centre. */
export interface PostRequest {
  readonly thread: ThreadRef;
  /** Fixed before the first try, the same on each retry. */
  readonly externalId: ExternalMessageId;
  readonly customer: Customer;
  readonly text: string;
  readonly attachments?: readonly Attachment[];
  readonly postback?: string;
  /** The message that it answers, of the same thread and in either direction. */
  readonly replyTo?: ExternalMessageId;
  readonly createdAtMs: number;
}

/** What the contact centre says of a message that it has. */
export interface PostedMessage {
  /** The contact that the message went to, where the answer names one. */
  readonly contact?: ContactNumber;
  readonly contactStatus?: ContactStatus;
}

/** A customer's receipt, or a failure, for an agent's message. */
export interface StatusReport {
  readonly thread: ThreadRef;
  readonly messageId: ExternalMessageId;
  readonly status: 'delivered' | 'seen' | 'failed';
  readonly atMs: number;
  readonly reason?: string;
}

/** What the contact centre says of a thread. */
export interface ThreadSighting {
  /** Whether it takes more messages; absent where the contact centre does not say. */
  readonly isOpen?: boolean;
}

/** Which contacts to list, and from where on. */
export interface ContactQuery {
  readonly channelId: ChannelId;
  /** At least one. */
  readonly statuses: readonly ContactStatus[];
  /** `next` of the page before; absent for the first page. */
  readonly after?: string;
}

/** One page of a list of contacts. */
export interface ContactPage {
  readonly contacts: readonly ListedContact[];
  /** Absent on the last page. The same text on two pages does not mean that they are the same. */
  readonly next?: string;
}

/** A file on its way to the contact centre. */
export interface AttachmentUpload {
  readonly mimeType: string;
  /** How many bytes `content` has, where that is known beforehand. */
  readonly sizeBytes?: number;
  /** Read once, and no faster than the contact centre takes it. */
  readonly content: AsyncIterable<Uint8Array>;
}

/** A file of a message, as the contact centre named it. */
export interface AttachmentSource {
  readonly url: string;
  readonly name: string;
  /** The message that carries it; absent before it is sent. */
  readonly messageId?: ExternalMessageId;
}

/** A file that comes from the contact centre. */
export interface OpenedAttachment {
  /** What its server says that it is: lower case, without parameters. */
  readonly mimeType?: string;
  /** How many bytes its server announces; nothing holds it to that. */
  readonly sizeBytes?: number;
  /** Ends early with an error when the file does. */
  readonly content: AsyncIterable<Uint8Array>;
}

export interface ContactCentre {
  /**
   * Stores a customer's message.
   *
   * Must resolve when the contact centre says that it has a message of this id already. Must throw
   * an uncertain error whenever it may have been stored.
   */
  postMessage(request: PostRequest, signal: AbortSignal): Promise<PostedMessage>;

  /** Finds a message by the id that it was posted under; undefined when there is none. */
  findMessage(
    thread: ThreadRef,
    externalId: ExternalMessageId,
    signal: AbortSignal,
  ): Promise<PostedMessage | undefined>;

  /** Reads what has become of a contact. */
  readContact(contact: ContactNumber, signal: AbortSignal): Promise<ContactSighting>;

  /** Reads what has become of a thread; undefined when the contact centre knows none of that id. */
  readThread(thread: ThreadRef, signal: AbortSignal): Promise<ThreadSighting | undefined>;

  /**
   * Lists a page of a channel's contacts.
   *
   * A list is a hint: it may be late, lack contacts, or show one twice, and may never end. That a
   * contact is not in it must not be taken for its end.
   */
  listContacts(query: ContactQuery, signal: AbortSignal): Promise<ContactPage>;

  /** Says whether a read may be spent on what is good to know but need not be known. */
  hasReadsToSpare(): boolean;

  /** Reports what became of an agent's message. Must be safe to call again. */
  reportStatus(report: StatusReport, signal: AbortSignal): Promise<void>;

  /** Shows the agent whether the customer is typing. Must be safe to lose. */
  setTyping(thread: ThreadRef, isTyping: boolean, signal: AbortSignal): Promise<void>;

  /** Ends a contact. Must be safe to call again. */
  endContact(contact: ContactNumber, status: EndingStatus, signal: AbortSignal): Promise<void>;

  /** Says whether the thread takes more messages. Must be safe to call again. */
  setThreadOpen(thread: ThreadRef, isOpen: boolean, signal: AbortSignal): Promise<void>;

  /** Lists the custom fields that are defined, of whatever type. */
  listCustomFields(signal: AbortSignal): Promise<readonly KnownCustomField[]>;

  /** Defines a custom field, or changes the one of its ident. Must be safe to call again. */
  defineCustomField(field: CustomField, signal: AbortSignal): Promise<void>;

  /**
   * Stores a file that a message may then carry, and gives its address. Must hold a few pieces of it
   * at a time and no more, and must leave nothing behind when `content` throws.
   */
  storeAttachment(upload: AttachmentUpload, signal: AbortSignal): Promise<{ readonly url: string }>;

  /**
   * Opens a file of a message; `signal` also ends its content.
   *
   * Must connect to no address that is not public, whatever a name resolves to and wherever a
   * redirect leads, unless it is the contact centre's own. Throws `ATTACHMENT_FORBIDDEN` for those,
   * `ATTACHMENT_GONE` for a file that is no longer to be had, `ATTACHMENT_UNREACHABLE` for the rest.
   */
  openAttachment(source: AttachmentSource, signal: AbortSignal): Promise<OpenedAttachment>;
}
