import { conversation } from '../conversation.js';
import { quotationOf } from '../quotations.js';
import { type ChatState, canEnd, canWrite, runningCountdown } from '../store.js';
import { connectionText, labels, standingText, typingText } from '../texts.js';
import { toTranscript, transcriptName } from '../transcript.js';
import type { QuotedMessage } from '../wire.js';
import { type ComposerHandlers, createComposer } from './composer.js';
import { createCountdown } from './countdown.js';
import { cross, element, icon, setText } from './dom.js';
import { createEndQuestion } from './end-question.js';
import { takeFiles } from './file-entry.js';
import { createMessageList, type MessageListHandlers } from './message-list.js';
import { createOptionsMenu } from './options-menu.js';
import { saveTextFile } from './save-file.js';

/** What the panel reports, and the server's time that it shows. */
export interface PanelHandlers
  extends Omit<ComposerHandlers, 'onDropReply'>,
    Omit<MessageListHandlers, 'onReply'> {
  readonly serverNow: () => number;
  readonly onClose: () => void;
  readonly onStillHere: () => void;
  readonly onEnd: () => void;
  readonly onNewThread: () => void;
  /** Gets the message that the next one answers; none when it answers none any more. */
  readonly onReplyTo: (message: QuotedMessage | undefined) => void;
}

/** The chat's window on the page. */
export interface Panel {
  readonly root: HTMLElement;
  readonly render: (state: ChatState, title: string, isFixed: boolean) => void;
  /** Puts the keyboard where the customer goes on: the composer, or what has taken its place. */
  readonly focus: () => void;
  readonly scrollToEnd: () => void;
}

/** Creates the panel under `id`. */
export function createPanel(id: string, handlers: PanelHandlers): Panel {
  let shown: { readonly state: ChatState; readonly title: string } | undefined;
  const heading = element('h2', { id: `${id}-title` });
  const close = element(
    'button',
    { class: 'header-button close', type: 'button', 'aria-label': labels.close },
    [icon(cross)],
  );
  const options = createOptionsMenu({
    onDownload: saveTranscript,
    onEnd: () => question.ask(),
  });
  const header = element('header', {}, [heading, options.root, close]);
  const connection = element('p', { class: 'connection', role: 'status' });
  const list = createMessageList({
    ...handlers,
    onReply: (message) => {
      handlers.onReplyTo(message);
      composer.focus();
    },
  });
  const typing = element('p', { class: 'typing', 'aria-hidden': 'true' });
  // What the thread's state asks of the customer: the words, then the buttons that answer them.
  const standing = element('p', { class: 'standing-text', role: 'status' });
  const countdown = createCountdown(handlers);
  const newThread = element('button', { class: 'new-thread primary', type: 'button' }, [
    labels.newThread,
  ]);
  const download = element('button', { class: 'download secondary', type: 'button' }, [
    labels.download,
  ]);
  const answers = element('div', { class: 'answers' }, [newThread, download]);
  const notice = element('div', { class: 'notice' }, [standing, countdown.root, answers]);
  const composer = createComposer({
    ...handlers,
    onDropReply: () => handlers.onReplyTo(undefined),
  });
  const behind = [header, connection, list.root, typing, notice, composer.root];
  const question = createEndQuestion({
    behind,
    onCancel: options.focus,
    onEnd: () => {
      list.root.focus();
      handlers.onEnd();
    },
  });
  const root = element('section', { id, class: 'panel', 'aria-labelledby': `${id}-title` }, [
    ...behind,
    question.root,
  ]);

  takeFiles(root, () => !composer.root.hidden && !question.isOpen(), handlers.onFiles);
  close.addEventListener('click', handlers.onClose);
  newThread.addEventListener('click', handlers.onNewThread);
  download.addEventListener('click', saveTranscript);

  function saveTranscript(): void {
    if (shown !== undefined) {
      saveTranscriptOf(shown.state, shown.title, handlers.serverNow());
    }
  }

  function focus(): void {
    if (!composer.root.hidden) {
      composer.focus();
      return;
    }
    const places = [newThread, close, list.root];
    places.find((place) => place.closest('[hidden]') === null)?.focus();
  }

  function renderNotice(state: ChatState): void {
    const isClosed = state.standing.state === 'closed';
    setText(standing, standingText(state.standing, state.isEnding));
    countdown.render(runningCountdown(state), state.isPanelOpen);
    answers.hidden = !isClosed;
    newThread.hidden = !isClosed || state.connection === 'unavailable';
    download.hidden = conversation(state).length === 0;
    options.render({ download: !download.hidden, end: canEnd(state) });
    if (question.isOpen() && !(state.isPanelOpen && canEnd(state))) {
      question.dismiss();
    }
  }

  return {
    root,
    scrollToEnd: list.scrollToEnd,
    focus,
    render: (state, title, isFixed) => {
      const focused = activeIn(root);
      root.hidden = !state.isPanelOpen;
      root.setAttribute('role', isFixed ? 'region' : 'dialog');
      close.hidden = isFixed;
      root.dataset['state'] = state.isEnding ? 'ending' : state.standing.state;
      root.dataset['connection'] = state.connection;
      setText(heading, title);
      setText(connection, connectionText(state.connection, state.unavailableReason));
      setText(typing, state.isAgentTyping ? typingText(state.agentName) : '');
      renderNotice(state);
      composer.render(canWrite(state), state.uploads, quotationOf(state.replyTo, state.messages));
      list.render(state);
      shown = { state, title };
      const isLost = root.contains(focused) && focused?.closest('[hidden]') != null;
      if (isLost && !root.hidden) {
        focus();
      }
    },
  };
}

function saveTranscriptOf(state: ChatState, title: string, savedAtMs: number): void {
  const aheadOfUtcMinutes = -new Date(savedAtMs).getTimezoneOffset();
  const text = toTranscript({
    title,
    items: conversation(state),
    ending: standingText(state.standing, false),
    savedAtMs,
    aheadOfUtcMinutes,
  });
  saveTextFile(transcriptName(savedAtMs, aheadOfUtcMinutes), text);
}

function activeIn(node: HTMLElement): Element | null {
  const root = node.getRootNode();
  return root instanceof ShadowRoot ? root.activeElement : document.activeElement;
}
