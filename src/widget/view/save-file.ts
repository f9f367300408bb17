import { element } from './dom.js';

/** The browser has begun to read the file by then. */
const keptMs = 60_000;

/** Lets the browser save a text under that name; nothing leaves the page. */
export function saveTextFile(name: string, text: string): void {
  saveFile(name, new Blob([text], { type: 'text/plain;charset=utf-8' }));
}

/** Lets the browser save a file's bytes under that name. */
export function saveFile(name: string, bytes: Blob): void {
  const url = URL.createObjectURL(bytes);
  element('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), keptMs);
}
