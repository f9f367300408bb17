/** The conversation as a plain text file for the customer to keep. */

import type { ConversationItem } from './conversation.js';
import { beginningOf, type Quotation } from './quotations.js';
import { authorText, failureText, labels, markTexts, transcriptTexts } from './texts.js';

/** What a transcript is made of. */
export interface TranscriptSource {
  /** The panel's title. */
  readonly title: string;
  readonly items: readonly ConversationItem[];
  /** How the thread ended; empty while it has not. */
  readonly ending: string;
  /** When the file is made, in milliseconds. */
  readonly savedAtMs: number;
  /** By how much the customer's local time is ahead of UTC. */
  readonly aheadOfUtcMinutes: number;
}

/** Everything that an editor may show as the end of a line. */
const lineEnds = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/;
const indent = '    ';
/** In code points: enough to find the message by. */
const quotedLength = 80;

/** Returns the file's text. No text of a message can pass for another message: it is all indented. */
export function toTranscript(source: TranscriptSource): string {
  const { title, items, ending, savedAtMs, aheadOfUtcMinutes } = source;
  const time = (ms: number) => localTime(ms, aheadOfUtcMinutes);
  const blocks = [
    [
      `${transcriptTexts.heading}: ${oneLine(title)}`,
      `${transcriptTexts.saved}: ${time(savedAtMs)}`,
      `${transcriptTexts.times}: UTC${zone(aheadOfUtcMinutes)}`,
    ],
    ...items.map((item) => messageLines(item, time)),
    ...(ending === '' ? [] : [[ending]]),
  ];
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** Returns the file's name, which says nothing of the customer. */
export function transcriptName(savedAtMs: number, aheadOfUtcMinutes: number): string {
  return `chat-${localTime(savedAtMs, aheadOfUtcMinutes).slice(0, 10)}.txt`;
}

function messageLines(item: ConversationItem, time: (ms: number) => string): string[] {
  const at = Date.parse(item.at);
  const when = Number.isNaN(at) ? '' : `[${time(at)}] `;
  const text = item.text === '' ? [] : item.text.split(lineEnds);
  const files = item.attachments.map(({ name, url }) => oneLine(`${name}: ${url}`));
  const body = [...text, ...files].map((line) => `${indent}${line}`);
  const author = oneLine(authorText(item));
  return [`${when}${author}${statusOf(item)}${originOf(item)}`, ...body];
}

/** Says what the message answers and whether it was forwarded, in the one line that no text can forge. */
function originOf({ replyTo, isForwarded }: ConversationItem): string {
  return [
    ...(isForwarded === true ? [transcriptTexts.forwarded] : []),
    ...(replyTo === undefined ? [] : [`${transcriptTexts.answered} ${quoted(replyTo)}`]),
  ]
    .map((origin) => `, ${origin}`)
    .join('');
}

function quoted(quotation: Quotation): string {
  const text = beginningOf(quotation.text, quotedLength) || labels.quotedFile;
  return oneLine(`${authorText(quotation)}: ${text}`);
}

function statusOf({ mark, reason }: ConversationItem): string {
  return mark === undefined ? '' : ` (${`${markTexts[mark]}. ${failureText(reason)}`.trim()})`;
}

function oneLine(text: string): string {
  return text.split(lineEnds).join(' ');
}

function localTime(ms: number, aheadOfUtcMinutes: number): string {
  return new Date(ms + aheadOfUtcMinutes * 60_000).toISOString().slice(0, 19).replace('T', ' ');
}

function zone(aheadOfUtcMinutes: number): string {
  const minutes = Math.abs(aheadOfUtcMinutes);
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map((part) =>
    String(part).padStart(2, '0'),
  );
  return `${aheadOfUtcMinutes < 0 ? '-' : '+'}${hour}:${minute}`;
}
