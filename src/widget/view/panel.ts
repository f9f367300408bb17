import type { ChatState } from '../store.js';
import { connectionText, labels, standingText, typingText } from '../texts.js';
import { type ComposerHandlers, createComposer } from './composer.js';
import { element, icon, setText } from './dom.js';
import { createMessageList } from './message-list.js';

/** What the panel reports. */
export interface PanelHandlers extends ComposerHandlers {
  readonly onClose: () => void;
  readonly onRetry: (id: string) => void;
  readonly onNewThread: () => void;
}

/** The chat's window on the page. */
export interface Panel {
  readonly root: HTMLElement;
  readonly render: (state: ChatState, title: string, isFixed: boolean) => void;
  /** Puts the keyboard where the customer goes on: the composer, or what has taken its place. */
  readonly focus: () => void;
  readonly scrollToEnd: () => void;
}

const cross =
  'M6.4 5L12 10.6 17.6 5 19 6.4 13.4 12l5.6 5.6-1.4 1.4L12 13.4 6.4 19 5 17.6l5.6-5.6L5 6.4z';

/** Creates the panel under `id`. */
export function createPanel(id: string, handlers: PanelHandlers): Panel {
  const heading = element('h2', { id: `${id}-title` });
  const close = element('button', { class: 'close', type: 'button', 'aria-label': labels.close }, [
    icon(cross),
  ]);
  // Actions on the thread as a whole stand between the title and the close button.
  const actions = element('div', { class: 'actions' });
  const connection = element('p', { class: 'connection', role: 'status' });
  const list = createMessageList(handlers.onRetry);
  const typing = element('p', { class: 'typing', 'aria-hidden': 'true' });
  // What the thread's state asks of the customer: the words, then the buttons that answer them.
  const standing = element('p', { class: 'standing-text' });
  const newThread = element('button', { class: 'new-thread', type: 'button' }, [labels.newThread]);
  const answers = element('div', { class: 'answers' }, [newThread]);
  const notice = element('div', { class: 'notice', role: 'status' }, [standing, answers]);
  const composer = createComposer(handlers);
  const root = element('section', { id, class: 'panel', 'aria-labelledby': `${id}-title` }, [
    element('header', {}, [heading, actions, close]),
    connection,
    list.root,
    typing,
    notice,
    composer.root,
  ]);

  close.addEventListener('click', handlers.onClose);
  newThread.addEventListener('click', handlers.onNewThread);

  return {
    root,
    scrollToEnd: list.scrollToEnd,
    focus: () => {
      if (composer.root.hidden) {
        (newThread.hidden ? close : newThread).focus();
      } else {
        composer.focus();
      }
    },
    render: (state, title, isFixed) => {
      const isClosed = state.standing.state === 'closed';
      const canWrite = !isClosed && state.connection !== 'unavailable';
      root.hidden = !state.isPanelOpen;
      root.setAttribute('role', isFixed ? 'region' : 'dialog');
      close.hidden = isFixed;
      root.dataset['state'] = state.standing.state;
      root.dataset['connection'] = state.connection;
      setText(heading, title);
      setText(connection, connectionText(state.connection, state.unavailableReason));
      setText(standing, standingText(state.standing));
      setText(typing, state.isAgentTyping ? typingText(state.agentName) : '');
      const focused = activeIn(root);
      newThread.hidden = !isClosed;
      composer.render(canWrite);
      if (isClosed && composer.root.contains(focused)) {
        newThread.focus();
      } else if (canWrite && focused === newThread) {
        composer.focus();
      }
      list.render(state);
    },
  };
}

function activeIn(node: HTMLElement): Element | null {
  const root = node.getRootNode();
  return root instanceof ShadowRoot ? root.activeElement : document.activeElement;
}
