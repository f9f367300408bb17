import type { Card } from './api.js';
import type { Desk } from './desk.js';
import { find, h, showItems } from './dom.js';
import { fullMoment, shortMoment } from './moments.js';

/** Says whether a contact takes no more part in its thread. */
export const hasEnded = (card: Card): boolean =>
  card.status === 'closed' || card.status === 'trashed';

const hues = 6;
const mostShown = 300;

/** Draws a customer's initials on one of a few colours, always the same for the same customer. */
export function avatar(card: Pick<Card, 'customerName' | 'customerId'>): HTMLElement {
  const words = card.customerName.split(/\s+/).filter(Boolean);
  const initials =
    words.length > 1 ? `${words[0]?.[0]}${words.at(-1)?.[0]}` : (words[0]?.slice(0, 2) ?? '?');
  let sum = 0;
  for (const letter of card.customerId) sum = (sum * 31 + letter.charCodeAt(0)) % 9973;
  return h(
    'span',
    { class: `avatar hue-${sum % hues}`, 'aria-hidden': 'true' },
    initials.toUpperCase(),
  );
}

/** Shows a contact's status as a coloured word. */
export const statusBadge = (status: string): HTMLElement =>
  h('span', { class: `badge status-${status}` }, status);

/** Mounts the list of contacts; `choose` is told of the one that was clicked. */
export function mountContactList(desk: Desk, choose: (number: string) => void): void {
  const list = find('contacts');
  const empty = find('contacts-empty');
  const showActive = find('show-active');
  const showAll = find('show-all');
  let onlyActive = true;

  function setFilter(active: boolean): void {
    onlyActive = active;
    showActive.setAttribute('aria-pressed', String(active));
    showAll.setAttribute('aria-pressed', String(!active));
    draw();
  }

  function draw(): void {
    const selected = desk.selected?.number;
    const all = [...desk.contacts.values()];
    const shown = all
      .filter((card) => !onlyActive || !hasEnded(card) || card.number === selected)
      .toSorted(
        (left, right) =>
          right.updatedAt.localeCompare(left.updatedAt) ||
          Number(right.number) - Number(left.number),
      )
      .slice(0, mostShown)
      .map((card) => ({
        card,
        isSelected: card.number === selected,
        isTyping: desk.typing.has(card.threadId) && !hasEnded(card),
      }));
    showItems(
      list,
      shown,
      ({ card }) => card.number,
      (item) => renderCard(item, choose),
    );
    empty.hidden = shown.length > 0;
    empty.textContent =
      all.length > 0
        ? 'No active contact. “All” shows those that have ended.'
        : 'No contact yet. A customer’s first message opens one.';
  }

  showActive.addEventListener('click', () => setFilter(true));
  showAll.addEventListener('click', () => setFilter(false));
  list.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    const buttons = [...list.querySelectorAll('button')];
    const at = buttons.findIndex((button) => button === document.activeElement);
    buttons[Math.min(buttons.length - 1, Math.max(0, at + step))]?.focus();
    event.preventDefault();
  });
  desk.onChange(draw);
}

function renderCard(
  { card, isSelected, isTyping }: { card: Card; isSelected: boolean; isTyping: boolean },
  choose: (number: string) => void,
): HTMLElement {
  const last = card.lastMessage;
  const preview = isTyping
    ? h('span', { class: 'preview typing-word' }, 'typing…')
    : h(
        'span',
        { class: 'preview' },
        last ? `${last.direction === 'outbound' ? 'You: ' : ''}${last.text}` : 'No message yet',
      );
  const unread =
    card.unread > 0 &&
    h('span', { class: 'unread' }, String(card.unread), h('span', { class: 'unseen' }, ' unread'));
  return h(
    'li',
    {},
    h(
      'button',
      {
        type: 'button',
        class: `card${card.unread > 0 ? ' is-unread' : ''}`,
        'aria-current': isSelected ? 'true' : false,
        onclick: () => choose(card.number),
      },
      avatar(card),
      h('span', { class: 'card-name' }, card.customerName),
      h(
        'time',
        { datetime: card.updatedAt, title: fullMoment(card.updatedAt) },
        shortMoment(card.updatedAt),
      ),
      preview,
      unread,
      h(
        'span',
        { class: 'card-foot' },
        statusBadge(card.status),
        h('span', { class: 'channel' }, card.channelName),
        h('span', { class: 'number' }, `#${card.number}`),
      ),
    ),
  );
}
