import { element } from './dom.js';

/**
 * Creates a picture that tells its server nothing of the page. One that cannot be shown leaves its
 * text in its place; without a text it goes.
 */
export function createPicture(url: string, text: string, className: string): HTMLImageElement {
  const picture = element('img', {
    class: className,
    alt: text,
    loading: 'lazy',
    decoding: 'async',
    referrerpolicy: 'no-referrer',
    src: url,
  });
  picture.addEventListener('error', () => {
    picture.replaceWith(...(text === '' ? [] : [element('span', { class: 'no-picture' }, [text])]));
  });
  return picture;
}
