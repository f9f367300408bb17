import type { Quotation } from '../quotations.js';
import { labels, tooLongText } from '../texts.js';
import { isUnderWay, type Upload } from '../uploads.js';
import { element, icon, setText } from './dom.js';
import { createFileButton } from './file-entry.js';
import { createReplyBar } from './reply-bar.js';
import { createUploadTray, type UploadTrayHandlers } from './upload-tray.js';

/** Where the customer writes. */
export interface Composer {
  readonly root: HTMLFormElement;
  /** Shows the files that go with the next message, and the message that it answers. */
  readonly render: (
    isEnabled: boolean,
    uploads: readonly Upload[],
    answered: Quotation | undefined,
  ) => void;
  readonly focus: () => void;
}

/** What the composer reports. */
export interface ComposerHandlers extends UploadTrayHandlers {
  readonly onFiles: (files: readonly File[]) => void;
  readonly onSend: (text: string) => void;
  readonly onTyped: (hasText: boolean) => void;
  /** The next message answers none any more. */
  readonly onDropReply: () => void;
}

/** The gateway's limit, in code points after trimming. */
const longestText = 10_000;
const arrow = 'M3 20v-6l8-2-8-2V4l19 8z';

/** Creates the composer. Enter sends, Shift and Enter begin a line, and an IME keeps its Enter. */
export function createComposer(handlers: ComposerHandlers): Composer {
  const { onSend, onTyped } = handlers;
  let uploads: readonly Upload[] = [];
  const problem = element('p', { class: 'problem', id: 'composer-problem', role: 'alert' });
  const input = element('textarea', {
    id: 'composer',
    rows: '1',
    placeholder: labels.placeholder,
    'aria-label': labels.composer,
    'aria-describedby': 'composer-problem reply-words',
    enterkeyhint: 'send',
    autocomplete: 'off',
  });
  const send = element('button', { class: 'send', type: 'submit', 'aria-label': labels.send }, [
    icon(arrow),
  ]);
  const files = createFileButton((chosen) => {
    handlers.onFiles(chosen);
    input.focus();
  });
  const tray = createUploadTray(handlers, () => input.focus());
  const replyBar = createReplyBar('reply-words', dropReply);
  const root = element('form', { class: 'composer' }, [
    replyBar.root,
    tray.root,
    problem,
    input,
    files.button,
    files.field,
    send,
  ]);

  function check(): { canSend: boolean } {
    const text = input.value.trim();
    const excess = Array.from(text).length - longestText;
    setText(problem, excess > 0 ? tooLongText(excess) : '');
    input.setAttribute('aria-invalid', String(excess > 0));
    const isWhole = text !== '' || uploads.some(({ state }) => state === 'done');
    return { canSend: isWhole && excess <= 0 && !input.disabled };
  }

  function dropReply(): void {
    handlers.onDropReply();
    input.focus();
  }

  input.addEventListener('input', () => {
    check();
    onTyped(input.value.trim() !== '');
  });
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      root.requestSubmit();
    }
    if (event.key === 'Escape' && !event.isComposing && !replyBar.root.hidden) {
      // The panel would close.
      event.stopPropagation();
      dropReply();
    }
  });
  root.addEventListener('submit', (event) => {
    event.preventDefault();
    if (check().canSend && uploads.some(isUnderWay)) {
      setText(problem, labels.waitForFiles);
    } else if (check().canSend) {
      const text = input.value;
      input.value = '';
      onSend(text);
    }
    input.focus();
  });

  return {
    root,
    render: (isEnabled, shown, answered) => {
      replyBar.render(answered);
      if (shown !== uploads) {
        uploads = shown;
        tray.render(uploads);
        check();
      }
      root.hidden = !isEnabled;
      input.disabled = !isEnabled;
      send.disabled = !isEnabled;
      files.button.disabled = !isEnabled;
    },
    focus: () => input.focus(),
  };
}
