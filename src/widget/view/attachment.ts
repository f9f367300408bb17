import { toSafeHref } from '../links.js';
import { isPicture } from '../pictures.js';
import type { Attachment } from '../wire.js';
import { element } from './dom.js';
import { safeLink } from './links.js';
import { createPicture } from './picture.js';

/** Creates a file's place in a message: a picture is shown small and opens, others go by their name. */
export function attachmentView(file: Attachment): Node {
  const href = toSafeHref(file.url);
  if (href === undefined) {
    return element('div', { class: 'attachment' }, [file.name]);
  }
  const content = isPicture(file)
    ? safeLink(href, { class: 'thumbnail' }, [createPicture(href, file.name, 'picture')])
    : safeLink(href, {}, [file.name]);
  return element('div', { class: 'attachment' }, [content]);
}
