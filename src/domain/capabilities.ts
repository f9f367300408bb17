/**
 * @module What a channel can show, and a message as a channel that can show less is given it.
 *
 * Nothing is lost: what cannot be shown is told in the text. Content is left out, because its text
 * is always enough.
 */
import type { Attachment, MessageEvent, QuotedMessage } from './messages.js';

/** Types of rich content that a channel may be able to show, by the word for each. */
const contentWords: Readonly<Record<string, Capability>> = {
  QUICK_REPLIES: 'quick-replies',
  LIST_PICKER: 'list-picker',
  RICH_LINK: 'rich-link',
  PLUGIN: 'plugin',
  ADAPTIVE_CARD: 'adaptive-card',
};

/** Everything beside text that a channel may be able to show. The words are part of the contract. */
export const allCapabilities = [
  /** Files, by their name and address. */
  'attachments',
  /** Which message another one answers. */
  'replies',
  'quick-replies',
  'list-picker',
  'rich-link',
  'plugin',
  'adaptive-card',
] as const;

/** One thing that a channel may be able to show. */
export type Capability = (typeof allCapabilities)[number];

/** What a channel can show beside text. */
export type Capabilities = readonly Capability[];

/** Gives the address of a file that stands in a text: whoever reads it may come late. */
export type ToFileUrl = (message: MessageEvent, file: Attachment) => string;

/**
 * Gives a message as a channel of these capabilities can show it: what it answers as lines with
 * `>` before the text, each file as a line `name: address` after it, content by the text alone.
 * Content of a type that has no word is content that no channel can show.
 */
export function toShownMessage(
  event: MessageEvent,
  shows: Capabilities,
  toFileUrl: ToFileUrl = (_message, { url }) => url,
): MessageEvent {
  const { content, replyTo, attachments, ...plain } = event;
  const has = (word: Capability | undefined) => word !== undefined && shows.includes(word);
  const showsReplies = has('replies');
  const showsFiles = has('attachments');
  const lines = [
    ...(replyTo === undefined || showsReplies ? [] : quotationLines(replyTo)),
    ...(event.text === '' ? [] : [event.text]),
    ...(attachments === undefined || showsFiles
      ? []
      : attachments.map((file) => fileLine(file.name, toFileUrl(event, file)))),
  ];
  return {
    ...plain,
    text: lines.join('\n'),
    ...(content && has(contentWords[content.type.toUpperCase()]) ? { content } : {}),
    ...(attachments && showsFiles ? { attachments } : {}),
    ...(replyTo && showsReplies ? { replyTo } : {}),
  };
}

/** A message without a word, as one of files alone, cannot be told from any other. */
function quotationLines({ text }: QuotedMessage): string[] {
  const words = text.trim();
  return words === '' ? [] : words.split('\n').map((line) => `> ${line}`);
}

/** The address ends its line, so that nothing is taken for a part of it. */
function fileLine(name: string, url: string): string {
  const words = name.replaceAll(/\s+/g, ' ').trim();
  return words === '' ? url : `${words}: ${url}`;
}
