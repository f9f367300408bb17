/** @module The question to a platform, whom it cannot reach, and its answer. */
import type { ChannelId, CustomerId } from '../../domain/ids.js';
import type { InvalidRecipient, Recipient } from '../../ports/platform.js';

const longestReason = 200;

/** Writes the body that asks about recipients. */
export function writeRecipients(channelId: ChannelId, recipients: readonly Recipient[]): string {
  const asked = recipients.map(({ id, name }) => ({ id, name }));
  return JSON.stringify({ type: 'recipients', channelId, recipients: asked });
}

/**
 * Reads the answer: `{ "invalid": [{ "id", "reason"? }] }`, more members allowed. Undefined for
 * anything else, and for one about somebody who was not asked about.
 */
export function readInvalidRecipients(
  text: string,
  recipients: readonly Recipient[],
): readonly InvalidRecipient[] | undefined {
  const invalid = membersOf(tryParsing(text))['invalid'];
  if (!Array.isArray(invalid)) return undefined;
  const asked = new Map<unknown, CustomerId>(recipients.map(({ id }) => [id, id]));
  const read = invalid.map((item) => readOne(item, asked));
  const known = read.filter((one) => one !== undefined);
  return known.length === read.length ? known : undefined;
}

function readOne(
  item: unknown,
  asked: ReadonlyMap<unknown, CustomerId>,
): InvalidRecipient | undefined {
  const { id: rawId, reason = '' } = membersOf(item);
  const id = asked.get(rawId);
  if (id === undefined || typeof reason !== 'string') return undefined;
  const words = toLine(reason);
  return words === '' ? { id } : { id, reason: words };
}

/** An agent reads one line; control characters, and those that turn a line around, say nothing. */
function toLine(reason: string): string {
  const words = reason
    .replaceAll(/[\p{Cc}\p{Cs}\u200E\u200F\u202A-\u202E\u2066-\u2069\s]+/gu, ' ')
    .trim();
  const characters = Array.from(words);
  return characters.length <= longestReason
    ? words
    : `${characters.slice(0, longestReason - 1).join('')}…`;
}

function tryParsing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
