/** The platform's page: its customers on the left, one chat on the right. */

interface Quotation {
  readonly id: string;
  readonly from: 'customer' | 'agent' | 'system';
  readonly text: string;
}

interface Bubble extends Quotation {
  readonly author?: string;
  readonly files: readonly { readonly name: string; readonly url: string }[];
  readonly replyTo?: Quotation;
  readonly isForwarded?: boolean;
  readonly status?: string;
}

interface Chat {
  readonly threadId: string;
  readonly customer: { readonly name: string };
  readonly bubbles: readonly Bubble[];
  readonly state: 'open' | 'warned' | 'closed';
  readonly deadlineAt?: string;
  readonly closedBy?: string;
  readonly isAway: boolean;
  readonly isAgentTyping: boolean;
  readonly lastSeq: number;
}

interface View {
  readonly chats: readonly Chat[];
  readonly answering: string;
  readonly reach: string;
}

let view: View = { chats: [], answering: 'take', reach: 'everybody' };
let chosen: string | undefined;
/** The message of the chosen chat that the next one answers. */
let answered: Bubble | undefined;
/** Up to which event the agent has been told that each chat was seen. */
const seen = new Map<string, number>();

function find<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`the page has no #${id}`);
  return element;
}

const answering = find('answering', HTMLSelectElement);
const reach = find('reach', HTMLSelectElement);
const list = find('chats', HTMLUListElement);
const panel = find('chat', HTMLElement);
const nobody = find('nobody', HTMLElement);
const title = find('title', HTMLElement);
const state = find('state', HTMLElement);
const bubbles = find('bubbles', HTMLOListElement);
const typing = find('typing', HTMLElement);
const presence = find('presence', HTMLButtonElement);
const end = find('end', HTMLButtonElement);
const begin = find('begin', HTMLFormElement);
const name = find('name', HTMLInputElement);
const write = find('write', HTMLFormElement);
const text = find('text', HTMLInputElement);
const replying = find('replying', HTMLElement);
const quoted = find('quoted', HTMLElement);
const dropReply = find('drop-reply', HTMLButtonElement);

async function post(path: string, body: unknown): Promise<Response> {
  return await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

function chosenChat(): Chat | undefined {
  return view.chats.find(({ threadId }) => threadId === chosen);
}

function act(what: string, body: unknown = {}): void {
  if (chosen !== undefined) void post(`/api/chats/${chosen}/${what}`, body);
}

function make<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, content: string) {
  const element = document.createElement(tag);
  element.textContent = content;
  return element;
}

function describeState(chat: Chat): string {
  if (chat.state === 'closed') return `closed by ${chat.closedBy ?? 'somebody'}`;
  if (chat.state === 'open') return chat.isAway ? 'open; you have left' : 'open';
  const left = chat.deadlineAt === undefined ? 0 : Date.parse(chat.deadlineAt) - Date.now();
  return `closes in ${Math.max(0, Math.ceil(left / 1_000))} s`;
}

/** Draws a list anew only when it says something else, so that whoever is in it stays there. */
const drawn = new Map<HTMLElement, string>();
function drawIfNew(element: HTMLElement, content: unknown, draw: () => HTMLElement[]): void {
  const said = JSON.stringify(content);
  if (drawn.get(element) === said) return;
  drawn.set(element, said);
  element.replaceChildren(...draw());
}

function showChats(): void {
  const shown = view.chats.map(({ threadId, customer, bubbles: said }) => ({
    threadId,
    name: customer.name,
    last: said.at(-1)?.text.slice(0, 60) ?? 'nothing said yet',
    isChosen: threadId === chosen,
  }));
  drawIfNew(list, shown, () =>
    shown.map((chat) => {
      const button = make('button', chat.name);
      button.type = 'button';
      button.append(make('small', chat.last));
      button.setAttribute('aria-current', String(chat.isChosen));
      button.addEventListener('click', () => choose(chat.threadId));
      const item = document.createElement('li');
      item.append(button);
      return item;
    }),
  );
}

const names = { customer: 'You', agent: 'Agent', system: 'Notice' };

function makeQuotation({ from, text: said }: Quotation): HTMLElement {
  return make('blockquote', `${names[from]}: ${said}`);
}

/** Makes the next message an answer to this one; to none without it. */
function answer(bubble: Bubble | undefined): void {
  answered = bubble;
  replying.hidden = bubble === undefined;
  quoted.replaceChildren(...(bubble ? [makeQuotation(bubble)] : []));
  text.focus();
}

function makeBubble(bubble: Bubble, canAnswer: boolean): HTMLElement {
  const item = document.createElement('li');
  item.dataset['from'] = bubble.from;
  if (bubble.author !== undefined) item.append(make('small', bubble.author));
  if (bubble.isForwarded === true) item.append(make('small', 'Forwarded'));
  if (bubble.replyTo !== undefined) item.append(makeQuotation(bubble.replyTo));
  item.append(bubble.text);
  for (const { name: fileName, url } of bubble.files) {
    if (!/^https?:/.test(url)) continue;
    const link = make('a', fileName);
    link.href = url;
    link.rel = 'noopener noreferrer';
    link.target = '_blank';
    item.append(document.createElement('br'), link);
  }
  if (bubble.status !== undefined) item.append(make('small', bubble.status));
  if (canAnswer && (bubble.from === 'agent' || bubble.status === 'sent')) {
    const reply = make('button', 'Reply');
    reply.type = 'button';
    reply.addEventListener('click', () => answer(bubble));
    item.append(reply);
  }
  return item;
}

function showState(): void {
  const chat = chosenChat();
  if (chat === undefined) return;
  state.dataset['state'] = chat.state;
  const said = describeState(chat);
  if (state.textContent !== said) state.textContent = said;
}

function showChat(): void {
  const chat = chosenChat();
  panel.hidden = chat === undefined;
  nobody.hidden = chat !== undefined;
  if (chat === undefined) return;
  title.textContent = chat.customer.name;
  showState();
  presence.textContent = chat.isAway ? 'Come back' : 'Leave';
  presence.disabled = chat.state === 'closed';
  end.disabled = chat.state === 'closed';
  typing.textContent = chat.isAgentTyping ? 'The agent is typing…' : '';
  const canAnswer = chat.state !== 'closed';
  drawIfNew(bubbles, [chat.threadId, chat.bubbles, canAnswer], () =>
    chat.bubbles.map((bubble) => makeBubble(bubble, canAnswer)),
  );
  if (!canAnswer && answered !== undefined) answer(undefined);
  stayAtEnd();
  tellSeen(chat);
}

// New messages are followed until the customer scrolls up to read, and so is a list that shrinks.
let follows = true;
let seenHeight = 0;
function stayAtEnd(): void {
  if (follows) bubbles.scrollTop = bubbles.scrollHeight;
}
bubbles.addEventListener('scroll', () => {
  // Of a size that is new, the observer is told after this event: nobody has scrolled away.
  if (bubbles.clientHeight !== seenHeight) return;
  follows = bubbles.scrollTop + bubbles.clientHeight >= bubbles.scrollHeight - 40;
});
new ResizeObserver(() => {
  seenHeight = bubbles.clientHeight;
  stayAtEnd();
}).observe(bubbles);

/** Who looks at a chat has seen it. */
function tellSeen(chat: Chat): void {
  const hasAgentMessage = chat.bubbles.some(({ from }) => from === 'agent');
  const isNew = (seen.get(chat.threadId) ?? 0) < chat.lastSeq;
  if (!hasAgentMessage || !isNew || chat.isAway || document.hidden) return;
  seen.set(chat.threadId, chat.lastSeq);
  act('seen', { upTo: chat.lastSeq });
}

function show(): void {
  answering.value = view.answering;
  reach.value = view.reach;
  showChats();
  showChat();
}

function choose(threadId: string): void {
  chosen = threadId;
  follows = true;
  show();
  answer(undefined);
}

answering.addEventListener('change', () => {
  void post('/api/answering', { answering: answering.value });
});
dropReply.addEventListener('click', () => answer(undefined));
reach.addEventListener('change', () => {
  void post('/api/reach', { reach: reach.value });
});
presence.addEventListener('click', () => act(chosenChat()?.isAway === true ? 'returned' : 'left'));
end.addEventListener('click', () => act('end'));

begin.addEventListener('submit', (event) => {
  event.preventDefault();
  void post('/api/chats', { name: name.value }).then(async (response) => {
    const begun: unknown = await response.json();
    const threadId: unknown = Object(begun)['threadId'];
    if (typeof threadId === 'string') choose(threadId);
  });
});

let isTyping = false;
function tellTyping(next: boolean): void {
  if (next === isTyping) return;
  isTyping = next;
  act('typing', { typing: next });
}
text.addEventListener('input', () => tellTyping(text.value !== ''));

write.addEventListener('submit', (event) => {
  event.preventDefault();
  tellTyping(false);
  act('messages', { text: text.value, replyTo: answered?.id });
  text.value = '';
  answer(undefined);
});

setInterval(showState, 250);
document.addEventListener('visibilitychange', showChat);
new EventSource('/api/feed').addEventListener('message', ({ data }: MessageEvent<string>) => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- this page's own server wrote it
  view = JSON.parse(data) as View;
  show();
});
