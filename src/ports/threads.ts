/**
 * @module What gateways, and watchers of channels, ask of the threads.
 *
 * Every method throws an `EngineError`: `UNAVAILABLE` when the threads cannot be reached or do not
 * answer in time. Whatever is accepted is durable when the promise resolves, worker up or not.
 */
import type {
  ChannelId,
  ContactNumber,
  CustomerId,
  GatewayQueue,
  ThreadId,
  ThreadRef,
} from '../domain/ids.js';
import type {
  AgentMessage,
  Customer,
  InboundMessage,
  Receipt,
  ThreadEnder,
  ThreadSnapshot,
} from '../domain/messages.js';
import type { Delivery } from '../domain/platform-lane.js';
import type { ThreadPolicy } from '../domain/policy.js';
import type { EarlierLife } from '../domain/reopening.js';
import type { ContactSighting } from '../domain/thread-state.js';
import type { AgentTyping } from './channel.js';

/** What a thread is started with. */
export interface ThreadStart {
  readonly ref: ThreadRef;
  readonly customer: Customer;
  readonly policy: ThreadPolicy;
  /**
   * Whether a thread of this id may have ended so long ago that it is forgotten here; the contact
   * centre is asked then before its first message goes out. False for an id that was made lately.
   */
  readonly mayHaveEnded: boolean;
  /** Where its events go, by the channel's adapter. */
  readonly delivery: Delivery;
}

/** What can be told of a thread without a worker. */
export type ThreadStanding =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'open' }
  | { readonly kind: 'closed'; readonly by: ThreadEnder; readonly atMs: number };

/** A thread that has not ended, with its contact. */
export interface OpenThread {
  readonly ref: ThreadRef;
  readonly contact: ContactNumber;
  /** The run of the thread that has this contact; one that started again has another. */
  readonly runId: string;
}

/** A change of who is looking at a thread through this gateway. */
export interface PresenceChange {
  readonly gateway: GatewayQueue;
  readonly change: 'opened' | 'gone' | 'left';
  readonly atMs: number;
}

/** Whether the customer of a platform is there, as it says. */
export interface Whereabouts {
  readonly change: 'left' | 'returned';
  readonly atMs: number;
}

export interface Threads {
  /**
   * Hands a customer's message to its thread, which is started by the first one.
   *
   * Must be safe to call again with the same message id: a repeat is accepted again and changes
   * nothing. Throws `THREAD_CLOSED` (details `closedBy`, `closedAt`) for a new id on a closed
   * thread, `THREAD_BUSY` when 500 messages wait there, `RATE_LIMITED` when the engine as a whole
   * is behind.
   */
  acceptInbound(start: ThreadStart, message: InboundMessage): Promise<void>;

  /**
   * Hands an agent's message to its thread. Safe to call again with the same id.
   *
   * Throws `THREAD_UNKNOWN` or `THREAD_CLOSED`.
   */
  acceptReply(ref: ThreadRef, message: AgentMessage): Promise<void>;

  /**
   * Hands an agent's message to its thread, which it opens where there is none of that id. Safe to
   * call again with the same message id: on a thread that is closed by now as well.
   *
   * Throws `THREAD_CLOSED` as above for a new message id on a closed thread.
   */
  acceptOutbound(start: ThreadStart, message: AgentMessage): Promise<void>;

  /** Gives the customer of a thread that has not ended; undefined for any other. */
  customerOf(ref: ThreadRef): Promise<CustomerId | undefined>;

  /** Gives what a run of a thread that has ended knew. */
  recall(ref: ThreadRef, runId: string): Promise<EarlierLife>;

  /** Says what is known of a thread without asking it. */
  standing(ref: ThreadRef): Promise<ThreadStanding>;

  /** Reads what a thread shows of itself after a sequence number; undefined for an unknown one. */
  read(ref: ThreadRef, afterSeq: number): Promise<ThreadSnapshot | undefined>;

  /** Tells a running thread of a page; resolves to false when there is none of that id. */
  tellPresence(ref: ThreadRef, change: PresenceChange): Promise<boolean>;

  /** Tells a running thread whether its platform's customer is there; false as above. */
  tellWhereabouts(ref: ThreadRef, change: Whereabouts): Promise<boolean>;

  /** Tells a running thread what its page made of the agent's messages; false as above. */
  tellReceipt(ref: ThreadRef, receipt: Receipt): Promise<boolean>;

  /** Tells a running thread that its customer is still there; false as above. */
  tellStillHere(ref: ThreadRef): Promise<boolean>;

  /** Tells a running thread that its customer ends it; false as above. */
  tellCustomerEnd(ref: ThreadRef): Promise<boolean>;

  /**
   * Tells a running thread what was seen of a contact, which it judges; false as above. With a run's
   * id only that run is told: a thread that started again since knows no contact to judge by.
   */
  tellContact(ref: ThreadRef, sighting: ContactSighting, runId?: string): Promise<boolean>;

  /**
   * Lists the channel's threads that are open or warned and have a contact, perhaps a moment late:
   * one that has just begun may be missing, one that has just ended still be there.
   */
  listOpen(channelId: ChannelId): Promise<readonly OpenThread[]>;

  /** Shows an agent's typing on every page of the thread, at any gateway; lost without harm. */
  showTyping(ref: ThreadRef, typing: AgentTyping): Promise<void>;

  /**
   * Gives a key that is the same for every call with this fingerprint within `windowMs` of the
   * first, and another one after. 1 to 128 of `A-Za-z0-9_-`.
   */
  repeatKey(fingerprint: string, windowMs: number): Promise<string>;

  /**
   * Gives the current thread of an identified customer, and makes `candidate` the current one when
   * there is none or the current one is closed. The same for every concurrent caller.
   */
  currentThread(
    channelId: ChannelId,
    customerId: CustomerId,
    candidate: ThreadId,
  ): Promise<ThreadId>;

  /**
   * Gives the thread for an agent's message that names none: the customer's open one, whoever began
   * it, else `candidate`, which becomes the current one. The same for every concurrent caller, and
   * for one `message`, by its key, whenever it asks again; unless that thread is `closed`.
   */
  placeMessage(
    channelId: ChannelId,
    customerId: CustomerId,
    request: {
      readonly message: string;
      readonly candidate: ThreadId;
      /** A thread that was given before and turned out to have ended without this message. */
      readonly closed?: ThreadId;
    },
  ): Promise<ThreadId>;

  /** Makes a thread that an agent opens the customer's current one. Must be safe to call again. */
  noteOpened(ref: ThreadRef, customerId: CustomerId): Promise<void>;

  /**
   * Gives the customer's current thread where it is open; undefined where there is none, or where
   * only their own sessions know of it. Must need no worker.
   */
  openThreadOf(channelId: ChannelId, customerId: CustomerId): Promise<ThreadId | undefined>;

  /**
   * Blocks a customer until a moment, in milliseconds since the epoch. Must be safe to call again;
   * of two blocks the later one holds.
   */
  blockCustomer(channelId: ChannelId, customerId: CustomerId, untilMs: number): Promise<void>;

  /**
   * Says until when a customer is blocked, in milliseconds since the epoch; undefined for one who
   * is not. Must need no worker.
   */
  blockedUntil(channelId: ChannelId, customerId: CustomerId): Promise<number | undefined>;
}
