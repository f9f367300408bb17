/** One attempt to bring a message to the gateway, and what its answer means for that message. */
import { GatewayError, isFinal } from './gateway-error.js';
import type { Outbox, OutboxEntry } from './outbox.js';
import type { PostOutcome } from './sender.js';
import type { MessageRequest, Session, ThreadStanding } from './wire.js';

/** Creates the attempt; it never throws, whatever the gateway or the network does. */
export function createDelivery(deps: {
  readonly api: { postMessage(session: Session, message: MessageRequest): Promise<void> };
  readonly outbox: Outbox;
  readonly withSession: <T>(call: (session: Session) => Promise<T>) => Promise<T>;
  readonly onAccepted: () => void;
  readonly onClosed: (standing: ThreadStanding) => void;
  /** The gateway will not have this customer or this channel at all. */
  readonly onGivenUp: (error: GatewayError) => void;
}): (entry: OutboxEntry) => Promise<PostOutcome> {
  const { api, outbox, withSession, onAccepted, onClosed, onGivenUp } = deps;

  async function post(entry: OutboxEntry, session: Session): Promise<PostOutcome> {
    // An earlier attempt may have arrived on its thread: on another one this would be a second message.
    const target = outbox.list().find(({ id }) => id === entry.id)?.threadId;
    if (target !== undefined && target !== session.threadId) {
      return { kind: 'failed', reason: 'OTHER_THREAD' };
    }
    outbox.update(entry.id, { threadId: session.threadId });
    const { id, text, postback, attachments } = entry;
    // On another thread nobody knows what was answered, and the text is worth more than the reference.
    const replyTo = entry.replyTo?.threadId === session.threadId ? entry.replyTo.id : undefined;
    await api.postMessage(session, { id, text, postback, attachments, replyTo });
    onAccepted();
    return { kind: 'accepted' };
  }

  function outcomeOf(error: unknown): PostOutcome {
    if (!isFinal(error)) {
      return {
        kind: 'later',
        afterMs: error instanceof GatewayError ? error.retryAfterMs : undefined,
      };
    }
    const { code, closedBy, closedAt } = error.problem;
    if (code === 'THREAD_CLOSED') {
      onClosed({ state: 'closed', closedBy, closedAt });
      return { kind: 'refused' };
    }
    if (error.status === 401 || error.status === 403 || code === 'CHANNEL_UNKNOWN') {
      onGivenUp(error);
    }
    return { kind: 'failed', reason: code };
  }

  return async (entry) => {
    try {
      return await withSession((session) => post(entry, session));
    } catch (error) {
      return outcomeOf(error);
    }
  };
}
