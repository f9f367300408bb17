import { splitLinks, toSafeHref } from '../links.js';
import type { ConversationItem } from '../store.js';
import { dayAndTime, failureText, labels, markTexts } from '../texts.js';
import type { Attachment } from '../wire.js';
import { element, icon, setText } from './dom.js';

/** One line of the conversation on the page. */
export interface MessageItem {
  readonly root: HTMLLIElement;
  /** Shows what may change about a message: its mark, and whether it can be sent again. */
  readonly render: (item: ConversationItem, canRetry: boolean) => void;
}

const markIcons: Readonly<Record<NonNullable<ConversationItem['mark']>, string>> = {
  waiting: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zm1 3v5l3.5 2-.9 1.6L11 13V7z',
  accepted: 'M5 12.5l1.5-1.5 3.5 3.5L17.5 7 19 8.5 10 17.5z',
  sent: 'M2 12.5L3.5 11 7 14.5 14.5 7 16 8.5 7 17.5zM12 15l1.5-1.5 1 1L22 7l1.5 1.5-9 9z',
  failed: 'M12 2l10 18H2zM11 9v5h2V9zm0 6.5v2h2v-2z',
  refused: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM7 11h10v2H7z',
};

/** Creates a message's line; its text, author and time never change. */
export function createMessageItem(item: ConversationItem, onRetry: () => void): MessageItem {
  const body = element('div', { class: 'bubble', dir: 'auto' }, [
    ...textNodes(item.text),
    ...item.attachments.map(attachmentLink),
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
  retry.addEventListener('click', onRetry);
  const root = element('li', { class: `message ${item.from}` }, [
    author,
    body,
    element('div', { class: 'meta' }, [time, ...(isOwn ? [mark, retry] : [])]),
  ]);
  return {
    root,
    render: (current, canRetry) => {
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
    },
  };
}

/** What goes well is told to screen readers and by the icon; what does not is written out. */
function isQuiet(mark: NonNullable<ConversationItem['mark']>): boolean {
  return mark === 'accepted' || mark === 'sent';
}

function textNodes(text: string): Node[] {
  return splitLinks(text).map(({ text: piece, href }) =>
    href === undefined ? document.createTextNode(piece) : link(href, piece),
  );
}

function attachmentLink({ name, url }: Attachment): Node {
  const href = toSafeHref(url);
  const content = href === undefined ? document.createTextNode(name) : link(href, name);
  return element('div', { class: 'attachment' }, [content]);
}

function link(href: string, text: string): HTMLAnchorElement {
  return element('a', { href, target: '_blank', rel: 'noopener noreferrer' }, [text]);
}
