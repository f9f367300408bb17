/**
 * Reads the rich content of a message. Whatever is not known, or makes no sense, is no content: then
 * the message's text is shown, which is always enough.
 */
import { type Fields, fieldsOf, listOf, textOf } from '../fields.js';
import { parseAdaptiveCard } from './adaptive-card.js';
import { hrefOf, pictureUrlOf, readChoices, wordsOf } from './pieces.js';
import { parsePlugin } from './plugin.js';
import type { ShownContent } from './shown-content.js';

/** Reads content; undefined when the widget cannot show it. Never throws. */
export function parseContent(json: unknown): ShownContent | undefined {
  const { type, payload } = fieldsOf(json);
  const fields = fieldsOf(payload);
  switch ((textOf(type) ?? '').toUpperCase()) {
    case 'QUICK_REPLIES':
      return parseQuickReplies(fields);
    case 'LIST_PICKER':
      return parseList(fields);
    case 'RICH_LINK':
      return parseRichLink(fields);
    case 'PLUGIN':
      return parsePlugin(fields);
    case 'ADAPTIVE_CARD':
      return parseAdaptiveCard(fields);
    default:
      return undefined;
  }
}

function parseQuickReplies({ text, title, actions }: Fields): ShownContent | undefined {
  const read = readChoices(listOf(actions));
  return read.choices.length === 0
    ? undefined
    : { kind: 'quick-replies', text: wordsOf(text) ?? wordsOf(title), ...read };
}

function parseList({ text, title, actions }: Fields): ShownContent | undefined {
  const read = readChoices(listOf(actions));
  return read.choices.length === 0
    ? undefined
    : { kind: 'list', title: wordsOf(title), text: wordsOf(text), ...read };
}

function parseRichLink({ url, title, media }: Fields): ShownContent | undefined {
  const href = hrefOf(url);
  if (href === undefined) {
    return undefined;
  }
  const { host } = new URL(href);
  return {
    kind: 'rich-link',
    title: wordsOf(title) ?? host,
    url: href,
    host,
    pictureUrl: pictureUrlOf(media),
  };
}
