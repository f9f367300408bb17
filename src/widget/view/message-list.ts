import type { Choice } from '../content/shown-content.js';
import { offersIn } from '../offers.js';
import { type ChatState, canWrite, conversation } from '../store.js';
import { labels } from '../texts.js';
import { element } from './dom.js';
import { createMessageItem, type MessageItem } from './message-item.js';

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
}

/** Creates the list. */
export function createMessageList({ onRetry, onChoose }: MessageListHandlers): MessageList {
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

  const scrollToEnd = () => root.scrollTo({ top: root.scrollHeight });
  const isAtEnd = () => root.scrollHeight - root.scrollTop - root.clientHeight < endTolerance;

  // A panel that changes its size, or a keyboard that comes up, must not hide the newest message.
  let wasAtEnd = true;
  root.addEventListener('scroll', () => {
    wasAtEnd = isAtEnd();
  });
  new ResizeObserver(() => {
    if (wasAtEnd) {
      scrollToEnd();
    }
  }).observe(root);

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
        item = createMessageItem(current, { onRetry: () => onRetry(current.id), onChoose });
        items.set(current.key, item);
        hasOwnNews ||= current.from === 'customer';
      }
      item.render(current, state.standing.state !== 'closed', offers.get(current.key));
      if (item.root === place) {
        place = place.nextElementSibling;
      } else {
        list.insertBefore(item.root, place);
      }
    }
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
