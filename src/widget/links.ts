/** A piece of a message's text; with `href` it is a link. */
export interface TextPiece {
  readonly text: string;
  readonly href?: string | undefined;
}

const urlPattern = /https?:\/\/[^\s<>"'`]+/gi;
const punctuation = '.,;:!?';
const openingBrackets = '([{';
const closingBrackets = ')]}';

/** Splits a text into plain pieces and links; joined again, the pieces are the text. */
export function splitLinks(text: string): TextPiece[] {
  const pieces: TextPiece[] = [];
  let end = 0;
  for (const match of text.matchAll(urlPattern)) {
    const url = trimUrl(match[0]);
    const href = toSafeHref(url);
    if (href !== undefined) {
      if (match.index > end) {
        pieces.push({ text: text.slice(end, match.index) });
      }
      pieces.push({ text: url, href });
      end = match.index + url.length;
    }
  }
  if (end < text.length) {
    pieces.push({ text: text.slice(end) });
  }
  return pieces;
}

/** Returns the address if it is http or https, else undefined: no other scheme is ever linked. */
export function toSafeHref(url: string): string | undefined {
  try {
    const { protocol, href } = new URL(url);
    return protocol === 'https:' || protocol === 'http:' ? href : undefined;
  } catch {
    return undefined;
  }
}

/** A full stop or a bracket that closes around the address belongs to the sentence. */
function trimUrl(raw: string): string {
  let end = raw.length;
  let surplus = count(raw, closingBrackets) - count(raw, openingBrackets);
  for (; end > 0; end -= 1) {
    const last = raw.charAt(end - 1);
    if (closingBrackets.includes(last) && surplus > 0) {
      surplus -= 1;
    } else if (!punctuation.includes(last)) {
      break;
    }
  }
  return raw.slice(0, end);
}

function count(text: string, characters: string): number {
  return Array.from(text).filter((character) => characters.includes(character)).length;
}
