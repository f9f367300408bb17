/**
 * @module A thread's contract: what may be sent to it, and what it answers.
 *
 * The wire name of each definition is the constant's without its suffix. Signals are accepted
 * whether or not a worker runs; updates and queries need one.
 */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ThreadView } from '../src/domain/customer-log.js';
import type { CustomerId, GatewayQueue, ThreadId, ThreadRef } from '../src/domain/ids.js';
import type {
  AgentMessage,
  Customer,
  InboundMessage,
  Receipt,
  ThreadEnder,
} from '../src/domain/messages.js';
import type { Delivery } from '../src/domain/platform-lane.js';
import type { ThreadPolicy } from '../src/domain/policy.js';
import type { EarlierLife, EarlierRun } from '../src/domain/reopening.js';
import type {
  ClosingLeg,
  ContactSighting,
  InboundStatus,
  OutboundStatus,
} from '../src/domain/thread-state.js';
import type { AnyThreadState } from '../src/domain/thread-versions.js';

/** What a thread starts with; `state` only where an earlier run hands over. */
export interface ThreadInput {
  readonly ref: ThreadRef;
  readonly customer: Customer;
  readonly policy: ThreadPolicy;
  /** Whether the contact centre may know of an end that is forgotten here. Default false. */
  readonly mayHaveEnded?: boolean;
  /** Where its events go. Default pages. */
  readonly delivery?: Delivery;
  /** The run in which this thread was closed, where it starts again. */
  readonly startsAgainAfter?: EarlierRun;
  /** As the version wrote it that handed over. */
  readonly state?: AnyThreadState;
  /** History events after which a run hands over to a new one. Default 400. */
  readonly continueAfterEvents?: number;
  /** Characters of JSON of the log that a new run starts with. Default 100,000. */
  readonly keptLogSize?: number;
}

/** How a thread ended. */
export interface ThreadResult {
  readonly closedBy: ThreadEnder;
  readonly closedAt: string;
  /** How many events its customer was shown. */
  readonly lastSeq: number;
  /** What of the end was not confirmed, by the contact centre or the customer's platform; absent when all of it holds. */
  readonly missing?: readonly ClosingLeg[];
}

/** A change of who looks at the thread through one gateway, or what a platform says of that. */
export type Presence =
  | {
      readonly gateway: GatewayQueue;
      readonly change: 'opened' | 'gone' | 'left';
      readonly atMs: number;
    }
  | { readonly change: 'left' | 'returned'; readonly atMs: number };

/** What to read of a thread. Without arguments, from the start. */
export interface ReadRequest {
  readonly afterSeq: number;
}

/** What an operator asks: try the current task now, or give it up. */
export interface RepairRequest {
  readonly action: 'retry' | 'giveUp';
}

/**
 * The last argument of a signal from the gateway: by which policy its channel goes there now. A thread
 * that goes by another one looks for it.
 */
export interface PolicyNews {
  readonly policyName: string;
}

/** A customer's message. A repeat of an id changes nothing. */
export const inboundSignal = defineSignal<[InboundMessage]>('inbound');
/** An agent's message. A repeat of an id changes nothing. */
export const agentReplySignal = defineSignal<[AgentMessage]>('agentReply');
/** A gateway's pages of this thread, or the customer of a platform, came or went. */
export const presenceSignal = defineSignal<[Presence]>('presence');
/** What a page made of the agent's messages. */
export const receiptSignal = defineSignal<[Receipt]>('receipt');
/** The customer says that they are still there. */
export const stillHereSignal = defineSignal('stillHere');
/** The customer ends the thread. */
export const customerEndSignal = defineSignal('customerEnd');
/** The contact centre says what has become of the contact; the thread judges whether it ended. */
export const contactEndedSignal = defineSignal<[ContactSighting]>('contactEnded');

/** An operator closes the thread. An update, so that the operator sees that it was taken. */
export const closeUpdate = defineUpdate<{ state: 'closed' }>('close');
/** An operator mends the lane to the contact centre; answers what now waits there. */
export const repairUpdate = defineUpdate<{ waiting: number }, [RepairRequest]>('repair');

/** What the thread shows of itself. */
export const threadQuery = defineQuery<ThreadView, [ReadRequest?]>('thread');
/** What the thread knows of a customer's message; null for an id that it never saw. */
export const inboundStatusQuery = defineQuery<InboundStatus | null, [string]>('inboundStatus');
/** What the thread knows of an agent's message; null for an id that it never took. */
export const outboundStatusQuery = defineQuery<OutboundStatus | null, [string]>('outboundStatus');
/** What the thread leaves to a run that starts again after it. */
export const earlierLifeQuery = defineQuery<EarlierLife>('earlierLife');
/** Whose thread this is; null once it has ended, when nothing passing is sent any more. */
export const customerQuery = defineQuery<CustomerId | null>('customer');
/** The gateways that hold pages of this thread. */
export const gatewaysQuery = defineQuery<GatewayQueue[]>('gateways');

/** What a customer's workflow starts with. */
export interface CustomerInput {
  readonly channelId: string;
  readonly customerId: CustomerId;
  readonly currentThreadId?: ThreadId;
  /** Where agents' messages that named no thread went, the oldest first. */
  readonly placements?: readonly Placement[];
  /** Until when the customer gets no new session, in milliseconds since the epoch. */
  readonly blockedUntilMs?: number | null;
  /** Updates and signals after which a run hands over to a new one. Default 500. */
  readonly continueAfterUpdates?: number;
  /** How long nobody asks, in milliseconds, before it ends. Default 30 days. */
  readonly idleAfterMs?: number;
}

/** The thread that an agent's message went to, by the key of the message. */
export interface Placement {
  readonly message: string;
  readonly threadId: ThreadId;
}

/** A caller's offer of a thread id, and the current one that it found closed. */
export interface CurrentThreadRequest {
  readonly candidate: ThreadId;
  readonly closed?: ThreadId;
}

/** An agent's message, by its key: it goes where it went before, unless that is `closed`. */
export interface PlacementRequest extends CurrentThreadRequest {
  readonly message: string;
}

/** The thread that an agent has opened for a customer. */
export interface OpenedRequest {
  readonly threadId: ThreadId;
}

/** Until when a customer is blocked, in milliseconds since the epoch. */
export interface BlockRequest {
  readonly untilMs: number;
}

/** What an operator lifted; null where there was no block, or it had run out. */
export interface LiftResult {
  readonly blockedUntil: string | null;
}

/** Gives the customer's current thread: an update, because concurrent callers need one answer. */
export const currentThreadUpdate = defineUpdate<ThreadId, [CurrentThreadRequest]>('currentThread');
/** Gives the thread of each of several agents' messages: an update, as above. */
export const placeMessagesUpdate = defineUpdate<ThreadId[], [readonly PlacementRequest[]]>(
  'placeMessages',
);
/** An agent has opened a thread of this id, which becomes the current one. */
export const openedSignal = defineSignal<[OpenedRequest]>('opened');
/** The customer gets no new session until then; of two blocks the later one holds. */
export const blockSignal = defineSignal<[BlockRequest]>('block');
/** An operator lifts a customer's block. An update, so that the operator sees what was lifted. */
export const liftUpdate = defineUpdate<LiftResult>('lift');
