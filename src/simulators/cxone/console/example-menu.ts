import { h } from './dom.js';
import { type Example, examples } from './examples.js';

/** Mounts the button that opens the examples; choosing one closes them and sends it. */
export function mountExampleMenu(send: (example: Example) => void): {
  element: HTMLElement;
  draw(isEnabled: boolean): void;
} {
  const button = h(
    'button',
    { type: 'button', class: 'button', 'aria-expanded': 'false', 'aria-controls': 'examples' },
    'Examples',
  );
  const list = h(
    'ul',
    { id: 'examples', class: 'examples', 'aria-label': 'Examples', hidden: true },
    ...examples.map((example) =>
      h('li', {}, h('button', { type: 'button', onclick: () => choose(example) }, example.label)),
    ),
  );
  const element = h('div', { class: 'example-menu' }, button, list);

  function setOpen(isOpen: boolean): void {
    list.hidden = !isOpen;
    button.setAttribute('aria-expanded', String(isOpen));
  }

  function choose(example: Example): void {
    setOpen(false);
    button.focus();
    send(example);
  }

  button.addEventListener('click', () => setOpen(list.hasAttribute('hidden')));
  element.addEventListener('focusout', ({ relatedTarget }) => {
    if (relatedTarget instanceof Node && !element.contains(relatedTarget)) setOpen(false);
  });
  element.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || list.hidden) return;
    setOpen(false);
    button.focus();
  });

  return {
    element,
    draw(isEnabled) {
      button.disabled = !isEnabled;
      if (!isEnabled) setOpen(false);
    },
  };
}
