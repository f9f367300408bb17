/** One customer's chat: joins session, stream, outbox and state. It knows the page, but not the view. */
import { type ApiClient, type CustomerDetails, createApiClient } from './api-client.js';
import { createBackoff, createPause } from './backoff.js';
import { createBlockade } from './blockade.js';
import { createChatUploads } from './chat-uploads.js';
import { isVerdictOwed } from './conversation.js';
import { createDelivery } from './delivery.js';
import { createDraft, type Draft } from './draft.js';
import { type Connected, createEventReader } from './event-reader.js';
import { GatewayError, isFinal, isGatewayError, isThreadGone } from './gateway-error.js';
import { createOutbox, isLeftBehind } from './outbox.js';
import { createOwnMessages } from './own-messages.js';
import { createId, runAlone, watchPage } from './page-signals.js';
import { createSeenMarker } from './seen-marker.js';
import { createSender } from './sender.js';
import { createServerClock } from './server-clock.js';
import { createSessionKeeper, type HeldSession } from './session-keeper.js';
import { createStorage } from './storage.js';
import { type ChatAction, type ChatState, initialState, newestAgentSeq, reduce } from './store.js';
import { createTabRegister } from './tab-register.js';
import { createThreadActs } from './thread-acts.js';
import { createTypingSignal } from './typing-signal.js';
import type { Uploads } from './uploads.js';
import type { Session, ThreadEvent } from './wire.js';

/** Where a chat goes and whose it is. */
export interface ChatOptions {
  /** The gateway's address, ending in a slash. */
  readonly gateway: string;
  readonly channelId: string;
  /** Keeps customers that the site names apart in one browser; empty for anonymous ones. */
  readonly customerKey: string;
  readonly customer: () => CustomerDetails;
  readonly identityToken: () => Promise<string | undefined>;
  readonly onState: (state: ChatState) => void;
}

/** What the view can do with a chat. */
export interface Chat {
  readonly state: () => ChatState;
  /** Connects if there is reason to: a chat that goes on, or a customer that the site knows. */
  readonly start: () => void;
  readonly setPanelOpen: (isOpen: boolean) => void;
  /** Sends a message, with what goes with it; `postback` is what a chosen button carries. */
  readonly send: (text: string, postback?: string) => void;
  readonly uploads: Uploads;
  readonly replyTo: Draft['replyTo'];
  readonly typed: (hasText: boolean) => void;
  /** Sends a failed message again. */
  readonly retry: (id: string) => void;
  /** Ends a countdown. */
  readonly stillHere: () => void;
  /** Ends the thread for good. */
  readonly end: () => void;
  /** The gateway's time in milliseconds. */
  readonly serverNow: () => number;
  /** Leaves the closed thread behind and begins another. */
  readonly startNewThread: () => void;
  readonly stop: () => void;
}

/** An agent's typing that is not renewed is over. */
const agentTypingMs = 15_000;
/** What comes so soon after the line opened may have happened long before. */
const catchUpMs = 1_000;

const now = () => Date.now();

/** Creates a chat; nothing is sent before `start` or the customer's first act. */
export function createChat(options: ChatOptions): Chat {
  const { gateway, channelId, onState } = options;
  const prefix = `isthmus:${gateway}:${channelId}:${options.customerKey}:`;
  const clock = createServerClock(now);
  const api: ApiClient = createApiClient(gateway, channelId, clock);
  const storage = createStorage(() => window.localStorage);
  let state = initialState;
  let typingTimer: ReturnType<typeof setTimeout> | undefined;
  let onlineAtMs = 0;
  let unwatch: (() => void) | undefined;

  const outbox = createOutbox({
    storage,
    prefix: `${prefix}outbox:`,
    createId,
    now: clock.now,
  });
  const own = createOwnMessages({ outbox, state: () => state });
  const tabs = createTabRegister({ storage, prefix: `${prefix}tab:`, tabId: createId(), now });
  const keeper = createSessionKeeper({
    api,
    storage,
    key: `${prefix}session`,
    runExclusive: (task) => runAlone(`${prefix}session`, task),
    customer: options.customer,
    identityToken: options.identityToken,
    now: clock.now,
  });
  const seen = createSeenMarker({
    storage,
    key: `${prefix}seen`,
    post: (upTo) => withSession((session) => api.postSeen(session, upTo)),
  });
  const typing = createTypingSignal((isTyping) => {
    const session = keeper.stored();
    if (session !== undefined && state.connection === 'online') {
      api.postTyping(session, isTyping).catch(() => undefined);
    }
  });
  const uploads = createChatUploads({
    send: (...file) => withSession((session) => api.uploadFile(session, ...file)),
    dispatch,
  });
  const draft = createDraft({ uploads, state: () => state, dispatch });
  const blockade = createBlockade({ serverNow: clock.now, state: () => state, dispatch });
  const actsPause = createPause();
  const acts = createThreadActs({
    postStillHere: (threadId) => withSessionOf(threadId, api.postStillHere),
    postEnd: (threadId) => withSessionOf(threadId, api.postEnd),
    state: () => state,
    dispatch,
    hasUnsent: () => outbox.list().some(({ status }) => status === 'waiting'),
    pause: actsPause,
    createBackoff,
  });
  const senderPause = createPause();
  const sender = createSender({
    outbox,
    post: createDelivery({
      api,
      outbox,
      withSession,
      onAccepted: () => reader.start(),
      onClosed: (standing) => dispatch({ type: 'standing', standing }),
      onGivenUp: blockade.giveUp,
    }),
    runExclusive: (task) => runAlone(`${prefix}sender`, task),
    hold: {
      get: () => Number(storage.get(`${prefix}hold`)) || 0,
      set: (untilMs) => storage.set(`${prefix}hold`, String(untilMs)),
    },
    onChange: showOutbox,
    now,
    pause: senderPause,
    backoff: createBackoff(),
  });
  const reader = createEventReader({
    connect,
    lastSeq: () => state.lastSeq,
    onEvent: takeEvent,
    onConnecting: () => {
      if (state.connection === 'idle' || state.connection === 'online') {
        dispatch({ type: 'connection', connection: 'connecting' });
      }
    },
    onOnline: () => {
      dispatch({ type: 'connection', connection: 'online' });
      onlineAtMs = now();
      senderPause.wake();
      actsPause.wake();
    },
    onTrouble: (error) => {
      // A line that was good and broke is most often back at once: not worth a word yet.
      const trouble = state.connection === 'online' ? 'connecting' : 'unreachable';
      dispatch({ type: 'connection', connection: navigator.onLine ? trouble : 'offline' });
      return error instanceof GatewayError ? error.retryAfterMs : undefined;
    },
    pause: createPause(),
  });

  function dispatch(action: ChatAction): void {
    const next = reduce(state, action);
    if (next === state) {
      return;
    }
    state = next;
    if (own.settle()) {
      state = reduce(state, { type: 'outbox', entries: outbox.list() });
    }
    markSeen();
    onState(state);
  }

  function showOutbox(): void {
    dispatch({ type: 'outbox', entries: outbox.list() });
    void acts.goOn();
  }

  function markSeen(): void {
    const { threadId, isPanelOpen, isLoaded } = state;
    const isLooking = isPanelOpen && isLoaded && document.visibilityState === 'visible';
    const upTo = newestAgentSeq(state);
    if (threadId !== undefined && isLooking && upTo > 0) {
      state = reduce(state, { type: 'read', upTo });
      seen.read(threadId, upTo);
    }
  }

  function takeEvent(event: ThreadEvent): void {
    clearTimeout(event.type === 'typing' ? typingTimer : undefined);
    if (event.type === 'typing' && event.typing) {
      typingTimer = setTimeout(() => dispatch({ type: 'agent-typing-ended' }), agentTypingMs);
    }
    if (event.type === 'message') {
      clock.heardEvent(event.message.at, now() - onlineAtMs > catchUpMs);
    }
    dispatch({ type: 'event', event });
  }

  /** Follows the session to its thread; returns true when that is another one than before. */
  function follow({ session, isFresh }: HeldSession): boolean {
    const { threadId } = session;
    if (threadId === state.threadId) {
      return false;
    }
    for (const entry of outbox.list()) {
      if (isLeftBehind(entry, threadId)) {
        outbox.remove(entry.id);
      }
    }
    dispatch({ type: 'thread', threadId, readUpTo: seen.readUpTo(threadId) });
    showOutbox();
    if (isFresh) {
      dispatch({ type: 'fresh' });
    }
    return true;
  }

  /** Runs a call with a good session: a refused one is renewed once. */
  async function withSession<T>(call: (session: Session) => Promise<T>): Promise<T> {
    const held = await keeper.ensure();
    const isMoved = follow(held);
    if (isMoved) {
      reader.start();
    }
    try {
      return await call(held.session);
    } catch (error) {
      if (!isGatewayError(error, 401)) {
        throw error;
      }
      const renewed = await keeper.renew(held.session);
      if (follow(renewed)) {
        reader.restart();
      }
      return call(renewed.session);
    }
  }

  /** Does nothing on another thread, which another tab may have begun meanwhile. */
  function withSessionOf(threadId: string, call: (session: Session) => Promise<void>) {
    return withSession(async (session) => {
      if (session.threadId === threadId) {
        await call(session);
      }
    });
  }

  async function connect(signal: AbortSignal): Promise<Connected> {
    try {
      const body = await withSession(async (session) => {
        if (!state.isLoaded) {
          dispatch({ type: 'snapshot', snapshot: await api.readSnapshot(session) });
        }
        return api.openEvents(session, state.lastSeq, signal);
      });
      return body === undefined
        ? { kind: 'ended', isVerdictOwed: isVerdictOwed(state, clock.now()) }
        : { kind: 'stream', body };
    } catch (error) {
      if (isThreadGone(error)) {
        dispatch({ type: 'standing', standing: { state: 'closed' } });
        dispatch({ type: 'fresh' });
        return { kind: 'ended', isVerdictOwed: false };
      }
      if (isFinal(error)) {
        blockade.giveUp(error);
        return { kind: 'given-up' };
      }
      throw error;
    }
  }

  function begin(): void {
    if (unwatch === undefined) {
      unwatch = watchPage({
        onOnline: comeBack,
        onOffline: () => {
          reader.stop();
          dispatch({ type: 'connection', connection: 'offline' });
          reader.start();
        },
        onVisible: () => {
          reader.wake();
          senderPause.wake();
          markSeen();
          onState(state);
        },
        onHide: hide,
        onReturn: () => {
          tabs.enter();
          reader.start();
        },
        onStorage: takeStorage,
      });
      tabs.enter();
    }
    reader.start();
    void sender.flush();
  }

  function comeBack(): void {
    reader.restart();
    senderPause.wake();
    actsPause.wake();
  }

  function hide(): void {
    typing.end();
    const session = keeper.stored();
    if (tabs.leave() && session !== undefined && state.standing.state !== 'closed') {
      api.leave(session);
    }
    reader.stop();
  }

  function takeStorage(key: string): void {
    if (key.startsWith(`${prefix}outbox:`)) {
      showOutbox();
    } else if (key === `${prefix}seen` && state.threadId !== undefined) {
      dispatch({ type: 'read', upTo: seen.readUpTo(state.threadId) });
    } else if (key === `${prefix}session`) {
      keeper.adopt();
      const session = keeper.stored();
      if (session !== undefined && follow({ session, isFresh: false })) {
        reader.restart();
      }
    }
  }

  return {
    state: () => state,
    start: () => {
      showOutbox();
      void options.identityToken().then((token) => {
        if (keeper.stored() !== undefined || token !== undefined || state.outbox.length > 0) {
          begin();
        }
      });
    },
    setPanelOpen: (isOpen) => {
      dispatch({ type: 'panel', isOpen });
      if (isOpen) {
        begin();
      } else {
        typing.end();
      }
    },
    send: (text, postback) => {
      typing.end();
      // A button that is chosen answers by itself; the rest waits for what the customer writes.
      own.write(text, postback === undefined ? draft.take() : { postback });
      showOutbox();
      begin();
    },
    uploads,
    replyTo: draft.replyTo,
    typed: typing.typed,
    retry: (id) => {
      own.retry(id);
      showOutbox();
      begin();
    },
    stillHere: () => void acts.stillHere(),
    end: () => void acts.end(),
    serverNow: clock.now,
    startNewThread: () => {
      keeper.forget();
      reader.restart();
    },
    stop: () => {
      unwatch?.();
      unwatch = undefined;
      clearTimeout(typingTimer);
      blockade.stop();
      uploads.stop();
      acts.stop();
      typing.end();
      tabs.leave();
      sender.stop();
      reader.stop();
    },
  };
}
