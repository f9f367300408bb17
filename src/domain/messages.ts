/**
 * @module What is said in a thread, in both directions, as plain JSON.
 *
 * Moments are milliseconds since the epoch; converters at the edges write them as ISO 8601.
 */
import type { CustomerId, ExternalMessageId, GatewayQueue, MessageId } from './ids.js';

/** A file that goes with a message, by address. */
export interface Attachment {
  readonly name: string;
  readonly url: string;
  /** What kind of file it is, where its sender said so. */
  readonly mimeType?: string;
  /** Whether a customer uploaded it, so that the contact centre keeps it. Default false. */
  readonly isUpload?: boolean;
}

/** The customer of a thread, as the contact centre is told about them. */
export interface Customer {
  readonly id: CustomerId;
  readonly name?: string;
  readonly imageUrl?: string;
  /** Values of the channel's custom fields, by their ident. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** Who wrote an agent's message, as the customer may see them. */
export interface Author {
  readonly name?: string;
  readonly imageUrl?: string;
}

/** Rich content of an agent's message: kept as it came, for a reader that can show it. */
export interface RichContent {
  readonly type: string;
  readonly payload: unknown;
}

/** The earlier message of the thread that a message answers, so far that a reader need not have it. */
export interface QuotedMessage {
  /** The `id` of its event. */
  readonly id: string;
  readonly from: MessageEvent['from'];
  /** The beginning of its text. */
  readonly text: string;
}

/** A customer's message, from the moment it is accepted. */
export interface InboundMessage {
  readonly id: MessageId;
  readonly text: string;
  readonly attachments?: readonly Attachment[];
  /** What a chosen button carries back to the bot that offered it. */
  readonly postback?: string;
  /** The earlier message of this thread that it answers, by the `id` of its event. */
  readonly replyTo?: string;
  /** When the gateway took it. */
  readonly acceptedAtMs: number;
  /** When the customer wrote it, where their platform says so. */
  readonly writtenAtMs?: number;
  /** The gateway that took it, which shows its own pages what becomes of it. */
  readonly via?: GatewayQueue;
  /** Who wrote it, as they are known now: a thread that an agent opened knows little of them. */
  readonly customer?: Customer;
}

/** An agent's or a bot's message, from the moment the box took it. */
export interface AgentMessage {
  /** The id that the contact centre was answered. */
  readonly id: ExternalMessageId;
  readonly text: string;
  readonly author?: Author;
  readonly content?: RichContent;
  readonly attachments?: readonly Attachment[];
  /** The earlier message of this thread that it answers, by the contact centre's id of it. */
  readonly replyTo?: ExternalMessageId;
  /** Whether it hands on what was written elsewhere. Default false. */
  readonly isForwarded?: boolean;
  readonly acceptedAtMs: number;
}

/** What a customer's page, or platform, has made of agents' messages. */
export type Receipt = {
  readonly kind: 'delivered' | 'seen';
  readonly atMs: number;
} & (
  | {
      /** Up to and with a sequence number. */
      readonly upToSeq: number;
    }
  | {
      /** Of this message only. */
      readonly messageId: ExternalMessageId;
    }
);

/** Who ended a thread. */
export type ThreadEnder = 'agent' | 'idle' | 'customer' | 'operator';

/** What a thread is, as its customer sees it. */
export type CustomerThreadState = 'open' | 'warned' | 'closed';

/** The verdict on a customer's message. */
export type Verdict = 'sent' | 'failed' | 'refused';

/** A message as the customer sees it. */
export interface MessageEvent {
  readonly seq: number;
  readonly type: 'message';
  readonly id: string;
  readonly from: 'customer' | 'agent' | 'system';
  readonly author?: Author;
  readonly text: string;
  readonly content?: RichContent;
  readonly attachments?: readonly Attachment[];
  readonly replyTo?: QuotedMessage;
  /** Whether an agent handed on what was written elsewhere. Default false. */
  readonly isForwarded?: boolean;
  readonly atMs: number;
}

/** What became of a message of the customer's own. */
export interface MessageStatusEvent {
  readonly seq: number;
  readonly type: 'message-status';
  readonly id: MessageId;
  readonly status: Verdict;
  readonly reason?: string;
}

/** A change of the thread itself. */
export interface StateEvent {
  readonly seq: number;
  readonly type: 'state';
  readonly state: CustomerThreadState;
  readonly deadlineAtMs?: number;
  readonly closedBy?: ThreadEnder;
  readonly closedAtMs?: number;
}

/** A durable event of a thread for its customer; `seq` counts from 1 with no gaps. */
export type CustomerEvent = MessageEvent | MessageStatusEvent | StateEvent;

/** What a thread shows of itself from a sequence number on. */
export interface ThreadSnapshot {
  readonly state: CustomerThreadState;
  readonly deadlineAtMs?: number;
  readonly closedBy?: ThreadEnder;
  readonly closedAtMs?: number;
  /** The events after the asked number, in order; `hasMore` says that a further page follows. */
  readonly events: readonly CustomerEvent[];
  readonly hasMore: boolean;
  readonly lastSeq: number;
}
