import { api, type Bubble, type Card } from './api.js';
import { mountComposer } from './composer.js';
import { mountContactActs } from './contact-acts.js';
import { avatar, hasEnded, statusBadge } from './contact-list.js';
import type { Desk } from './desk.js';
import { find, h, showItems } from './dom.js';
import { mountForwardBar } from './forward-bar.js';
import { dayOf, fullMoment, timeOf } from './moments.js';
import { replyForm } from './preferences.js';
import { quotation } from './quotation.js';

/** Mounts the thread: who it is, what was said, and where the agent answers. */
export function mountThreadView(desk: Desk, leave: () => void): void {
  const root = find('thread');
  let shownNumber: string | undefined | null = null;
  let draw: (() => void) | undefined;
  desk.onChange(() => {
    const number = desk.selected?.number;
    if (number !== shownNumber) {
      shownNumber = number;
      draw = desk.selected
        ? openThread(root, desk, desk.selected.number, leave)
        : showNothing(root);
    }
    draw?.();
  });
}

function showNothing(root: HTMLElement): undefined {
  root.classList.remove('is-open');
  root.replaceChildren(
    h(
      'div',
      { class: 'nothing' },
      h('span', { class: 'nothing-mark', 'aria-hidden': 'true' }),
      h('h2', {}, 'No contact is open'),
      h('p', {}, 'Choose one on the left. New ones appear by themselves when a customer writes.'),
    ),
  );
  return undefined;
}

function openThread(root: HTMLElement, desk: Desk, number: string, leave: () => void): () => void {
  const head = h('div', { class: 'thread-head' });
  const log = h('ol', { class: 'log', role: 'log', 'aria-label': 'Messages', tabindex: '0' });
  const typing = h('p', { class: 'typing', role: 'status' });
  const note = h('p', { class: 'note', hidden: true });
  const forwardBar = mountForwardBar(desk);
  const composer = mountComposer(desk, number);
  const acts: MessageActs = {
    answer: (bubble) => composer.answer(bubble),
    forward: (bubble) => forwardBar.open(bubble),
  };
  const renderActs = mountContactActs(desk, number);
  root.classList.add('is-open');
  root.replaceChildren(head, log, typing, note, forwardBar.element, composer.element);

  // New messages are followed until the agent scrolls up to read.
  let follows = true;
  const stayAtEnd = () => {
    if (follows) log.scrollTop = log.scrollHeight;
  };
  // Of a size that is new, the observer is told after this event: nobody has scrolled away.
  let seenSize = '';
  const sizeOf = () => `${log.clientWidth} ${log.clientHeight}`;
  log.addEventListener('scroll', () => {
    if (sizeOf() === seenSize) follows = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
  });
  new ResizeObserver(() => {
    seenSize = sizeOf();
    stayAtEnd();
  }).observe(log);

  let headPrint = '';

  function drawHead(card: Card): void {
    const canSend = desk.canSendEvents;
    const print = JSON.stringify({ ...card, lastMessage: null, unread: 0, updatedAt: '', canSend });
    if (print === headPrint) return;
    headPrint = print;
    const focused =
      document.activeElement instanceof HTMLElement && head.contains(document.activeElement)
        ? document.activeElement.id
        : undefined;
    head.replaceChildren(
      h('button', { type: 'button', id: 'back', class: 'button back', onclick: leave }, 'Back'),
      avatar(card),
      h(
        'div',
        { class: 'who' },
        h('h2', {}, card.customerName, statusBadge(card.status)),
        h(
          'p',
          { class: 'facts' },
          fact('Channel', card.channelName),
          fact('Contact', card.number),
          fact('Agent', card.assignee?.name ?? 'nobody yet'),
          fact('Customer', card.customerId),
          ...card.customFields.map(({ ident, value }) => fact(ident, value)),
        ),
      ),
      renderActs(card),
    );
    if (focused !== undefined && focused !== '') document.getElementById(focused)?.focus();
  }

  return () => {
    const card = desk.selected;
    if (!card) return;
    drawHead(card);
    const messages = desk.messages;
    showItems(
      log,
      rowsOf(messages, card),
      ({ key }) => key,
      (row) => renderRow(row, desk, card, acts),
    );
    typing.textContent =
      desk.typing.has(card.threadId) && !hasEnded(card) ? `${card.customerName} is typing` : '';
    note.textContent = noteOf(card);
    note.hidden = note.textContent === '';
    composer.draw(card);
    stayAtEnd();
  };
}

function fact(name: string, value: string): HTMLElement {
  return h('span', { title: value }, h('b', {}, `${name} `), value);
}

function noteOf(card: Card): string {
  const at = timeOf(card.statusUpdatedAt);
  if (hasEnded(card)) {
    const who = { agent: 'the agent', api: 'the middleware', system: 'CXone' }[card.statusBy];
    const thread = card.canAddMoreMessages ? '' : ' The thread takes no more messages.';
    return `This contact was ${card.status} by ${who} at ${at}.${thread}`;
  }
  return card.canAddMoreMessages ? '' : 'The thread takes no more messages.';
}

type Row =
  | { readonly key: string; readonly day: string }
  | { readonly key: string; readonly notice: string }
  | {
      readonly key: string;
      readonly bubble: Bubble;
      readonly isFollowUp: boolean;
      readonly canResend: boolean;
      readonly canAnswer: boolean;
      readonly canForward: boolean;
    };

/** Puts a day above its first message, and joins messages of one author that come close together. */
function rowsOf(messages: readonly Bubble[] | undefined, card: Card): Row[] {
  if (messages === undefined) return [{ key: 'notice', notice: 'Loading…' }];
  if (messages.length === 0) return [{ key: 'notice', notice: 'No message yet.' }];
  const rows: Row[] = [];
  let before: Bubble | undefined;
  for (const bubble of messages) {
    const day = dayOf(bubble.at);
    const isNewDay = before === undefined || dayOf(before.at) !== day;
    if (isNewDay) rows.push({ key: `day ${day}`, day });
    const isFollowUp =
      !isNewDay &&
      before?.author === bubble.author &&
      before.direction === bubble.direction &&
      Date.parse(bubble.at) - Date.parse(before.at) < 60_000;
    const isSent = bubble.state !== 'sending' && bubble.state !== 'failed';
    rows.push({
      key: bubble.id,
      bubble,
      isFollowUp,
      canAnswer: isSent && !hasEnded(card),
      canForward: isSent,
      canResend: !hasEnded(card) && bubble.state === 'failed' && bubble.direction === 'outbound',
    });
    before = bubble;
  }
  return rows;
}

/** What an agent does with one message. */
interface MessageActs {
  answer(bubble: Bubble): void;
  forward(bubble: Bubble): void;
}

function renderRow(row: Row, desk: Desk, card: Card, acts: MessageActs): HTMLElement {
  if ('day' in row) return h('li', { class: 'day' }, h('span', {}, row.day));
  if ('notice' in row) return h('li', { class: 'empty' }, row.notice);
  const { bubble, isFollowUp, canResend, canAnswer, canForward } = row;
  const answer = () => acts.answer(bubble);
  const forward = () => acts.forward(bubble);
  const again = () =>
    void desk.attempt('Sending again', () =>
      api.reply(card, {
        text: bubble.text,
        form: bubble.form ?? replyForm(),
        id: bubble.id,
        attachments: bubble.attachments.map(({ friendlyName, url }) => ({ friendlyName, url })),
      }),
    );
  return h(
    'li',
    {
      class: `message ${bubble.direction}${isFollowUp ? ' follow-up' : ''}${bubble.state === 'failed' ? ' is-failed' : ''}`,
    },
    h('span', { class: 'author' }, bubble.author),
    h(
      'div',
      { class: 'bubble' },
      bubble.isForwarded && h('span', { class: 'type' }, 'Forwarded'),
      bubble.replyTo && quotation(bubble.replyTo),
      bubble.text !== '' && h('p', { dir: 'auto' }, bubble.text),
      bubble.type !== 'TEXT' && h('span', { class: 'type' }, bubble.type),
      bubble.postback !== null &&
        h('span', { class: 'type' }, 'postback ', h('code', {}, bubble.postback)),
      ...bubble.attachments.map(renderFile),
    ),
    h(
      'span',
      { class: 'meta' },
      h('time', { datetime: bubble.at, title: fullMoment(bubble.at) }, timeOf(bubble.at)),
      bubble.direction === 'outbound' &&
        h('span', { class: `state state-${bubble.state}` }, stateText(bubble)),
      canResend && h('button', { type: 'button', class: 'link', onclick: again }, 'Send again'),
      canAnswer && h('button', { type: 'button', class: 'link', onclick: answer }, 'Reply to this'),
      canForward && h('button', { type: 'button', class: 'link', onclick: forward }, 'Forward'),
    ),
  );
}

/** Shows a file that we hold, a picture in its place; a link of the customer's stays a link. */
function renderFile({ friendlyName, url, mimeType }: Bubble['attachments'][number]): HTMLElement {
  if (!/^(?:https?:|\/)/.test(url)) return h('span', { class: 'file' }, friendlyName);
  const picture =
    mimeType?.startsWith('image/') === true &&
    h('img', { class: 'picture', src: url, alt: friendlyName, loading: 'lazy' });
  return h(
    'a',
    { class: 'file', href: url, target: '_blank', rel: 'noreferrer noopener' },
    picture || friendlyName,
  );
}

function stateText(bubble: Bubble): string {
  if (bubble.state !== 'failed') return bubble.state;
  const { status = null, reason = '' } = bubble.reason ?? {};
  const parts = [
    status === null ? '' : String(status),
    reason === `status ${status}` ? '' : reason,
  ];
  return `failed${parts.some(Boolean) ? `: ${parts.filter(Boolean).join(' ')}` : ''}`;
}
