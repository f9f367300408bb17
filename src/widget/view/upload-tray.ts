import { labels, uploadStateText } from '../texts.js';
import { canRetry, isUnderWay, type Upload } from '../uploads.js';
import { cross, element, icon, setText } from './dom.js';

/** What the tray reports. */
export interface UploadTrayHandlers {
  readonly onRetryFile: (id: string) => void;
  readonly onRemoveFile: (id: string) => void;
}

/** The files that go with the next message. */
export interface UploadTray {
  readonly root: HTMLElement;
  readonly render: (uploads: readonly Upload[]) => void;
}

interface TrayItem {
  readonly root: HTMLElement;
  readonly render: (upload: Upload) => void;
}

const page = 'M6 2h8l5 5v15H6zm7 1.5V8h4.5z';
const previewSize = 44;

/** Creates the tray; `onRemoved` is called when the place of the keyboard is gone with its file. */
export function createUploadTray(handlers: UploadTrayHandlers, onRemoved: () => void): UploadTray {
  const list = element('ul', { class: 'uploads', role: 'list', 'aria-label': labels.files });
  const status = element('p', { class: 'hushed', role: 'status' });
  const root = element('div', { class: 'tray', hidden: true }, [list, status]);
  const items = new Map<string, TrayItem>();

  return {
    root,
    render: (uploads) => {
      root.hidden = uploads.length === 0;
      const known = new Set(uploads.map(({ id }) => id));
      for (const [id, item] of items) {
        if (!known.has(id)) {
          const hadFocus = item.root.matches(':focus-within');
          item.root.remove();
          items.delete(id);
          if (hadFocus) {
            onRemoved();
          }
        }
      }
      for (const upload of uploads) {
        let item = items.get(upload.id);
        if (item === undefined) {
          item = createTrayItem(upload, handlers);
          items.set(upload.id, item);
          list.append(item.root);
        }
        item.render(upload);
      }
      setText(status, summaryOf(uploads));
    },
  };
}

/** Says what has come to rest; a bar that moves is not read out. */
function summaryOf(uploads: readonly Upload[]): string {
  return uploads
    .filter((upload) => !isUnderWay(upload))
    .map((upload) => `${upload.file.name}: ${uploadStateText(upload)}`)
    .join(' ');
}

function createTrayItem({ id, file }: Upload, handlers: UploadTrayHandlers): TrayItem {
  const progress = element('progress', { max: '1', 'aria-label': file.name });
  const state = element('span', { class: 'upload-state' });
  const retry = element(
    'button',
    { class: 'retry', type: 'button', 'aria-label': `${labels.retry}: ${file.name}` },
    [labels.retry],
  );
  const remove = element(
    'button',
    { class: 'remove', type: 'button', 'aria-label': `${labels.removeFile}: ${file.name}` },
    [icon(cross)],
  );
  retry.addEventListener('click', () => handlers.onRetryFile(id));
  remove.addEventListener('click', () => handlers.onRemoveFile(id));
  const root = element('li', { class: 'upload' }, [
    preview(file),
    element('div', { class: 'upload-words' }, [
      element('span', { class: 'upload-name', dir: 'auto' }, [file.name]),
      progress,
      state,
    ]),
    retry,
    remove,
  ]);
  return {
    root,
    render: (upload) => {
      root.dataset['state'] = upload.state;
      progress.hidden = !isUnderWay(upload);
      progress.value = upload.progress;
      setText(state, uploadStateText(upload));
      retry.hidden = !(upload.state === 'failed' && canRetry(upload));
    },
  };
}

/** Draws a picture small. A drawn one asks nothing of the page's security policy, unlike an address. */
function preview(file: File): Element {
  if (!file.type.startsWith('image/')) {
    return icon(page);
  }
  const size = String(previewSize * 2);
  const canvas = element('canvas', { class: 'preview', width: size, height: size });
  createImageBitmap(file).then(
    (picture) => {
      const scale = Math.max(canvas.width / picture.width, canvas.height / picture.height);
      const [width, height] = [picture.width * scale, picture.height * scale];
      const [left, top] = [(canvas.width - width) / 2, (canvas.height - height) / 2];
      canvas.getContext('2d')?.drawImage(picture, left, top, width, height);
      picture.close();
    },
    () => canvas.replaceWith(icon(page)),
  );
  return canvas;
}
