/** The messages that other messages answer: what is shown of them. */
import type { QuotedMessage, ThreadMessage } from './wire.js';

/** What is shown of a message above one that answers it. */
export interface Quotation extends QuotedMessage {
  readonly authorName?: string | undefined;
}

/** In code points; the page shows two lines of it. */
const quotedLength = 200;

/** Returns the beginning of a text, on one line, with a sign where it was cut. */
export function beginningOf(text: string, length = quotedLength): string {
  const points = Array.from(text.trim().replaceAll(/\s+/g, ' '));
  return points.length <= length ? points.join('') : `${points.slice(0, length - 1).join('')}…`;
}

/** Returns what is shown of a quoted message; its author is known when the thread shows it. */
export function quotationOf(
  quoted: QuotedMessage | undefined,
  messages: readonly ThreadMessage[],
): Quotation | undefined {
  if (quoted === undefined) {
    return undefined;
  }
  const { id, from, text } = quoted;
  const known = messages.find((message) => message.id === id && message.from === from);
  return { id, from, text, authorName: known?.authorName };
}

/** Returns the key of the line that holds a quoted message. */
export function keyOf({ from, id }: Pick<QuotedMessage, 'from' | 'id'>): string {
  return `${from}:${id}`;
}
