/** @module What an agent's or a bot's call says; what it cannot say otherwise is left out. */
import { toContentText, withChoices } from '../../domain/content-text.js';
import { type ExternalMessageId, parseExternalMessageId } from '../../domain/ids.js';
import type { AgentMessage, Attachment, Author, RichContent } from '../../domain/messages.js';
import { firstTextAt, type LenientBody, listAt, textAt, valueAt } from './lenient-body.js';

/** An agent's message without what the box adds. */
export type ReplyContent = Pick<
  AgentMessage,
  'text' | 'author' | 'content' | 'attachments' | 'replyTo' | 'isForwarded'
>;

/** Where the text may be (cxone.md 1.4). */
export const textPlaces = [
  'messageContent.payload.text',
  'messageContent.text',
  'content',
] as const;
/** What stands for content that nobody knows (cxone.md 5.1). */
const substitutePlaces = [
  'messageContent.payload.text.content',
  'messageContent.fallbackText',
  'messageContent.payload.title.content',
] as const;
/** Where the message that is answered may be named (cxone.md 1.4, 1.5). */
const repliedPlaces = [
  'replyToMessage.idOnExternalPlatform',
  'replyToMessageIdOnExternalPlatform',
] as const;
/** What stands for a message that was handed on with nothing in it. */
const forwardedText = '[forwarded message]';
const authorPlaces = ['authorUser', 'author', 'user'] as const;

function isHttpUrl(raw: string | undefined): raw is string {
  const url = raw !== undefined && URL.canParse(raw) ? new URL(raw) : undefined;
  return url?.protocol === 'http:' || url?.protocol === 'https:';
}

/** Reads who wrote a call; undefined when nothing says so (cxone.md 5.6). */
export function readAuthor(body: LenientBody): Author | undefined {
  const name =
    firstTextAt(
      body,
      authorPlaces.map((place) => `${place}.nickname`),
    ) ??
    firstTextAt(
      body,
      authorPlaces.map((place) => `${place}.firstName`),
    );
  const imageUrl = authorPlaces
    .flatMap((place) => [
      textAt(body, `${place}.publicImageUrl`),
      textAt(body, `${place}.imageUrl`),
    ])
    .find(isHttpUrl);
  if (name === undefined && imageUrl === undefined) return undefined;
  return {
    ...(name === undefined ? {} : { name }),
    ...(imageUrl === undefined ? {} : { imageUrl }),
  };
}

/** Reads a file (cxone.md 1.5, 5.3); undefined for one that has no web address. */
function readAttachment(item: unknown): Attachment | undefined {
  const url = textAt(item, 'url');
  if (!isHttpUrl(url)) return undefined;
  const lastPart = new URL(url).pathname.split('/').at(-1);
  const name = firstTextAt(item, ['friendlyName', 'fileName', 'name']) ?? lastPart;
  const mimeType = textAt(item, 'mimeType');
  return {
    name: name === undefined || name === '' ? 'attachment' : name,
    url,
    ...(mimeType === undefined ? {} : { mimeType }),
  };
}

/** Reads content that is more than its text (cxone.md 5.1). */
function readRichContent(body: LenientBody): RichContent | undefined {
  const type = textAt(body, 'messageContent.type');
  const payload = valueAt(body, 'messageContent.payload');
  if (type === undefined || type.toUpperCase() === 'TEXT' || payload === undefined)
    return undefined;
  return { type, payload };
}

/** Reads the text, which is always enough: with what can be chosen, and else the content's own. */
function readText(body: LenientBody, content: RichContent | undefined): string | undefined {
  const text = firstTextAt(body, textPlaces);
  if (content === undefined) return text ?? firstTextAt(body, substitutePlaces);
  return text === undefined
    ? (toContentText(content) ?? firstTextAt(body, substitutePlaces))
    : withChoices(text, content);
}

/**
 * Reads the message that a call answers. Any reply may name the last message of its thread, so that
 * counts only beside the flag (cxone.md 1.5; for the older call INFERRED).
 */
function readRepliedTo(body: LenientBody): ExternalMessageId | undefined {
  if (valueAt(body, 'isReplyToSpecificMessage') !== true) return undefined;
  return parseExternalMessageId(firstTextAt(body, repliedPlaces) ?? '');
}

/** Reads a message; undefined when there is nothing in it to show. */
export function readReply(body: LenientBody): ReplyContent | undefined {
  const content = readRichContent(body);
  const attachments = listAt(body, 'attachments')
    .map(readAttachment)
    .filter((attachment) => attachment !== undefined);
  // Content that nobody can put into words is named at least, so that no message is empty.
  const name = content && attachments.length === 0 ? `[${content.type}]` : '';
  const isForwarded = textAt(body, 'forward.message.id') !== undefined;
  const said = readText(body, content) ?? name;
  const isEmpty = said === '' && content === undefined && attachments.length === 0;
  if (isEmpty && !isForwarded) return undefined;
  const text = isEmpty ? forwardedText : said;
  const author = readAuthor(body);
  const replyTo = readRepliedTo(body);
  return {
    text,
    ...(author === undefined ? {} : { author }),
    ...(content === undefined ? {} : { content }),
    ...(attachments.length === 0 ? {} : { attachments }),
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(isForwarded ? { isForwarded } : {}),
  };
}
