import { api, type Bubble } from './api.js';
import { hasEnded } from './contact-list.js';
import type { Desk } from './desk.js';
import { h } from './dom.js';
import { replyForm } from './preferences.js';
import { quotation } from './quotation.js';

/** Mounts what asks for the contact to which a message is forwarded; it is hidden until then. */
export function mountForwardBar(desk: Desk): { element: HTMLElement; open(bubble: Bubble): void } {
  let forwarded: Bubble | undefined;
  const words = h('div', {});
  const contacts = h('select', { id: 'forward-to', required: true });
  const element = h(
    'form',
    { class: 'bar', 'aria-label': 'Forward a message', hidden: true },
    words,
    h('label', { for: contacts.id }, 'to'),
    contacts,
    h('button', { type: 'submit', class: 'button' }, 'Forward'),
    h('button', { type: 'button', class: 'button', onclick: () => close() }, 'Cancel'),
  );

  function close(): void {
    forwarded = undefined;
    element.hidden = true;
  }

  function open(bubble: Bubble): void {
    forwarded = bubble;
    const active = [...desk.contacts.values()].filter((card) => !hasEnded(card));
    words.replaceChildren(quotation(bubble));
    contacts.replaceChildren(
      ...active.map(({ number, customerName }) =>
        h('option', { value: number }, `${customerName} #${number}`),
      ),
    );
    element.hidden = false;
    contacts.focus();
  }

  element.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close();
  });
  element.addEventListener('submit', (event) => {
    event.preventDefault();
    const card = desk.contacts.get(contacts.value);
    const message = forwarded;
    if (!card || !message) return;
    close();
    void desk.attempt('Forwarding', async () => {
      await api.reply(card, { text: '', form: replyForm(), forwardMessageId: message.id });
      location.hash = `contact-${card.number}`;
    });
  });
  return { element, open };
}
