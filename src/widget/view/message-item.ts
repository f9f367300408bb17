import type { Choice } from '../content/shown-content.js';
import type { ConversationItem } from '../conversation.js';
import type { Offer } from '../offers.js';
import { authorText, dayAndTime, failureText, labels, markTexts } from '../texts.js';
import type { QuotedMessage } from '../wire.js';
import { attachmentView } from './attachment.js';
import { createContentView } from './content-view.js';
import { element, icon, setText } from './dom.js';
import { linkedText } from './links.js';
import { createQuotationWords } from './quotation.js';

/** What can be done with a message as the thread stands. */
export interface MessageStanding {
  readonly canRetry: boolean;
  readonly canReply: boolean;
  /** Whether the message that it answers is in the list. */
  readonly isQuotedThere: boolean;
  readonly offer: Offer | undefined;
}

/** What a message's line reports. */
export interface MessageItemHandlers {
  readonly onRetry: () => void;
  readonly onReply: () => void;
  readonly onChoose: (choice: Choice) => void;
  /** Gets the message that this one answers, which is to be shown. */
  readonly onFind: (quoted: QuotedMessage) => void;
}

/** One line of the conversation on the page. */
export interface MessageItem {
  readonly root: HTMLLIElement;
  /** Shows what may change about a message: its mark, what can be done with it and was chosen. */
  readonly render: (item: ConversationItem, standing: MessageStanding) => void;
}

const markIcons: Readonly<Record<NonNullable<ConversationItem['mark']>, string>> = {
  waiting: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zm1 3v5l3.5 2-.9 1.6L11 13V7z',
  accepted: 'M5 12.5l1.5-1.5 3.5 3.5L17.5 7 19 8.5 10 17.5z',
  sent: 'M2 12.5L3.5 11 7 14.5 14.5 7 16 8.5 7 17.5zM12 15l1.5-1.5 1 1L22 7l1.5 1.5-9 9z',
  failed: 'M12 2l10 18H2zM11 9v5h2V9zm0 6.5v2h2v-2z',
  refused: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM7 11h10v2H7z',
};

const arrow = 'M10 5v4c7 1 10 5 11 11-2.5-4-6-5.5-11-5.5V19l-7-7z';

/** Creates a message's line; its text, content, author and time never change. */
export function createMessageItem(
  item: ConversationItem,
  handlers: MessageItemHandlers,
): MessageItem {
  const content = item.content && createContentView(item.content, item.text, handlers.onChoose);
  const bodyId = `bubble-${item.key}`;
  const body = element('div', { class: 'bubble', id: bodyId, dir: 'auto' }, [
    ...(content?.inBubble ?? linkedText(item.text)),
    ...item.attachments.map(attachmentView),
  ]);
  const time = element('time', { datetime: item.at }, [dayAndTime(item.at)]);
  if (item.from === 'system') {
    const root = element('li', { class: 'message system' }, [body, time]);
    return { root, render: () => undefined };
  }
  const isOwn = item.from === 'customer';
  const author = element('span', { class: isOwn ? 'author hushed' : 'author' }, [authorText(item)]);
  const mark = element('span', { class: 'mark' });
  const retry = element('button', { class: 'retry', type: 'button', hidden: true }, [labels.retry]);
  retry.addEventListener('click', handlers.onRetry);
  const reply = element(
    'button',
    {
      class: 'reply',
      type: 'button',
      hidden: true,
      tabindex: '-1',
      'aria-describedby': bodyId,
    },
    [icon(arrow), labels.reply],
  );
  reply.addEventListener('click', handlers.onReply);
  let answered: QuotedMessage | undefined;
  const quotation = createQuotationWords(labels.answered);
  const quote = element('button', { class: 'quote', type: 'button' }, quotation.nodes);
  quote.addEventListener('click', () => {
    if (answered !== undefined) {
      handlers.onFind(answered);
    }
  });
  const root = element('li', { class: `message ${item.from}` }, [
    author,
    ...(item.isForwarded === true
      ? [element('span', { class: 'author forwarded' }, [icon(arrow), labels.forwarded])]
      : []),
    quote,
    body,
    ...(content?.below === undefined ? [] : [content.below]),
    element('div', { class: 'meta' }, [time, ...(isOwn ? [mark, retry] : []), reply]),
  ]);
  return {
    root,
    render: (current, { canRetry, canReply, isQuotedThere, offer }) => {
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
      reply.hidden = !canReply;
      // What an own message answers is known again once the thread is, after a reload.
      answered = current.replyTo;
      quote.hidden = answered === undefined;
      quotation.render(answered);
      quote.disabled = !isQuotedThere;
      setText(time, dayAndTime(current.at));
      content?.render(offer);
    },
  };
}

/** What goes well is told to screen readers and by the icon; what does not is written out. */
function isQuiet(mark: NonNullable<ConversationItem['mark']>): boolean {
  return mark === 'accepted' || mark === 'sent';
}
