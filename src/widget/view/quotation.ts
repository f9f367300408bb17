import type { Quotation } from '../quotations.js';
import { authorText, labels } from '../texts.js';
import { element, setText } from './dom.js';

/** The words of a quotation: who wrote the message, and its beginning. */
export interface QuotationWords {
  readonly nodes: readonly Node[];
  readonly render: (quotation: Quotation | undefined) => void;
}

/** Creates the words; `relation` says how the message stands to the quoted one. */
export function createQuotationWords(relation: string): QuotationWords {
  const author = element('bdi');
  const text = element('span', { class: 'quoted-text', dir: 'auto' });
  return {
    nodes: [
      element('span', { class: 'quoted-head' }, [
        element('span', { class: 'relation' }, [relation, ' ']),
        author,
      ]),
      text,
    ],
    render: (quotation) => {
      setText(author, quotation === undefined ? '' : authorText(quotation));
      setText(text, quotation === undefined ? '' : quotation.text || labels.quotedFile);
    },
  };
}
