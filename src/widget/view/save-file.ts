import { element } from './dom.js';

/** The browser has begun to read the file by then. */
const keptMs = 60_000;

/** Lets the browser save a text under that name; nothing leaves the page. */
export function saveTextFile(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }));
  element('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), keptMs);
}
