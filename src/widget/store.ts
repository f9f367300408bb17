/** The widget's whole state and the pure function that moves it; nothing here knows of the page. */
import type { OutboxEntry } from './outbox.js';
import type { Upload } from './uploads.js';
import type {
  MessageStatus,
  QuotedMessage,
  Snapshot,
  ThreadEvent,
  ThreadMessage,
  ThreadStanding,
} from './wire.js';

/** How the widget stands to the gateway. */
export type Connection =
  | 'idle'
  | 'connecting'
  | 'online'
  | 'offline'
  | 'unreachable'
  | 'unavailable';

/** Everything that the view shows. */
export interface ChatState {
  readonly connection: Connection;
  /** Why the chat is not available, where the gateway gave a reason. */
  readonly unavailableReason?: string | undefined;
  readonly threadId?: string | undefined;
  readonly standing: ThreadStanding;
  /** The sequence number up to which everything is known. */
  readonly lastSeq: number;
  /** True once the history is in; what comes later is news. */
  readonly isLoaded: boolean;
  readonly messages: readonly ThreadMessage[];
  readonly verdicts: Readonly<Record<string, Verdict>>;
  readonly outbox: readonly OutboxEntry[];
  /** The files that go with the next message. */
  readonly uploads: readonly Upload[];
  /** The message that the next one answers. */
  readonly replyTo?: QuotedMessage | undefined;
  readonly isAgentTyping: boolean;
  /** True while the gateway is told that the customer is still there. */
  readonly isAnswering: boolean;
  /** True from the customer's decision to end the thread until its end. */
  readonly isEnding: boolean;
  readonly agentName?: string | undefined;
  readonly isPanelOpen: boolean;
  /** The sequence number up to which the customer has seen the thread. */
  readonly readUpTo: number;
}

interface Verdict {
  readonly status: MessageStatus;
  readonly reason?: string | undefined;
}

/** Whatever can happen to the widget. */
export type ChatAction =
  | {
      readonly type: 'connection';
      readonly connection: Connection;
      readonly reason?: string | undefined;
    }
  | { readonly type: 'thread'; readonly threadId: string; readonly readUpTo: number }
  | { readonly type: 'fresh' }
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly type: 'event'; readonly event: ThreadEvent }
  | { readonly type: 'standing'; readonly standing: ThreadStanding }
  | { readonly type: 'outbox'; readonly entries: readonly OutboxEntry[] }
  | { readonly type: 'uploads'; readonly uploads: readonly Upload[] }
  | { readonly type: 'reply-to'; readonly message?: QuotedMessage | undefined }
  | { readonly type: 'agent-typing-ended' }
  | { readonly type: 'answering'; readonly isAnswering: boolean }
  | { readonly type: 'ending'; readonly isEnding: boolean }
  | { readonly type: 'panel'; readonly isOpen: boolean }
  | { readonly type: 'read'; readonly upTo: number };

const untouchedThread = {
  standing: { state: 'open' },
  lastSeq: 0,
  isLoaded: false,
  messages: [],
  verdicts: {},
  replyTo: undefined,
  isAgentTyping: false,
  isAnswering: false,
  isEnding: false,
} as const;

/** The state of a widget that nobody has opened yet. */
export const initialState: ChatState = {
  ...untouchedThread,
  connection: 'idle',
  outbox: [],
  uploads: [],
  isPanelOpen: false,
  readUpTo: 0,
};

/** Returns the state after an action; what is known already changes nothing. */
export function reduce(state: ChatState, action: ChatAction): ChatState {
  switch (action.type) {
    case 'connection':
      return {
        ...state,
        connection: action.connection,
        unavailableReason: action.reason,
        // Who was typing when the line broke may have stopped since.
        isAgentTyping: state.isAgentTyping && action.connection === 'online',
      };
    case 'thread':
      return action.threadId === state.threadId
        ? state
        : {
            ...state,
            ...untouchedThread,
            threadId: action.threadId,
            readUpTo: action.readUpTo,
            agentName: undefined,
          };
    case 'fresh':
      return { ...state, isLoaded: true };
    case 'snapshot':
      return withSnapshot(state, action.snapshot);
    case 'event':
      return withEvent(state, action.event);
    case 'standing':
      return withStanding(state, action.standing);
    case 'answering':
      return { ...state, isAnswering: action.isAnswering };
    case 'ending':
      return { ...state, isEnding: action.isEnding };
    case 'outbox':
      return { ...state, outbox: action.entries };
    case 'uploads':
      return { ...state, uploads: action.uploads };
    case 'reply-to':
      return { ...state, replyTo: action.message };
    case 'agent-typing-ended':
      return state.isAgentTyping ? { ...state, isAgentTyping: false } : state;
    case 'panel':
      return { ...state, isPanelOpen: action.isOpen };
    case 'read':
      return action.upTo > state.readUpTo ? { ...state, readUpTo: action.upTo } : state;
  }
}

/** Counts the agent's messages that the customer has not seen. */
export function unreadCount(state: ChatState): number {
  return state.messages.filter(({ from, seq }) => from === 'agent' && seq > state.readUpTo).length;
}

/** Returns the sequence number of the agent's newest message, 0 without one. */
export function newestAgentSeq(state: ChatState): number {
  return state.messages.findLast(({ from }) => from === 'agent')?.seq ?? 0;
}

/** Tells whether the customer may write. */
export function canWrite({ standing, isEnding, connection }: ChatState): boolean {
  return standing.state !== 'closed' && !isEnding && connection !== 'unavailable';
}

/** Tells whether there is a thread that the customer can end. */
export function canEnd(state: ChatState): boolean {
  return canWrite(state) && state.messages.length > 0;
}

/** Returns the countdown of a warned thread, in the server's time; undefined when none runs. */
export function runningCountdown({ standing, messages, isAnswering, isEnding }: ChatState) {
  const deadlineMs = Date.parse(standing.deadlineAt ?? '');
  if (standing.state !== 'warned' || isEnding || Number.isNaN(deadlineMs)) {
    return undefined;
  }
  // The warning's own text comes right before it, and nobody has said anything since.
  const last = messages.at(-1);
  const saidMs = last?.from === 'system' ? Date.parse(last.at) : Number.NaN;
  return { deadlineMs, sinceMs: saidMs < deadlineMs ? saidMs : undefined, isAnswering };
}

function withStanding(state: ChatState, standing: ThreadStanding): ChatState {
  const isSameWarning =
    standing.state === 'warned' && standing.deadlineAt === state.standing.deadlineAt;
  return {
    ...state,
    standing,
    replyTo: standing.state === 'closed' ? undefined : state.replyTo,
    isAgentTyping: false,
    isAnswering: state.isAnswering && isSameWarning,
    isEnding: state.isEnding && standing.state !== 'closed',
  };
}

function withSnapshot(state: ChatState, snapshot: Snapshot): ChatState {
  if (snapshot.threadId !== state.threadId) {
    return state;
  }
  const isNewer = snapshot.lastSeq >= state.lastSeq;
  return {
    ...(isNewer ? withStanding(state, snapshot.standing) : state),
    messages: snapshot.messages.reduce(withMessage, state.messages),
    agentName:
      snapshot.messages.findLast(({ from }) => from === 'agent')?.authorName ?? state.agentName,
    lastSeq: Math.max(snapshot.lastSeq, state.lastSeq),
    isLoaded: true,
  };
}

function withEvent(state: ChatState, event: ThreadEvent): ChatState {
  if (event.type === 'typing') {
    const agentName = event.authorName ?? state.agentName;
    return { ...state, isAgentTyping: event.typing, agentName };
  }
  if (event.seq === undefined || event.seq <= state.lastSeq) {
    return state;
  }
  const next = { ...state, lastSeq: event.seq };
  switch (event.type) {
    case 'message': {
      const isAgents = event.message.from === 'agent';
      return {
        ...next,
        messages: withMessage(state.messages, event.message),
        isAgentTyping: isAgents ? false : state.isAgentTyping,
        agentName: (isAgents ? event.message.authorName : undefined) ?? state.agentName,
      };
    }
    case 'message-status': {
      const verdict = { status: event.status, reason: event.reason };
      return { ...next, verdicts: { ...state.verdicts, [event.id]: verdict } };
    }
    case 'state':
      return withStanding(next, event.standing);
    case 'unknown':
      return next;
  }
}

/** Puts a message in its place by sequence number, unless its number or its id is there already. */
function withMessage(
  messages: readonly ThreadMessage[],
  message: ThreadMessage,
): readonly ThreadMessage[] {
  const isKnown = messages.some(
    ({ seq, from, id }) => seq === message.seq || (from === message.from && id === message.id),
  );
  if (isKnown) {
    return messages;
  }
  const after = messages.findLastIndex(({ seq }) => seq < message.seq) + 1;
  return [...messages.slice(0, after), message, ...messages.slice(after)];
}
