/** The pieces that every kind of rich content is made of, each read from data that may be anything. */
import { fieldsOf, textOf } from '../fields.js';
import { toSafeHref } from '../links.js';
import type { Choice, ContentPart, ShownContent } from './shown-content.js';

/** More than that, and a list is no help to anybody. */
const mostPieces = 100;
/** The gateway takes no longer text and no longer postback. */
const longestText = 10_000;
const longestPostback = 4_096;
/** What the gateway takes in no message; the flag makes a whole pair one character. */
const unsendable = /[\0\p{Surrogate}]/u;

/** Reads words that are a text, or an object around one; undefined when they say nothing. */
export function wordsOf(value: unknown): string | undefined {
  const text = textOf(value) ?? textOf(fieldsOf(value)['content']);
  return text === undefined || text.trim() === '' ? undefined : text.trim();
}

/** Reads an address; undefined unless it is http or https. */
export function hrefOf(value: unknown): string | undefined {
  return toSafeHref(textOf(value) ?? '');
}

/** Reads a file's address when it is, or may be, a picture's. */
export function pictureUrlOf(file: unknown): string | undefined {
  const { url, mimeType } = fieldsOf(file);
  return (textOf(mimeType) ?? 'image/').startsWith('image/') ? hrefOf(url) : undefined;
}

/** Makes a choice; undefined when the customer could not send it. */
export function toChoice(text: string | undefined, postback: unknown): Choice | undefined {
  if (text === undefined || text.length > longestText || unsendable.test(text)) {
    return undefined;
  }
  const carried = textOf(postback) ?? '';
  // A bot understands the text alone better than a message that is refused for its postback.
  const isCarried =
    carried !== '' && carried.length <= longestPostback && !unsendable.test(carried);
  return { text, ...(isCarried ? { postback: carried } : {}) };
}

/** Reads the choices of a list of actions. */
export function readChoices(actions: readonly unknown[]): {
  readonly choices: readonly Choice[];
  readonly leftOut: number;
} {
  const choices = actions.flatMap((action) => {
    const { text, postback, description, icon } = fieldsOf(action);
    const choice = toChoice(wordsOf(text), postback);
    return choice === undefined
      ? []
      : [{ ...choice, description: wordsOf(description), pictureUrl: pictureUrlOf(icon) }];
  });
  const shown = choices.slice(0, mostPieces);
  return { choices: shown, leftOut: choices.length - shown.length };
}

/** Makes a card of parts; undefined without any. */
export function toCard(parts: readonly ContentPart[]): ShownContent | undefined {
  const shown = parts.slice(0, mostPieces);
  return shown.length === 0
    ? undefined
    : { kind: 'card', parts: shown, leftOut: parts.length - shown.length };
}

/** Makes a part of words; none when there are no words. */
export function toWords(kind: 'title' | 'text', text: string | undefined): ContentPart[] {
  return text === undefined ? [] : [{ kind, text }];
}

/** Makes a part of something to press: a link where it has an address, else a choice. */
export function toButton(button: {
  readonly text: string | undefined;
  readonly url: unknown;
  readonly postback: unknown;
}): ContentPart[] {
  const href = hrefOf(button.url);
  if (href !== undefined) {
    return [{ kind: 'link', url: href, text: button.text ?? href }];
  }
  const choice = toChoice(button.text, button.postback);
  return choice === undefined ? [] : [{ kind: 'choice', choice }];
}
