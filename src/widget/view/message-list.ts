import type { Choice } from '../content/shown-content.js';
import { type ConversationItem, conversation, isAnswerable, quote } from '../conversation.js';
import { offersIn } from '../offers.js';
import { keyOf } from '../quotations.js';
import { type ChatState, canWrite } from '../store.js';
import { labels } from '../texts.js';
import type { QuotedMessage } from '../wire.js';
import { element } from './dom.js';
import { createMessageItem, type MessageItem } from './message-item.js';
import { createReplyTabStop } from './reply-tab-stop.js';

/** The conversation: a live log that announces what comes, and nothing of what was there. */
export interface MessageList {
  readonly root: HTMLElement;
  readonly render: (state: ChatState) => void;
  /** Shows the newest message, as after opening the panel. */
  readonly scrollToEnd: () => void;
}

/** The reader counts as being at the end within so many pixels of it. */
const endTolerance = 60;

/** What the list reports. */
export interface MessageListHandlers {
  /** Gets the id of the message to send again. */
  readonly onRetry: (id: string) => void;
  readonly onChoose: (choice: Choice) => void;
  /** The next message is to answer this one. */
  readonly onReply: (message: QuotedMessage) => void;
}

/** Creates the list. */
export function createMessageList(handlers: MessageListHandlers): MessageList {
  const { onRetry, onChoose, onReply } = handlers;
  const welcome = element('p', { class: 'welcome' }, [labels.welcome]);
  const list = element('ol', { class: 'messages' });
  const root = element(
    'div',
    {
      class: 'scroller',
      role: 'log',
      tabindex: '0',
      'aria-live': 'off',
      'aria-relevant': 'additions',
      'aria-label': labels.messages,
    },
    [welcome, list],
  );
  const items = new Map<string, MessageItem>();
  const replyTabStop = createReplyTabStop(list);

  const scrollToEnd = () => root.scrollTo({ top: root.scrollHeight });
  const isAtEnd = () => root.scrollHeight - root.scrollTop - root.clientHeight < endTolerance;

  // A panel that changes its size, or a keyboard that comes up, must not hide the newest message.
  let wasAtEnd = true;
  let seenHeight = 0;
  root.addEventListener('scroll', () => {
    // Of a size that is new, the observer is told after this event: nobody has scrolled away.
    if (root.clientHeight === seenHeight) {
      wasAtEnd = isAtEnd();
    }
  });
  new ResizeObserver(() => {
    seenHeight = root.clientHeight;
    if (wasAtEnd) {
      scrollToEnd();
    }
  }).observe(root);

  /** Shows the message that another one answers, and puts the keyboard there. */
  function find(quoted: QuotedMessage): void {
    const found = items.get(keyOf(quoted))?.root;
    if (found !== undefined) {
      const above = found.getBoundingClientRect().top - root.getBoundingClientRect().top;
      const rest = Math.max(0, root.clientHeight - found.clientHeight);
      const isCalm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
      root.scrollBy({ top: above - rest / 2, behavior: isCalm ? 'instant' : 'smooth' });
      // Only as long as it is looked at: a click on a message is no reason to mark it.
      found.tabIndex = -1;
      found.focus({ preventScroll: true });
      found.addEventListener('blur', () => found.removeAttribute('tabindex'), { once: true });
    }
  }

  function createItem(item: ConversationItem): MessageItem {
    return createMessageItem(item, {
      onRetry: () => onRetry(item.id),
      onReply: () => onReply(quote(item)),
      onChoose,
      onFind: find,
    });
  }

  /** Each message is put in once and moved only when its place changed: a log announces insertions. */
  function renderItems(state: ChatState): boolean {
    const shown = conversation(state);
    const offers = offersIn(shown, canWrite(state));
    const keys = new Set(shown.map(({ key }) => key));
    for (const [key, item] of items) {
      if (!keys.has(key)) {
        item.root.remove();
        items.delete(key);
      }
    }
    let hasOwnNews = false;
    let place: Element | null = list.firstElementChild;
    for (const current of shown) {
      let item = items.get(current.key);
      if (item === undefined) {
        item = createItem(current);
        items.set(current.key, item);
        hasOwnNews ||= current.from === 'customer';
      }
      item.render(current, {
        canRetry: state.standing.state !== 'closed',
        canReply: canWrite(state) && isAnswerable(current),
        isQuotedThere: current.replyTo !== undefined && keys.has(keyOf(current.replyTo)),
        offer: offers.get(current.key),
      });
      if (item.root === place) {
        place = place.nextElementSibling;
      } else {
        list.insertBefore(item.root, place);
      }
    }
    replyTabStop.render();
    return hasOwnNews;
  }

  return {
    root,
    scrollToEnd,
    render: (state) => {
      const stay = !isAtEnd();
      const hasOwnNews = renderItems(state);
      welcome.hidden = items.size > 0;
      if (!stay || hasOwnNews) {
        scrollToEnd();
      }
      if (state.isLoaded && root.getAttribute('aria-live') === 'off') {
        // The history has to be on the page before the log goes live, or it would be read out.
        requestAnimationFrame(() => root.setAttribute('aria-live', 'polite'));
      } else if (!state.isLoaded) {
        root.setAttribute('aria-live', 'off');
      }
    },
  };
}
