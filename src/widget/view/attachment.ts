import { toSafeHref } from '../links.js';
import { isPicture } from '../pictures.js';
import { labels } from '../texts.js';
import { type Attachment, parseProblem } from '../wire.js';
import { element, setText } from './dom.js';
import { safeLink } from './links.js';
import { createPicture } from './picture.js';
import { saveFile } from './save-file.js';

/** Creates a file's place in a message: a picture is shown small and opens, others go by their name. */
export function attachmentView(file: Attachment): Node {
  const href = toSafeHref(file.url);
  if (href === undefined) {
    return element('div', { class: 'attachment' }, [file.name]);
  }
  const note = element('span', { class: 'file-note', role: 'status' });
  const content = isPicture(file) ? pictureLink(href, file, note) : fileLink(href, file, note);
  return element('div', { class: 'attachment' }, [content, note]);
}

function pictureLink(href: string, file: Attachment, note: HTMLElement): Node {
  const picture = createPicture(href, file.name, 'picture');
  if (isFromGateway(href)) {
    // A picture that does not come says nothing of why.
    picture.addEventListener('error', () => {
      const answer = new AbortController();
      void tell(note, async () => {
        const response = await fetch(href, { signal: answer.signal });
        if (!response.ok) {
          return reasonIn(response);
        }
        // It is there, and no picture: nobody waits for it.
        answer.abort();
        return labels.fileUnavailable;
      });
    });
  }
  return safeLink(href, { class: 'thumbnail' }, [picture]);
}

function fileLink(href: string, file: Attachment, note: HTMLElement): Node {
  const link = safeLink(href, {}, [file.name]);
  if (isFromGateway(href)) {
    // Followed, the link would leave the customer with the gateway's words for what went wrong.
    link.addEventListener('click', (event) => {
      if (!event.ctrlKey && !event.metaKey && !event.shiftKey) {
        event.preventDefault();
        void tell(note, async () => {
          const response = await fetch(href);
          if (!response.ok) {
            return reasonIn(response);
          }
          saveFile(file.name, await response.blob());
          return '';
        });
      }
    });
  }
  return link;
}

async function tell(note: HTMLElement, work: () => Promise<string>): Promise<void> {
  setText(note, await work().catch(() => labels.fileUnavailable));
}

async function reasonIn(response: Response): Promise<string> {
  const { code } = parseProblem(await response.json());
  return code === 'ATTACHMENT_GONE' ? labels.fileGone : labels.fileUnavailable;
}

/** Files that the contact centre keeps come through the gateway; others are somebody's own links. */
function isFromGateway(href: string): boolean {
  return /\/v1\/attachments\/[\w.-]+$/.test(new URL(href).pathname);
}
