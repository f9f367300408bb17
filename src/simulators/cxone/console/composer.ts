import { api, type Bubble, type Card } from './api.js';
import { hasEnded } from './contact-list.js';
import type { Desk } from './desk.js';
import { h } from './dom.js';
import { makeExampleFile } from './example-files.js';
import { mountExampleMenu } from './example-menu.js';
import type { Example } from './examples.js';
import { replyForm } from './preferences.js';
import { quotation } from './quotation.js';

/** After this pause in writing the agent no longer types. */
const typingPauseMs = 4_000;

// What was written for a contact and not sent stays there while another contact is shown.
const drafts = new Map<string, string>();
const answeredMessages = new Map<string, Bubble>();
// Replies to one contact leave one after the other, in the order in which they were written.
const queues = new Map<string, Promise<void>>();

/** Mounts the reply box of one contact. */
export function mountComposer(
  desk: Desk,
  number: string,
): {
  element: HTMLElement;
  draw(card: Card): void;
  /** Makes the next reply one to this message. */
  answer(bubble: Bubble): void;
} {
  let card: Card | undefined;
  let pause: ReturnType<typeof setTimeout> | undefined;

  const box = h('textarea', {
    id: 'reply',
    rows: '1',
    placeholder: 'Write a reply',
    'aria-label': 'Reply',
    'aria-describedby': 'reply-hint',
  });
  const button = h('button', { type: 'submit', class: 'button primary' }, 'Send');
  const menu = mountExampleMenu((example) => {
    post(example, () => Promise.all((example.files ?? []).map(makeExampleFile)));
  });
  const chooser = h('input', {
    type: 'file',
    multiple: true,
    hidden: true,
    'aria-label': 'Files to send',
    onchange: () => {
      sendFiles([...(chooser.files ?? [])]);
      chooser.value = '';
    },
  });
  const attach = h(
    'button',
    { type: 'button', class: 'button', onclick: () => chooser.click() },
    'Files',
  );
  const answered = h('div', {});
  const drop = h(
    'button',
    { type: 'button', class: 'button', onclick: () => answer(undefined) },
    'Do not reply to this',
  );
  const answeredBar = h('div', { class: 'bar' }, h('span', {}, 'Replying to'), answered, drop);
  const hint = h('p', { id: 'reply-hint', class: 'hint' });
  const element = h(
    'form',
    { class: 'composer', 'aria-label': 'Reply to the customer' },
    answeredBar,
    h('div', { class: 'composer-row' }, menu.element, attach, chooser, box, button),
    hint,
  );
  box.value = drafts.get(number) ?? '';

  function showAnswered(): void {
    const bubble = answeredMessages.get(number);
    answeredBar.hidden = bubble === undefined;
    answered.replaceChildren(...(bubble ? [quotation(bubble)] : []));
  }

  function answer(bubble: Bubble | undefined): void {
    if (bubble) answeredMessages.set(number, bubble);
    else answeredMessages.delete(number);
    showAnswered();
    box.focus();
  }

  function fit(): void {
    box.style.height = 'auto';
    box.style.height = `${Math.min(box.scrollHeight + 2, 160)}px`;
    button.disabled = box.disabled || box.value.trim() === '';
  }

  function tellTyping(isTyping: boolean): void {
    const wasTyping = pause !== undefined;
    clearTimeout(pause);
    pause = isTyping ? setTimeout(() => tellTyping(false), typingPauseMs) : undefined;
    // A typing mark that is lost is no trouble worth a notice.
    if (card && wasTyping !== isTyping) api.typing(card, isTyping).catch(() => undefined);
  }

  function send(): void {
    const text = box.value.trim();
    if (text === '' || !card || hasEnded(card)) return;
    box.value = '';
    drafts.delete(number);
    fit();
    tellTyping(false);
    post({ text });
  }

  /** Sends files, and the text that was written with them. */
  function sendFiles(files: readonly File[]): void {
    if (files.length === 0) return;
    const text = box.value.trim();
    box.value = '';
    drafts.delete(number);
    fit();
    tellTyping(false);
    post({ text }, () => Promise.resolve(files));
  }

  function post(
    { text, messageContent }: Pick<Example, 'text' | 'messageContent'>,
    choose: () => Promise<readonly File[]> = () => Promise.resolve([]),
  ): void {
    const to = card;
    if (!to || hasEnded(to)) return;
    const before = queues.get(number) ?? Promise.resolve();
    const replyToMessageId = answeredMessages.get(number)?.id;
    answeredMessages.delete(number);
    showAnswered();
    const reply = {
      text,
      form: replyForm(),
      ...(replyToMessageId === undefined ? {} : { replyToMessageId }),
      ...(messageContent === undefined ? {} : { messageContent }),
    };
    queues.set(
      number,
      before.then(() =>
        desk.attempt('Sending', async () => {
          const files = await choose();
          const attachments = await Promise.all(files.map((file) => api.upload(file)));
          await api.reply(to, attachments.length === 0 ? reply : { ...reply, attachments });
        }),
      ),
    );
  }

  box.addEventListener('input', () => {
    drafts.set(number, box.value);
    fit();
    tellTyping(box.value.trim() !== '');
  });
  box.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') answer(undefined);
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  });
  element.addEventListener('submit', (event) => {
    event.preventDefault();
    send();
    box.focus();
  });

  showAnswered();
  return {
    element,
    answer,
    draw(next) {
      card = next;
      box.disabled = hasEnded(next);
      menu.draw(!hasEnded(next));
      attach.disabled = hasEnded(next);
      hint.textContent = hasEnded(next)
        ? 'This contact has ended: nothing more can be sent.'
        : `Enter sends, Shift+Enter starts a new line. Replies go in the ${replyForm()} form.`;
      fit();
    },
  };
}
