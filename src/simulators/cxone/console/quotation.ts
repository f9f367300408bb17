import { h } from './dom.js';

/** Shows who wrote a message, and its beginning. */
export function quotation(message: {
  readonly author: string;
  readonly text: string;
}): HTMLElement {
  return h(
    'div',
    { class: 'quote' },
    h('b', {}, message.author),
    h('p', { dir: 'auto' }, message.text),
  );
}
