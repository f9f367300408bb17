import { DfoError } from './dfo-error.js';
import type { MessageReference, StoredMessage } from './model.js';
import type { Store } from './store.js';

/** Names a message of a thread for one that answers it; undefined where the thread has no such one. */
export function referenceTo(
  message: StoredMessage | undefined,
  threadId: string | undefined,
): MessageReference | undefined {
  if (message === undefined || message.threadId !== threadId) return undefined;
  const { id, idOnExternalPlatform, sending } = message;
  // What the other side has not taken it cannot be pointed to.
  return sending !== 'sent' || idOnExternalPlatform === null
    ? undefined
    : { id, idOnExternalPlatform };
}

/** Says, as DFO does, that a message refers to one that is not there. */
export function unknownReference(field: string): DfoError {
  const message = 'The message that is referred to was not found.';
  return new DfoError(400, [{ field, message, errorCode: 'notFound' }]);
}

/** Is what an agent's message takes from others: which one it answers, and the one it hands on. */
interface References {
  readonly replyToMessage: MessageReference | undefined;
  readonly forwarded: StoredMessage | undefined;
}

/** Finds what an agent's message refers to, or throws DFO's error that names the wrong one. */
export function referencesOf(
  store: Store,
  order: {
    readonly replyToMessageId?: string | undefined;
    readonly forwardMessageId?: string | undefined;
  },
  threadId: string | undefined,
): References {
  const { replyToMessageId, forwardMessageId } = order;
  const answered =
    replyToMessageId === undefined ? undefined : store.get('messages', replyToMessageId);
  const replyToMessage = referenceTo(answered, threadId);
  if (replyToMessageId !== undefined && replyToMessage === undefined) {
    throw unknownReference('replyToMessageId');
  }
  const forwarded =
    forwardMessageId === undefined ? undefined : store.get('messages', forwardMessageId);
  if (forwardMessageId !== undefined && forwarded === undefined) {
    throw unknownReference('forwardMessageId');
  }
  return { replyToMessage, forwarded };
}
