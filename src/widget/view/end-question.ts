import { labels } from '../texts.js';
import { element } from './dom.js';

/** Asks the customer, inside the panel, whether to end the chat. */
export interface EndQuestion {
  readonly root: HTMLElement;
  readonly isOpen: () => boolean;
  readonly ask: () => void;
  /** Takes the question back; the caller sees to the keyboard. */
  readonly dismiss: () => void;
}

/** Creates the question; while it stands, `behind` cannot be used. */
export function createEndQuestion(deps: {
  readonly behind: readonly HTMLElement[];
  readonly onEnd: () => void;
  /** The customer goes on chatting. */
  readonly onCancel: () => void;
}): EndQuestion {
  const { behind, onEnd, onCancel } = deps;
  const stay = element('button', { class: 'secondary', type: 'button' }, [labels.endNo]);
  const end = element('button', { class: 'primary', type: 'button' }, [labels.endYes]);
  const dialog = element(
    'div',
    {
      class: 'question',
      role: 'alertdialog',
      'aria-modal': 'true',
      'aria-labelledby': 'end-title',
      'aria-describedby': 'end-text',
      tabindex: '-1',
    },
    [
      element('h3', { id: 'end-title' }, [labels.endQuestion]),
      element('p', { id: 'end-text' }, [labels.endConsequence]),
      element('div', { class: 'question-answers' }, [stay, end]),
    ],
  );
  const root = element('div', { class: 'veil', hidden: true }, [dialog]);

  function setOpen(isOpen: boolean): void {
    root.hidden = !isOpen;
    for (const part of behind) {
      part.inert = isOpen;
    }
  }

  function cancel(): void {
    setOpen(false);
    onCancel();
  }

  stay.addEventListener('click', cancel);
  end.addEventListener('click', () => {
    setOpen(false);
    onEnd();
  });
  root.addEventListener('click', (event) => {
    if (event.target === root) {
      cancel();
    }
  });
  root.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      cancel();
    } else if (event.key === 'Tab') {
      // The page around the panel can be used, but not before the question has its answer.
      event.preventDefault();
      (event.composedPath()[0] === stay ? end : stay).focus();
    }
  });

  return {
    root,
    isOpen: () => !root.hidden,
    ask: () => {
      setOpen(true);
      stay.focus();
    },
    dismiss: () => setOpen(false),
  };
}
