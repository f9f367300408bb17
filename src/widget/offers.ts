/** What the customer may still choose, and what they have chosen: read from the conversation alone. */
import { choicesIn } from './content/shown-content.js';
import type { ConversationItem } from './conversation.js';

/** The standing of one message's choices. */
export interface Offer {
  readonly isOpen: boolean;
  /** The choices taken, by their place in the message. */
  readonly chosen: ReadonlySet<number>;
}

interface MutableOffer {
  isOpen: boolean;
  readonly isForOneAnswer: boolean;
  readonly chosen: Set<number>;
}

interface Place {
  readonly offer: MutableOffer;
  readonly index: number;
  readonly postback: string | undefined;
}

/**
 * Returns the offers of a conversation by the key of their item. Quick replies take one answer: they
 * are over with the next message of the customer's, or with the next quick replies. From a list or a
 * card they may choose again, as in the contact centre's own apps.
 */
export function offersIn(
  items: readonly ConversationItem[],
  canWrite: boolean,
): ReadonlyMap<string, Offer> {
  const offers = new Map<string, MutableOffer>();
  // Where a text can be chosen: in the newest offer that has it.
  const places = new Map<string, Place[]>();
  let waiting: MutableOffer | undefined;

  function endWaiting(): void {
    if (waiting !== undefined) {
      waiting.isOpen = false;
      waiting = undefined;
    }
  }

  function offer({ key, content }: ConversationItem): void {
    const choices = choicesIn(content);
    if (choices.length === 0) {
      return;
    }
    const isForOneAnswer = content?.kind === 'quick-replies';
    const made: MutableOffer = { isOpen: canWrite, isForOneAnswer, chosen: new Set() };
    offers.set(key, made);
    const own = new Map<string, Place[]>();
    for (const [index, { text, postback }] of choices.entries()) {
      own.set(text, [...(own.get(text) ?? []), { offer: made, index, postback }]);
    }
    for (const [text, found] of own) {
      places.set(text, found);
    }
    if (isForOneAnswer) {
      endWaiting();
      waiting = made;
    }
  }

  function answer({ text, postback }: ConversationItem): void {
    const [place, ...others] = (places.get(text) ?? []).filter(
      (candidate) => postback === undefined || candidate.postback === postback,
    );
    // Of two that say the same nobody can tell which was meant, unless this browser knows.
    if (place !== undefined && others.length === 0 && isAnswerable(place.offer)) {
      place.offer.chosen.add(place.index);
    }
    endWaiting();
  }

  function isAnswerable(candidate: MutableOffer): boolean {
    return !candidate.isForOneAnswer || candidate === waiting;
  }

  for (const item of items) {
    if (item.from !== 'customer') {
      offer(item);
    } else if (item.mark !== 'failed' && item.mark !== 'refused') {
      answer(item);
    }
  }
  return offers;
}
