import { labels } from '../texts.js';
import { element, icon } from './dom.js';

const clip =
  'M16.5 6v10.5a4.5 4.5 0 0 1-9 0V5a3 3 0 0 1 6 0v9.5a1.5 1.5 0 0 1-3 0V6H9v8.5a3 3 0 0 0 6 0V5a4.5 4.5 0 0 0-9 0v11.5a6 6 0 0 0 12 0V6z';

/** What the gateway takes, for the browser's own dialogue; the gateway has the last word. */
const accepted = [
  'image/png,image/jpeg,image/gif,image/webp,image/avif,image/heic,image/heif,image/bmp,image/tiff',
  'audio/*,video/*,text/plain,text/csv,.pdf,.doc,.docx,.xls,.xlsx,.ppt,.pptx,.odt,.ods,.odp,.rtf,.zip',
].join(',');

/** Creates the button that lets the customer choose files, with the field that does so. */
export function createFileButton(onFiles: (files: readonly File[]) => void): {
  readonly button: HTMLButtonElement;
  readonly field: HTMLInputElement;
} {
  const field = element('input', {
    class: 'file-field',
    type: 'file',
    multiple: true,
    accept: accepted,
    hidden: true,
    'aria-label': labels.attach,
  });
  const button = element(
    'button',
    { class: 'attach', type: 'button', 'aria-label': labels.attach },
    [icon(clip)],
  );
  button.addEventListener('click', () => field.click());
  field.addEventListener('change', () => {
    onFiles([...(field.files ?? [])]);
    // The same file may be chosen again, after it was taken away.
    field.value = '';
  });
  return { button, field };
}

/** Takes files that are pasted into or dropped on something while `isEnabled`. */
export function takeFiles(
  target: HTMLElement,
  isEnabled: () => boolean,
  onFiles: (files: readonly File[]) => void,
): void {
  const hasFiles = ({ dataTransfer }: DragEvent) =>
    isEnabled() && dataTransfer?.types.includes('Files') === true;
  const show = (isOver: boolean) => target.classList.toggle('is-dropped-on', isOver);

  target.addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length > 0 && isEnabled()) {
      event.preventDefault();
      onFiles(files);
    }
  });
  target.addEventListener('dragover', (event) => {
    if (hasFiles(event)) {
      // Without this the browser would leave the page for the file.
      event.preventDefault();
      show(true);
    }
  });
  target.addEventListener('dragleave', ({ relatedTarget }) => {
    if (!(relatedTarget instanceof Node && target.contains(relatedTarget))) {
      show(false);
    }
  });
  target.addEventListener('drop', (event) => {
    show(false);
    if (hasFiles(event)) {
      event.preventDefault();
      onFiles([...(event.dataTransfer?.files ?? [])]);
    }
  });
}
