/**
 * @module What a thread knows, what can happen to it, and what it may ask to have done.
 *
 * The state is plain JSON: it survives continue-as-new as it stands. A change of its shape needs a
 * new `version` and a step that lifts the old one.
 */
import type { Bucket } from './budget.js';
import type { EngineErrorCode } from './errors.js';
import type {
  ContactNumber,
  ExternalMessageId,
  GatewayQueue,
  MessageId,
  ThreadRef,
} from './ids.js';
import type {
  AgentMessage,
  Customer,
  CustomerEvent,
  InboundMessage,
  Receipt,
  ThreadEnder,
} from './messages.js';
import type { ContactStatus, EndingStatus, ThreadPolicy } from './policy.js';

/** What a thread knows of a customer's message. */
export type InboundStatus = 'accepted' | 'sending' | 'inDoubt' | 'sent' | 'failed' | 'refused';
/** What a thread knows of an agent's message. */
export type OutboundStatus = 'accepted' | 'delivered' | 'seen' | 'failed';

/** A line of the ledger for an agent's message. */
export interface OutboundEntry {
  readonly seq: number;
  readonly status: OutboundStatus;
}

/** What a thread knows of each of its messages; ids stay for as long as the thread. */
export interface Ledger {
  readonly inbound: Readonly<Record<MessageId, InboundStatus>>;
  readonly outbound: Readonly<Record<ExternalMessageId, OutboundEntry>>;
}

/**
 * One thing to do at the contact centre.
 *
 * A post whose outcome is unknown is looked up: `look`, then `lookAgain` a second later, and only
 * when both found nothing it is posted again, under the same id.
 */
export type ContactCentreTask =
  | {
      readonly kind: 'post';
      readonly message: InboundMessage;
      readonly stage: 'post' | 'look' | 'lookAgain';
    }
  | {
      readonly kind: 'report';
      readonly messageId: ExternalMessageId;
      readonly status: 'delivered' | 'seen' | 'failed';
      readonly atMs: number;
      readonly reason?: string;
    }
  /** Without a contact of its own, the thread's is meant. */
  | {
      readonly kind: 'endContact';
      readonly status: EndingStatus;
      readonly contact?: ContactNumber;
    }
  | { readonly kind: 'shutThread' }
  /** Reads whether an end holds; `contradictions` counts the looks that found that it did not. */
  | { readonly kind: 'readBack'; readonly contradictions: number }
  /** Finds the contact of a thread that an agent opened, by a message of theirs. */
  | { readonly kind: 'findContact'; readonly messageId: ExternalMessageId; readonly looks: number }
  /** Lets a thread that starts again, or that an agent opened anew, take messages. */
  | { readonly kind: 'openThread' };

/** A step of a thread's end: three that the contact centre takes, and the platform's being told. */
export type ClosingLeg = 'contact' | 'thread' | 'readBack' | 'customer';

/** The lane to the contact centre: one task at a time, in order. */
export interface ContactCentreLane {
  readonly waiting: readonly ContactCentreTask[];
  readonly current: ContactCentreTask | null;
  /** Whether an effect for `current` is on its way and owes an outcome. */
  readonly isInFlight: boolean;
  /** Nothing is started before this moment. */
  readonly pausedUntilMs: number;
  /** How often the current task was put off; the pause grows with it. */
  readonly deferrals: number;
  /** When the effect in flight, or the last one, was started. */
  readonly startedAtMs: number;
  /** The contact's budget of updates (cxone.md 3.7: 250 at once, then 17 a minute). */
  readonly budget: Bucket;
}

/** A gateway that holds pages of this thread: a lane to the customer of its own. */
export interface PageHolder {
  /** The last event that this gateway has, or will fetch by itself. */
  readonly cursor: number;
  /** The last event of the show that is on its way, or null. */
  readonly showingUpTo: number | null;
  /** When a page was last known to be open here: a gateway that died says nothing. */
  readonly seenAtMs: number;
  /** When a show found no answer, where nothing was heard of the gateway since. */
  readonly missedAtMs?: number;
  /** What presence said since that show began; what it saw of pages may be older than this. */
  readonly meanwhile?: 'opened' | 'gone';
}

/** The lane to a platform: one event at a time, in order. */
export interface PlatformLane {
  /** When the thread began, which tells its events from those of a forgotten one of the same id. */
  readonly sinceMs: number;
  /** The last event that the platform has taken, or will never be given. */
  readonly cursor: number;
  /** The event that is on its way, or null. */
  readonly deliveringSeq: number | null;
  /** Nothing is started before this moment. */
  readonly pausedUntilMs: number;
  /** How often the next event was put off; the pause grows with it. */
  readonly deferrals: number;
  /** Whether the platform said that the customer has left. */
  readonly isAway: boolean;
}

/**
 * A logged event, with the gateway that shows it to its own pages unasked: the one that brought the
 * message in follows what becomes of it, so a lone message costs no activity for its own page.
 */
export type LoggedEvent = CustomerEvent & { readonly shownBy?: GatewayQueue };

/** An earlier run of this thread's workflow, whose log still holds events up to `upToSeq`. */
export interface ArchivedLog {
  readonly runId: string;
  readonly upToSeq: number;
}

/** The end of a thread: the first one counts. */
export interface ThreadEnd {
  readonly by: ThreadEnder;
  readonly atMs: number;
  /** After the customer's own end another one became known, so that nothing more is posted. */
  readonly isPostingOver?: true;
  /** The contacts that this end has set to a status. */
  readonly endedContacts: readonly ContactNumber[];
  /** The steps that the contact centre has refused, and that it is read back for. */
  readonly refused: readonly ClosingLeg[];
  /** The steps that could not be confirmed, and are not tried any more. */
  readonly missing: readonly ClosingLeg[];
}

/** That a customer whose thread an agent ended gets no new session for a while. */
export interface CustomerBlock {
  readonly untilMs: number;
  readonly standing: 'owed' | 'inFlight' | 'done';
}

/** All that a thread knows. */
export interface ThreadState {
  readonly version: 3;
  readonly ref: ThreadRef;
  readonly customer: Customer;
  readonly policy: ThreadPolicy;
  readonly phase: 'open' | 'warned' | 'closed';
  readonly deadlineAtMs: number | null;
  /** Where the idle clock counts from; null while it does not run. */
  readonly clockFromMs: number | null;
  readonly lastMessageBy: 'customer' | 'agent' | null;
  readonly closed: ThreadEnd | null;
  readonly block: CustomerBlock | null;
  /** Whether the contact centre may know of an end of this thread that is forgotten here. */
  readonly mayHaveEnded: boolean;
  readonly contact: ContactNumber | null;
  /** The contact of this thread's earlier life, of whose end there may still be news. */
  readonly formerContact: ContactNumber | null;
  /** When the contact was last seen in a status that is no end. */
  readonly contactSeenOpenAtMs: number | null;
  /** The newest change of status that the contact centre told of; older news are ignored. */
  readonly contactStatusAtMs: number | null;
  /** The moment of the last message either way. */
  readonly lastActivityAtMs: number;
  readonly log: readonly LoggedEvent[];
  readonly lastSeq: number;
  readonly archivedLogs: readonly ArchivedLog[];
  readonly ledger: Ledger;
  readonly contactCentreLane: ContactCentreLane;
  readonly pages: Readonly<Record<GatewayQueue, PageHolder>>;
  /** The lane to the customer's platform; null where the customer looks at pages. */
  readonly platform: PlatformLane | null;
  /** Lanes start nothing before this moment, so that the run can be continued as a new one. */
  readonly heldUntilMs: number;
}

/** What the contact centre said of a contact. */
export interface ContactSighting {
  readonly contact: ContactNumber;
  readonly status: ContactStatus;
  readonly statusUpdatedAtMs?: number;
}

/** An end as the contact centre tells it; what it does not know or say is not there. */
export interface ReadBack {
  readonly contacts: readonly { readonly contact: ContactNumber; readonly isLive: boolean }[];
  /** Whether the thread takes messages. */
  readonly isThreadOpen?: boolean;
}

/**
 * How a show ended: a page was shown it, the gateway said that it has none, or nothing was heard: it
 * is gone, or has too much to do.
 */
export type ShowOutcome = 'shown' | 'noPage' | 'unanswered';

/** How an effect for the contact centre ended. */
export type ContactCentreOutcome =
  /** It was done; a post's answer, or a look-up, names the contact where it said one. */
  | {
      readonly kind: 'done';
      readonly contact?: ContactNumber;
      readonly contactStatus?: ContactStatus;
    }
  /** The contact was looked at before a post and has ended; nothing was posted. */
  | { readonly kind: 'contactEnded'; readonly sighting: ContactSighting }
  /** The thread was looked at before its first post and was ended long ago; nothing was posted. */
  | { readonly kind: 'threadEnded' }
  | ({ readonly kind: 'readBack' } & ReadBack)
  /** A look-up found nothing. */
  | { readonly kind: 'absent' }
  /** It is not known whether it was done. */
  | { readonly kind: 'inDoubt' }
  /** It will never be done. */
  | { readonly kind: 'rejected'; readonly code: EngineErrorCode }
  /** It was certainly not done, and is to be tried again, not before `retryAfterMs` from now. */
  | {
      readonly kind: 'deferred';
      readonly code: EngineErrorCode;
      readonly retryAfterMs?: number;
    };

/** How the delivery of an event to a platform ended. */
export type DeliveryOutcome =
  | { readonly kind: 'taken' }
  /** It will never be taken. */
  | { readonly kind: 'gone' }
  /** It was not taken, or nobody knows: it is given again, not before `retryAfterMs` from now. */
  | { readonly kind: 'deferred'; readonly retryAfterMs?: number };

/** What can happen to a thread; `atMs` is the moment at which the thread learns of it. */
export type ThreadEvent = { readonly atMs: number } & (
  | { readonly type: 'inbound'; readonly message: InboundMessage }
  | { readonly type: 'agentReply'; readonly message: AgentMessage }
  | {
      readonly type: 'presence';
      readonly gateway: GatewayQueue;
      readonly change: 'opened' | 'gone' | 'left';
      /** When the gateway saw it, where it said so. */
      readonly changedAtMs?: number;
    }
  /** The platform says whether the customer is there. */
  | {
      readonly type: 'whereabouts';
      readonly change: 'left' | 'returned';
      /** When the gateway was told. */
      readonly changedAtMs: number;
    }
  | { readonly type: 'contactSeen'; readonly sighting: ContactSighting }
  | { readonly type: 'receipt'; readonly receipt: Receipt }
  | { readonly type: 'stillHere' }
  | { readonly type: 'end'; readonly by: ThreadEnder }
  | { readonly type: 'contactCentreSettled'; readonly outcome: ContactCentreOutcome }
  | { readonly type: 'showSettled'; readonly gateway: GatewayQueue; readonly outcome: ShowOutcome }
  | { readonly type: 'deliverySettled'; readonly outcome: DeliveryOutcome }
  | { readonly type: 'blockSettled' }
  /** The channel's policy has changed. */
  | { readonly type: 'policy'; readonly policy: ThreadPolicy }
  | { readonly type: 'repair'; readonly action: 'retry' | 'giveUp' }
  | { readonly type: 'hold'; readonly untilMs: number }
  /** Time has passed, or a new run begins. */
  | { readonly type: 'tick' }
);

/**
 * What a post looks at first: nothing; its contact, if the tenant's reads allow it or in any case; or
 * its thread, whose end may be known at the contact centre only.
 */
export type PostCheck = 'none' | 'contactIfReadsAreSpare' | 'contact' | 'thread';

/** What a thread asks to have done. Each effect owes one `…Settled` event. */
export type Effect =
  | {
      readonly lane: 'contactCentre';
      readonly task: ContactCentreTask;
      readonly contact: ContactNumber | null;
      /** Whether the contact, or the thread, is looked at before a post. */
      readonly check: PostCheck;
      /** Of a post: the message that it answers, where the contact centre has that. */
      readonly replyTo?: ExternalMessageId;
    }
  | {
      readonly lane: 'customer';
      readonly gateway: GatewayQueue;
      readonly events: readonly CustomerEvent[];
    }
  | { readonly lane: 'platform'; readonly event: CustomerEvent }
  /** The customer gets no new session until then. */
  | { readonly lane: 'customerBlock'; readonly untilMs: number };

/** The state after an event, and what is to be done now. */
export interface Transition {
  readonly state: ThreadState;
  readonly effects: readonly Effect[];
}
