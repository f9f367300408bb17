/** The customer's own messages: written, tried again, and let go of when the thread shows them. */

import { conversation } from './conversation.js';
import { answeredIn, type Outbox, type OutboxExtras } from './outbox.js';
import type { ChatState } from './store.js';

/** What the customer does with their messages; what changes is in the outbox. */
export interface OwnMessages {
  readonly write: (text: string, extras?: OutboxExtras) => void;
  /** Makes a message that failed wait again, or another one of it. */
  readonly retry: (id: string) => void;
  /** Lets go of what the thread itself shows; returns whether that changed anything. */
  readonly settle: () => boolean;
}

/** Creates the messages that wait in `outbox` and are shown by `state`. */
export function createOwnMessages(deps: {
  readonly outbox: Outbox;
  readonly state: () => ChatState;
}): OwnMessages {
  const { outbox, state } = deps;

  const isShown = (id: string) =>
    state().messages.some((message) => message.from === 'customer' && message.id === id);

  return {
    write: (text, extras) => void outbox.add(text, state().lastSeq, extras),
    retry: (id) => {
      const entry = outbox.list().find((candidate) => candidate.id === id);
      const item = conversation(state()).find((candidate) => candidate.id === id);
      if (entry !== undefined && !isShown(id)) {
        outbox.update(id, { status: 'waiting', threadId: undefined, reason: undefined });
      } else if (item !== undefined) {
        // The gateway had this id and its verdict stands: another try is another message.
        const { text, postback, attachments } = item;
        const replyTo = answeredIn(state().threadId, item.replyTo);
        outbox.add(text, state().lastSeq, { postback, attachments, replyTo });
      }
    },
    settle: () => {
      const { outbox: entries, threadId } = state();
      const settled = entries.filter(
        ({ id, postback, status }) =>
          isShown(id) && (postback === undefined || status !== 'accepted'),
      );
      for (const { id, postback } of settled) {
        if (postback === undefined) {
          outbox.remove(id);
        } else {
          // The thread does not say which of two equal buttons it was, nor what a retry must carry.
          outbox.update(id, { status: 'accepted', threadId });
        }
      }
      return settled.length > 0;
    },
  };
}
