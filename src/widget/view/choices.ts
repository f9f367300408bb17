import type { Choice } from '../content/shown-content.js';
import type { Offer } from '../offers.js';
import { labels } from '../texts.js';
import { element, icon, setText } from './dom.js';
import { createPicture } from './picture.js';

/** A choice on the page. */
export interface ChoiceButton {
  readonly root: HTMLButtonElement;
  readonly render: (isOpen: boolean, isChosen: boolean) => void;
}

const tick = 'M5 12.5l1.5-1.5 3.5 3.5L17.5 7 19 8.5 10 17.5z';

/** Creates the button of a choice; one that is over keeps the keyboard, but is passed by. */
export function createChoiceButton(choice: Choice, onChoose: () => void): ChoiceButton {
  const { text, description, pictureUrl } = choice;
  const chosen = element('span', { class: 'hushed' });
  const root = element('button', { class: 'choice', type: 'button', dir: 'auto' }, [
    ...(pictureUrl === undefined ? [] : [createPicture(pictureUrl, '', 'choice-picture')]),
    element('span', { class: 'choice-words' }, [
      element('span', { class: 'choice-text' }, [text]),
      ...(description === undefined
        ? []
        : [element('span', { class: 'choice-description' }, [description])]),
    ]),
    icon(tick),
    chosen,
  ]);
  root.addEventListener('click', ({ detail }) => {
    // The second click of a double one is no second choice.
    if (root.getAttribute('aria-disabled') !== 'true' && detail <= 1) {
      onChoose();
    }
  });
  return {
    root,
    render: (isOpen, isChosen) => {
      root.setAttribute('aria-disabled', String(!isOpen));
      root.tabIndex = isOpen ? 0 : -1;
      root.classList.toggle('is-chosen', isChosen);
      setText(chosen, isChosen ? labels.chosen : '');
    },
  };
}

/** Shows how the choices of one message stand; without an offer none can be made. */
export function renderChoices(buttons: readonly ChoiceButton[], offer: Offer | undefined): void {
  for (const [index, { render }] of buttons.entries()) {
    render(offer?.isOpen === true, offer?.chosen.has(index) === true);
  }
}
