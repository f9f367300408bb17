import { type Fields, fieldsOf, listOf, textOf } from '../fields.js';
import { hrefOf, toButton, toCard, toWords, wordsOf } from './pieces.js';
import type { ContentPart, ShownContent } from './shown-content.js';

/** What nests deeper than this is no card that anybody drew. */
const deepest = 16;
/** Where an element keeps the elements inside it. */
const innerLists = ['body', 'items', 'columns', 'rows', 'cells', 'images', 'actions'] as const;

/**
 * Reads an adaptive card: its words, pictures and buttons in their order, without its layout. A card
 * that asks for input is none that the widget can show: its answer would lack what the bot waits for.
 */
export function parseAdaptiveCard(card: Fields): ShownContent | undefined {
  return isBeyondUs(card, 0) ? undefined : toCard(partsOf(card));
}

function isBeyondUs(element: unknown, depth: number): boolean {
  const fields = fieldsOf(element);
  return (
    depth > deepest ||
    (textOf(fields['type']) ?? '').startsWith('Input.') ||
    [...innerLists.flatMap((name) => listOf(fields[name])), fields['card']].some(
      (inner) => typeof inner === 'object' && isBeyondUs(inner, depth + 1),
    )
  );
}

function partsOf(element: unknown): ContentPart[] {
  const fields = fieldsOf(element);
  if (fields['isVisible'] === false) {
    return [];
  }
  const inner = innerLists.flatMap((name) => listOf(fields[name]));
  return [...ownPartsOf(fields), ...inner.flatMap((one) => partsOf(one))];
}

function ownPartsOf(element: Fields): ContentPart[] {
  const { type, url, data } = element;
  const title = wordsOf(element['title']);
  switch (type) {
    case 'TextBlock':
      return toWords(isHeading(element) ? 'title' : 'text', wordsOf(element['text']));
    case 'RichTextBlock':
      return toWords('text', wordsOf(listOf(element['inlines']).map(inlineText).join('')));
    case 'FactSet':
      return toWords('text', factLines(element['facts']));
    case 'Image': {
      const href = hrefOf(url);
      const text = wordsOf(element['altText']);
      return href === undefined
        ? toWords('text', text)
        : [{ kind: 'picture', url: href, text: text ?? '' }];
    }
    case 'Action.OpenUrl':
      // Without a good address it is nothing to press.
      return hrefOf(url) === undefined ? [] : toButton({ text: title, url, postback: undefined });
    case 'Action.Submit':
    case 'Action.Execute':
      return toButton({ text: title, url: undefined, postback: postbackOf(data) });
    case 'Action.ShowCard':
      return [...toWords('title', title), ...partsOf(element['card'])];
    default:
      return [];
  }
}

function isHeading({ weight, size }: Fields): boolean {
  return [weight, size].some((value) => /^(bolder|large|extralarge)$/i.test(textOf(value) ?? ''));
}

function inlineText(inline: unknown): string {
  return textOf(inline) ?? textOf(fieldsOf(inline)['text']) ?? '';
}

function factLines(facts: unknown): string | undefined {
  const lines = listOf(facts).flatMap((fact) => {
    const { title, value } = fieldsOf(fact);
    const words = [wordsOf(title), wordsOf(value)].filter((word) => word !== undefined);
    return words.length === 0 ? [] : [words.join(': ')];
  });
  return wordsOf(lines.join('\n'));
}

/** A card's data is most often an object; a bot gets it as its JSON. */
function postbackOf(data: unknown): string | undefined {
  return typeof data === 'object' && data !== null ? JSON.stringify(data) : textOf(data);
}
