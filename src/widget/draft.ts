/** What goes with the next message besides its text: its files, and the message that it answers. */
import { answeredIn, type OutboxExtras } from './outbox.js';
import type { ChatAction, ChatState } from './store.js';
import type { Uploads } from './uploads.js';
import type { QuotedMessage } from './wire.js';

/** The message that the customer is about to write, but for its text. */
export interface Draft {
  /** Makes the next message an answer to this one; to none without it. */
  readonly replyTo: (message: QuotedMessage | undefined) => void;
  /** Hands over what goes with a message that is sent now; the next one begins with nothing. */
  readonly take: () => OutboxExtras;
}

/** Creates the draft of a chat. */
export function createDraft(deps: {
  readonly uploads: Pick<Uploads, 'take'>;
  readonly state: () => ChatState;
  readonly dispatch: (action: ChatAction) => void;
}): Draft {
  const { uploads, state, dispatch } = deps;
  const replyTo = (message: QuotedMessage | undefined) => dispatch({ type: 'reply-to', message });
  return {
    replyTo,
    take: () => {
      const { threadId, replyTo: quoted } = state();
      const files = uploads.take();
      replyTo(undefined);
      return {
        attachments: files.length === 0 ? undefined : files,
        replyTo: answeredIn(threadId, quoted),
      };
    },
  };
}
