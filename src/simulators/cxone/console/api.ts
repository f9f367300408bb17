import type { Example } from './examples.js';

/** Is an agent, as the page names them. */
export interface Agent {
  readonly id: number;
  readonly name: string;
}

/** Is a contact in the list. */
export interface Card {
  readonly number: string;
  readonly channelId: string;
  readonly channelName: string;
  readonly threadId: string;
  readonly threadIdOnExternalPlatform: string;
  readonly canAddMoreMessages: boolean;
  readonly customerName: string;
  readonly customerId: string;
  readonly customFields: readonly { readonly ident: string; readonly value: string }[];
  /** Whom it is with; null while nobody has answered or was given it. */
  readonly assignee: Agent | null;
  readonly status: string;
  readonly statusBy: 'system' | 'agent' | 'api';
  readonly statusUpdatedAt: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly unread: number;
  readonly lastMessage: {
    readonly text: string;
    readonly direction: 'inbound' | 'outbound';
    readonly at: string;
  } | null;
}

/** Is a file beside a message. */
export interface Attachment {
  readonly friendlyName: string;
  readonly url: string;
}

/** Is a message of a thread. */
export interface Bubble {
  readonly id: string;
  readonly sequence: number;
  readonly contactNumber: string;
  readonly direction: 'inbound' | 'outbound';
  readonly type: string;
  readonly text: string;
  /** What a button that the customer chose carried. */
  readonly postback: string | null;
  readonly author: string;
  /** The message that it answers. */
  readonly replyTo: { readonly author: string; readonly text: string } | null;
  readonly isForwarded: boolean;
  readonly at: string;
  readonly state: 'sending' | 'sent' | 'delivered' | 'seen' | 'failed';
  readonly reason: { readonly status: number | null; readonly reason: string } | null;
  readonly form: 'v1' | 'v2' | null;
  readonly attachments: readonly (Attachment & { readonly mimeType: string | null })[];
}

/** Is something that a correct middleware never does. */
export interface Violation {
  readonly id: string;
  readonly at: string;
  readonly kind: string;
  readonly message: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Describes a fault to switch on. */
export interface FaultOrder {
  readonly match: string;
  readonly kind: string;
  readonly times?: number;
  readonly delayMs?: number;
  readonly status?: number;
  readonly retryAfterSeconds?: number;
}

/** Is a fault that is on. */
export interface Fault extends FaultOrder {
  readonly id: string;
  readonly hits: number;
}

/** Is what the page needs when it opens. */
export interface Overview {
  readonly contacts: readonly Card[];
  readonly total: number;
  /** Whether the simulator was given an address and a secret for signed events. */
  readonly canSendEvents: boolean;
  readonly agents: readonly Agent[];
  /** The channels that the simulator knows of. */
  readonly channels: readonly string[];
  readonly violations: readonly Violation[];
  readonly typing: readonly string[];
  readonly faults: readonly Fault[];
}

/** Is what changed since the last event. */
export interface Changes {
  readonly contacts: readonly Card[];
  readonly messages: readonly Bubble[];
  readonly typing: readonly { readonly threadId: string; readonly isTyping: boolean }[];
  readonly violations?: readonly Violation[];
  readonly faults?: readonly Fault[];
}

/** Describes a message of the agent's. */
export interface ReplyOrder extends Omit<Example, 'label' | 'files'> {
  readonly attachments?: readonly Attachment[];
  readonly form: 'v1' | 'v2';
  /** CXone's id of a message that is sent again. */
  readonly id?: string;
  /** CXone's id of the message that it answers. */
  readonly replyToMessageId?: string;
  /** CXone's id of the message that it hands on. */
  readonly forwardMessageId?: string;
}

/** Is a message to a customer who has not written, as the agent orders it. */
export interface FirstOrder {
  /** The same id again is the same message. */
  readonly id: string;
  readonly channelId: string;
  readonly recipient: { readonly id: string; readonly name?: string };
  readonly text: string;
  /** A thread that CXone has made up; without one the middleware finds or opens it. */
  readonly threadIdOnExternalPlatform?: string;
}

/** Is what became of such a message. */
export interface FirstResult {
  readonly validation: { readonly status: number | null; readonly body: unknown };
  readonly sent: {
    readonly status: number | null;
    readonly body: unknown;
    readonly failure: { readonly reason: string } | null;
  } | null;
  readonly contactNumber: string | null;
}

/** Is what the simulator says of an event that it sent. */
export interface EventResult {
  readonly event: { readonly status: number | null; readonly reason?: string } | null;
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`/simulator${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`The simulator answered ${response.status}.`);
  const text = await response.text();
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the simulator serves this page: both are of one version
  return (text === '' ? null : JSON.parse(text)) as T;
}

/** Speaks to the simulator. */
export const api = {
  overview: () => call<Overview>('GET', '/console/overview'),
  messages: (number: string) => call<Bubble[]>('GET', `/console/contacts/${number}/messages`),
  markRead: (number: string) => call<null>('POST', `/agent/contacts/${number}/read`),
  setStatus: (number: string, status: string, event: boolean) =>
    call<EventResult>('POST', `/agent/contacts/${number}/status`, { status, event }),
  assign: (number: string, agentId: number, event: boolean) =>
    call<EventResult>('POST', `/agent/contacts/${number}/assignee`, { agentId, event }),
  reply: (card: Card, reply: ReplyOrder) =>
    call<unknown>('POST', '/agent/replies', {
      channelId: card.channelId,
      threadIdOnExternalPlatform: card.threadIdOnExternalPlatform,
      ...reply,
    }),
  writeFirst: (order: FirstOrder) => call<FirstResult>('POST', '/agent/outbound', order),

  upload: async (file: File): Promise<Attachment> => {
    const response = await fetch(`/simulator/agent/files?name=${encodeURIComponent(file.name)}`, {
      method: 'POST',
      headers: { 'Content-Type': file.type || 'application/octet-stream' },
      body: file,
    });
    if (!response.ok) throw new Error(`The simulator answered ${response.status}.`);
    return response.json();
  },
  typing: (card: Card, typing: boolean) =>
    call<unknown>('POST', '/agent/typing', {
      channelId: card.channelId,
      threadIdOnExternalPlatform: card.threadIdOnExternalPlatform,
      typing,
    }),
  addFault: (fault: FaultOrder) => call<Fault>('POST', '/faults', fault),
  removeFault: (id: string) => call<null>('DELETE', `/faults/${id}`),
  clearFaults: () => call<null>('DELETE', '/faults'),
  expireTokens: () => call<null>('POST', '/expire-tokens'),
  forgetBoxToken: () => call<null>('POST', '/forget-box-token'),
};
