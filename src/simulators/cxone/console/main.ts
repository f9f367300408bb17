import { mountContactList } from './contact-list.js';
import { createDesk } from './desk.js';
import { find, h } from './dom.js';
import { mountThreadView } from './thread-view.js';
import { mountToolsPanel } from './tools-panel.js';
import { mountWriteFirst } from './write-first.js';

const noticeMs = 8_000;
const desk = createDesk();
const connection = find('connection');
const notices = find('notices');

/** The open contact is part of the address, so that a reload and the back button work. */
function contactInAddress(): string | undefined {
  return /^#contact-(\d+)$/.exec(location.hash)?.[1];
}

function choose(number: string): void {
  desk.select(number);
  location.hash = `contact-${number}`;
  // After the thread has been drawn the agent may write at once.
  requestAnimationFrame(() =>
    requestAnimationFrame(() => document.getElementById('reply')?.focus()),
  );
}

desk.onChange(() => {
  const texts = { connecting: 'Connecting', live: 'Live', lost: 'Connection lost, trying again' };
  if (connection.textContent !== texts[desk.connection])
    connection.textContent = texts[desk.connection];
  connection.className = `connection is-${desk.connection}`;
  const unread = [...desk.contacts.values()].reduce((sum, card) => sum + card.unread, 0);
  document.title = unread > 0 ? `(${unread}) Agent's console` : "Agent's console";
});
desk.onTrouble((text) => {
  const dismiss = () => notice.remove();
  const notice = h(
    'p',
    { class: 'notice' },
    text,
    h('button', { type: 'button', class: 'link', onclick: dismiss }, 'Dismiss'),
  );
  notices.append(notice);
  setTimeout(dismiss, noticeMs);
});
mountContactList(desk, choose);
mountThreadView(desk, () => {
  location.hash = '';
});
mountToolsPanel(desk);
mountWriteFirst(desk, choose);
window.addEventListener('hashchange', () => desk.select(contactInAddress()));
desk.select(contactInAddress());
desk.start();
