/**
 * @module Rich content in words, for a reader that cannot show it (shapes: cxone.md 5.1 and 5.2).
 *
 * Content comes as it was sent: what is not where it is expected is passed over, never refused.
 */
import type { RichContent } from './messages.js';

type Fields = Readonly<Record<string, unknown>>;

const choiceMark = '- ';
/** Menus and containers nest; what nests deeper than this says nothing more. */
const deepest = 32;
/** Where an element of a plugin or a card keeps the elements inside it. */
const innerLists = [
  'body',
  'elements',
  'items',
  'columns',
  'rows',
  'cells',
  'images',
  'actions',
] as const;

/**
 * Puts content into words: what it says, and a line with a dash for each thing to choose or to open.
 * Undefined for a type that is not known, and for content without a word.
 */
export function toContentText({ type, payload }: RichContent): string | undefined {
  const lines = linesOf(type.toUpperCase(), fieldsOf(payload));
  return lines.length === 0 ? undefined : lines.join('\n');
}

/**
 * Completes the text that content came with: a line for each thing to choose or to open that the
 * text does not name. Such a text is often the question alone, and a reader who is shown nothing
 * else could not answer it.
 */
export function withChoices(text: string, { type, payload }: RichContent): string {
  const said = new Set(text.split('\n').map(withoutMark));
  const missing = linesOf(type.toUpperCase(), fieldsOf(payload)).filter((line) => {
    const address = addressAtEndOf(line);
    if (address !== undefined) return !text.includes(address);
    return line.startsWith(choiceMark) && !said.has(withoutMark(line));
  });
  return [text, ...missing].join('\n');
}

/** Looks at the last word alone: a search for an address up to the end takes for ever in a long line. */
function addressAtEndOf(line: string): string | undefined {
  const lastWord = line.split(/\s/).at(-1) ?? '';
  const start = lastWord.search(/https?:\/\/./i);
  return start === -1 ? undefined : lastWord.slice(start);
}

/** A line as it reads without the dash, the dot or the number of a list. */
function withoutMark(line: string): string {
  return line.trim().replace(/^(?:[-*•]|\d+[.)])\s+/, '');
}

function linesOf(type: string, payload: Fields): string[] {
  const { text, title, url, actions } = payload;
  switch (type) {
    case 'QUICK_REPLIES':
    case 'LIST_PICKER':
      return [...wordsOf(title), ...wordsOf(text), ...listOf(actions).flatMap(actionLine)];
    case 'RICH_LINK':
      return joined([...wordsOf(title), ...hrefOf(url)]);
    case 'PLUGIN':
    case 'ADAPTIVE_CARD':
      return elementLines(payload, 0);
    default:
      return [];
  }
}

function actionLine(action: unknown): string[] {
  const { text, description } = fieldsOf(action);
  const words = wordsOf(text);
  return words.length === 0 ? [] : dashed([...words, ...wordsOf(description)]);
}

/** The lines of a plugin's or a card's element: its own, then those of what is inside it. */
function elementLines(element: unknown, depth: number): string[] {
  const fields = fieldsOf(element);
  if (fields['isVisible'] === false || depth > deepest) return [];
  const inner = [...innerLists.flatMap((name) => listOf(fields[name])), fields['card']];
  return [...ownLines(fields), ...inner.flatMap((one) => elementLines(one, depth + 1))];
}

function ownLines(element: Fields): string[] {
  const { type, text, label, title, url, fileName, altText, facts, inlines } = element;
  switch (type) {
    case 'BUTTON':
    case 'REPLY_BUTTON':
      return dashed([...wordsOf(text), ...hrefOf(url)]);
    case 'FILE':
    case 'IMAGE':
      return joined([...wordsOf(fileName ?? text), ...hrefOf(url)]);
    case 'Image':
      return wordsOf(altText);
    case 'FactSet':
      return listOf(facts).flatMap((fact) => {
        const { title: name, value } = fieldsOf(fact);
        return joined([...wordsOf(name), ...wordsOf(value)]);
      });
    case 'RichTextBlock':
      return wordsOf(listOf(inlines).map(inlineText).join(''));
    case 'Action.ShowCard':
      return wordsOf(title);
    default:
      return isAction(type)
        ? dashed([...wordsOf(title), ...hrefOf(url)])
        : [...wordsOf(text), ...wordsOf(label)];
  }
}

function isAction(type: unknown): boolean {
  return typeof type === 'string' && type.startsWith('Action.');
}

function inlineText(inline: unknown): string {
  if (typeof inline === 'string') return inline;
  const { text } = fieldsOf(inline);
  return typeof text === 'string' ? text : '';
}

function joined(words: readonly string[]): string[] {
  return words.length === 0 ? [] : [words.join(': ')];
}

/** A choice is one line, whatever its text. */
function dashed(words: readonly string[]): string[] {
  return joined(words).map((line) => choiceMark + line.replaceAll(/\s+/g, ' '));
}

/** Words are a text, or an object around one; none where they say nothing. */
function wordsOf(value: unknown): string[] {
  const text = typeof value === 'string' ? value : fieldsOf(value)['content'];
  return typeof text === 'string' && text.trim() !== '' ? [text.trim()] : [];
}

function hrefOf(value: unknown): string[] {
  return typeof value === 'string' && /^https?:\/\/\S+$/i.test(value) ? [value] : [];
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
