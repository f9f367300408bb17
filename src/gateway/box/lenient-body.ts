/**
 * @module Reading a body whose shape is known only in part.
 *
 * The contact centre's own description of these calls could not be had whole (cxone.md 7), so every
 * value is looked up by its place, and a value of another type counts as missing.
 */

/** A body, of which nothing is certain. */
export type LenientBody = unknown;

/** Gives the value at a place such as `thread.idOnExternalPlatform` or `recipients.0.name`. */
export function valueAt(body: LenientBody, place: string): unknown {
  let value = body;
  for (const key of place.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

/**
 * Gives the text at a place; a number counts as its digits, an empty text as missing. So does a number
 * beyond those that are read exactly: it may have been another one.
 */
export function textAt(body: LenientBody, place: string): string | undefined {
  const value = valueAt(body, place);
  if (typeof value === 'number') {
    return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? String(value) : undefined;
  }
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Gives the first text at any of several places. */
export function firstTextAt(body: LenientBody, places: readonly string[]): string | undefined {
  for (const place of places) {
    const text = textAt(body, place);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** Gives the list at a place; empty for anything else. */
export function listAt(body: LenientBody, place: string): readonly unknown[] {
  const value = valueAt(body, place);
  return Array.isArray(value) ? value : [];
}

/** Writes a body so that the order of its keys makes no difference. */
export function canonicalJson(body: LenientBody): string {
  return JSON.stringify(body, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

const deepestPlace = 5;
const mostPlaces = 60;

/** Names the places of a body that hold something, for a log: no value, and of a list only the first. */
export function placesOf(body: LenientBody): readonly string[] {
  const places: string[] = [];
  const look = (value: unknown, place: readonly string[]): void => {
    const isInner = typeof value === 'object' && value !== null && place.length < deepestPlace;
    const inner = !isInner ? [] : Object.entries(Array.isArray(value) ? value.slice(0, 1) : value);
    for (const [key, part] of inner) {
      // A key that is no name may be somebody's words.
      look(part, [...place, /^[A-Za-z0-9_-]{1,40}$/.test(key) ? key : '?']);
    }
    if (inner.length === 0 && place.length > 0) places.push(place.join('.'));
  };
  look(body, []);
  return places.slice(0, mostPlaces);
}
