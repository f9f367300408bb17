import { type Fields, fieldsOf, listOf, textOf } from '../fields.js';
import { isPicture } from '../pictures.js';
import { hrefOf, toButton, toCard, toWords, wordsOf } from './pieces.js';
import type { ContentPart, ShownContent } from './shown-content.js';

/** Menus hold elements, and galleries hold menus; what nests deeper is no plugin. */
const deepest = 8;

/** Reads a plugin: its texts, files and buttons in their order, whatever they are grouped in. */
export function parsePlugin({ elements }: Fields): ShownContent | undefined {
  return toCard(partsOf(elements, 0));
}

function partsOf(elements: unknown, depth: number): ContentPart[] {
  return depth > deepest
    ? []
    : listOf(elements).flatMap((element) => partsOfElement(fieldsOf(element), depth));
}

function partsOfElement(element: Fields, depth: number): ContentPart[] {
  const { type, url, postback, elements } = element;
  const text = wordsOf(element['text']);
  switch ((textOf(type) ?? '').toUpperCase()) {
    case 'BUTTON':
    case 'REPLY_BUTTON':
      return toButton({ text, url, postback });
    case 'FILE':
    case 'IMAGE':
      return partsOfFile(element);
    case 'TITLE':
      return [...toWords('title', text), ...partsOf(elements, depth + 1)];
    default:
      return [...toWords('text', text), ...partsOf(elements, depth + 1)];
  }
}

function partsOfFile(file: Fields): ContentPart[] {
  const url = hrefOf(file['url']);
  const name = wordsOf(file['fileName']) ?? wordsOf(file['text']);
  if (url === undefined) {
    return toWords('text', name);
  }
  const mimeType = textOf(file['mimeType']);
  return isPicture({ name: name ?? '', url, mimeType })
    ? [{ kind: 'picture', url, text: name ?? '' }]
    : [{ kind: 'link', url, text: name ?? url }];
}
