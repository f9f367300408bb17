/** @module Names of files as they may travel: one line, no path, nothing that hides how it ends. */

const longestName = 120;
/** Kept when a name is cut, so that a file still opens with what it opened with. */
const longestEnding = 12;

/** Makes a name harmless; what nothing is left of is called `file`. */
export function toSafeName(raw: string): string {
  const name = raw
    .normalize('NFC')
    .replace(/^.*[/\\]/s, '')
    // Controls, lone surrogates, and marks that turn the direction of a text around.
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '')
    .replace(/["<>|:*?]/g, '_')
    .replace(/\s+/g, ' ')
    // Looked for at the start of a run alone, so that a long one takes no longer than its length.
    .replace(/^[. ]+|(?<![. ])[. ]+$/g, '');
  return name === '' ? 'file' : cut(name);
}

function cut(name: string): string {
  const characters = Array.from(name);
  if (characters.length <= longestName) return name;
  const ending = /\.[^. ]+$/.exec(name)?.[0] ?? '';
  const kept = Array.from(ending).length <= longestEnding ? ending : '';
  return characters.slice(0, longestName - Array.from(kept).length).join('') + kept;
}
