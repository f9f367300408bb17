import type { Choice } from '../content/shown-content.js';
import type { Offer } from '../offers.js';
import type { ConversationItem } from '../store.js';
import { dayAndTime, failureText, labels, markTexts } from '../texts.js';
import { attachmentView } from './attachment.js';
import { createContentView } from './content-view.js';
import { element, icon, setText } from './dom.js';
import { linkedText } from './links.js';

/** One line of the conversation on the page. */
export interface MessageItem {
  readonly root: HTMLLIElement;
  /** Shows what may change about a message: its mark, what can be done with it and was chosen. */
  readonly render: (item: ConversationItem, canRetry: boolean, offer: Offer | undefined) => void;
}

const markIcons: Readonly<Record<NonNullable<ConversationItem['mark']>, string>> = {
  waiting: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zm1 3v5l3.5 2-.9 1.6L11 13V7z',
  accepted: 'M5 12.5l1.5-1.5 3.5 3.5L17.5 7 19 8.5 10 17.5z',
  sent: 'M2 12.5L3.5 11 7 14.5 14.5 7 16 8.5 7 17.5zM12 15l1.5-1.5 1 1L22 7l1.5 1.5-9 9z',
  failed: 'M12 2l10 18H2zM11 9v5h2V9zm0 6.5v2h2v-2z',
  refused: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM7 11h10v2H7z',
};

/** Creates a message's line; its text, content, author and time never change. */
export function createMessageItem(
  item: ConversationItem,
  handlers: { readonly onRetry: () => void; readonly onChoose: (choice: Choice) => void },
): MessageItem {
  const content = item.content && createContentView(item.content, item.text, handlers.onChoose);
  const body = element('div', { class: 'bubble', dir: 'auto' }, [
    ...(content?.inBubble ?? linkedText(item.text)),
    ...item.attachments.map(attachmentView),
  ]);
  const time = element('time', { datetime: item.at }, [dayAndTime(item.at)]);
  if (item.from === 'system') {
    const root = element('li', { class: 'message system' }, [body, time]);
    return { root, render: () => undefined };
  }
  const isOwn = item.from === 'customer';
  const author = element('span', { class: isOwn ? 'author hushed' : 'author' }, [
    isOwn ? labels.you : (item.authorName ?? labels.agent),
  ]);
  const mark = element('span', { class: 'mark' });
  const retry = element('button', { class: 'retry', type: 'button', hidden: true }, [labels.retry]);
  retry.addEventListener('click', handlers.onRetry);
  const root = element('li', { class: `message ${item.from}` }, [
    author,
    body,
    ...(content?.below === undefined ? [] : [content.below]),
    element('div', { class: 'meta' }, [time, ...(isOwn ? [mark, retry] : [])]),
  ]);
  return {
    root,
    render: (current, canRetry, offer) => {
      if (current.mark !== undefined && root.dataset['mark'] !== current.mark) {
        root.dataset['mark'] = current.mark;
        mark.replaceChildren(
          icon(markIcons[current.mark]),
          element('span', { class: isQuiet(current.mark) ? 'hushed' : 'said' }, [
            `${markTexts[current.mark]}. ${failureText(current.reason)}`.trim(),
          ]),
        );
      }
      const isHidden = current.mark !== 'failed' || !canRetry;
      if (retry.hidden !== isHidden) {
        retry.hidden = isHidden;
      }
      setText(time, dayAndTime(current.at));
      content?.render(offer);
    },
  };
}

/** What goes well is told to screen readers and by the icon; what does not is written out. */
function isQuiet(mark: NonNullable<ConversationItem['mark']>): boolean {
  return mark === 'accepted' || mark === 'sent';
}
