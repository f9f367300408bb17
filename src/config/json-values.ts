/** The kinds of value in the channels file; each says what it expects. */
import { z } from 'zod';
import { durationForm, parseDuration } from './duration.js';
import { parsed } from './parsed.js';

/** A text of 1 to `longest` characters. */
export function line(longest: number) {
  const expected = `a text of 1 to ${longest} characters`;
  return z.string({ error: expected }).min(1, expected).max(longest, expected);
}

/** A duration in milliseconds. */
export const duration = parsed(durationForm, parseDuration);

/** A duration above zero, in milliseconds. */
export const longDuration = parsed(`${durationForm}, longer than nothing`, (text) => {
  const ms = parseDuration(text);
  return ms === 0 ? undefined : ms;
});

/** A duration in milliseconds, or one of the two words for none, which is null. */
export const durationOrNever = parsed(`${durationForm}, or "never" or "off"`, (text) =>
  text === 'never' || text === 'off' ? null : parseDuration(text),
);

/** A whole number above 0. */
export function count() {
  const expected = 'a whole number above 0';
  return z.int({ error: expected }).min(1, expected);
}

/** One of some texts. */
export function oneOf<const Option extends string>(options: readonly [Option, ...Option[]]) {
  return z.enum(options, { error: `one of ${options.map((option) => `"${option}"`).join(', ')}` });
}

/** An object with no other keys than these. */
export function record<Shape extends z.ZodRawShape>(shape: Shape) {
  const keys = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    // An unknown key is told by its place, not by a message.
    error: (issue) => (issue.code === 'unrecognized_keys' ? undefined : `an object with ${keys}`),
  });
}

/** A list of values. */
export function list<Item extends z.ZodType>(item: Item, expected: string) {
  return z.array(item, { error: expected });
}
