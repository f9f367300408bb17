import type { Quotation } from '../quotations.js';
import { labels } from '../texts.js';
import { cross, element, icon } from './dom.js';
import { createQuotationWords } from './quotation.js';

/** What stands over the composer while the next message answers another one. */
export interface ReplyBar {
  readonly root: HTMLElement;
  readonly render: (quotation: Quotation | undefined) => void;
}

/** Creates the bar; its words are found under `wordsId`. */
export function createReplyBar(wordsId: string, onDrop: () => void): ReplyBar {
  const words = createQuotationWords(labels.replyingTo);
  const drop = element(
    'button',
    { class: 'remove', type: 'button', 'aria-label': labels.dropReply },
    [icon(cross)],
  );
  drop.addEventListener('click', onDrop);
  const root = element('div', { class: 'reply-bar' }, [
    element('div', { class: 'quote', id: wordsId }, words.nodes),
    drop,
  ]);
  return {
    root,
    render: (quotation) => {
      root.hidden = quotation === undefined;
      words.render(quotation);
    },
  };
}
