import { labels } from '../texts.js';
import { element, icon } from './dom.js';

/** The button in the header that opens what can be done with the chat as a whole. */
export interface OptionsMenu {
  readonly root: HTMLElement;
  readonly render: (can: { readonly download: boolean; readonly end: boolean }) => void;
  readonly focus: () => void;
}

const dots =
  'M12 4a2 2 0 1 0 0 4 2 2 0 0 0 0-4zm0 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4zm0 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4z';

/** Creates the menu; it closes with Escape, with a choice, and when the customer turns elsewhere. */
export function createOptionsMenu(handlers: {
  readonly onDownload: () => void;
  readonly onEnd: () => void;
}): OptionsMenu {
  const button = element(
    'button',
    {
      class: 'header-button options',
      type: 'button',
      'aria-label': labels.options,
      'aria-controls': 'options',
    },
    [icon(dots)],
  );
  const download = element('button', { type: 'button' }, [labels.download]);
  const end = element('button', { type: 'button' }, [labels.end]);
  const menu = element('div', { class: 'menu', id: 'options' }, [download, end]);
  const root = element('div', { class: 'actions' }, [button, menu]);

  function setOpen(isOpen: boolean): void {
    menu.hidden = !isOpen;
    button.setAttribute('aria-expanded', String(isOpen));
    if (isOpen) {
      document.addEventListener('pointerdown', closeFromOutside);
    } else {
      document.removeEventListener('pointerdown', closeFromOutside);
    }
  }

  function closeFromOutside(event: Event): void {
    if (!event.composedPath().includes(root)) {
      setOpen(false);
    }
  }

  function choose(act: () => void): void {
    setOpen(false);
    button.focus();
    act();
  }

  setOpen(false);
  button.addEventListener('click', () => setOpen(menu.hasAttribute('hidden')));
  download.addEventListener('click', () => choose(handlers.onDownload));
  end.addEventListener('click', () => choose(handlers.onEnd));
  root.addEventListener('focusout', ({ relatedTarget }) => {
    if (relatedTarget instanceof Node && !root.contains(relatedTarget)) {
      setOpen(false);
    }
  });
  root.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !menu.hidden) {
      event.stopPropagation();
      setOpen(false);
      button.focus();
    }
  });

  return {
    root,
    focus: () => button.focus(),
    render: (can) => {
      root.hidden = !can.download && !can.end;
      download.hidden = !can.download;
      end.hidden = !can.end;
      if (root.hidden) {
        setOpen(false);
      }
    },
  };
}
