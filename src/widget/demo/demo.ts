/** The demo page's own few lines: who the visitor is, and posts that only this page shows. */
const chat = document.querySelector('isthmus-chat');
const animal = document.querySelector<HTMLSelectElement>('#animal');
const form = document.querySelector<HTMLFormElement>('#post-form');
const text = document.querySelector<HTMLTextAreaElement>('#post-text');
const posts = document.querySelector('#posts');

const channel = new URLSearchParams(location.search).get('channel');
if (channel !== null) {
  chat?.setAttribute('channel', channel);
}

function visitor(): { name: string; species: string } {
  const chosen = animal?.selectedOptions[0];
  return { name: chosen?.dataset['name'] ?? 'Somebody', species: chosen?.value ?? 'animal' };
}

function introduce(): void {
  const { name, species } = visitor();
  chat?.setAttribute('customer-name', name);
  if (chat !== null) {
    Object.assign(chat, { customerFields: { species } });
  }
}

function createElement(tag: string, className: string, children: ReadonlyArray<Node | string>) {
  const node = document.createElement(tag);
  node.className = className;
  node.append(...children);
  return node;
}

animal?.addEventListener('change', introduce);
introduce();

form?.addEventListener('submit', (event) => {
  event.preventDefault();
  const { name, species } = visitor();
  const face = createElement('span', `face ${species}`, [name.slice(0, 1)]);
  face.setAttribute('aria-hidden', 'true');
  const who = createElement('p', 'who', [
    createElement('strong', '', [name]),
    ` the ${species} `,
    createElement('span', '', ['just now']),
  ]);
  const words = createElement('p', '', [text?.value ?? '']);
  posts?.prepend(createElement('li', 'post', [face, createElement('div', '', [who, words])]));
  form.reset();
});
