import { splitLinks } from '../links.js';
import { element } from './dom.js';

/** Creates a text's nodes, with its addresses as links. */
export function linkedText(text: string): Node[] {
  return splitLinks(text).map(({ text: piece, href }) =>
    href === undefined ? document.createTextNode(piece) : safeLink(href, {}, [piece]),
  );
}

/** Creates a link to an http or https address that opens beside the page and tells it nothing. */
export function safeLink(
  href: string,
  attributes: Readonly<Record<string, string>>,
  children: ReadonlyArray<Node | string>,
): HTMLAnchorElement {
  return element(
    'a',
    { href, target: '_blank', rel: 'noopener noreferrer', ...attributes },
    children,
  );
}
