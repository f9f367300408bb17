import type { Choice, ContentPart, ShownContent } from '../content/shown-content.js';
import type { Offer } from '../offers.js';
import { labels, leftOutText } from '../texts.js';
import { type ChoiceButton, createChoiceButton, renderChoices } from './choices.js';
import { element } from './dom.js';
import { linkedText, safeLink } from './links.js';
import { createPicture } from './picture.js';

/** Rich content on the page. */
export interface ContentView {
  /** What the bubble holds instead of the message's text. */
  readonly inBubble: readonly Node[];
  readonly below?: HTMLElement | undefined;
  /** Shows what can be chosen and was. */
  readonly render: (offer: Offer | undefined) => void;
}

/** Creates the view of some content; `text` is the message's own. */
export function createContentView(
  content: ShownContent,
  text: string,
  onChoose: (choice: Choice) => void,
): ContentView {
  const button = (choice: Choice) => createChoiceButton(choice, () => onChoose(choice));
  switch (content.kind) {
    case 'quick-replies': {
      const buttons = content.choices.map(button);
      return {
        inBubble: linkedText(content.text ?? text),
        below: element(
          'div',
          { class: 'quick-replies', role: 'group', 'aria-label': labels.choices },
          [...buttons.map(({ root }) => root), ...leftOut(content.leftOut)],
        ),
        render: (offer) => renderChoices(buttons, offer),
      };
    }
    case 'list': {
      const buttons = content.choices.map(button);
      const words = [...heading(content.title), ...paragraph(content.text)];
      return {
        inBubble: words.length === 0 ? linkedText(text) : words,
        below: element('div', { class: 'picker' }, [
          element(
            'ul',
            { role: 'list', 'aria-label': content.title ?? labels.choices },
            buttons.map(({ root }) => element('li', {}, [root])),
          ),
          ...leftOut(content.leftOut),
        ]),
        render: (offer) => renderChoices(buttons, offer),
      };
    }
    case 'rich-link':
      return { inBubble: [richLink(content)], render: () => undefined };
    case 'card': {
      const buttons: ChoiceButton[] = [];
      const nodes = content.parts.flatMap((part) => {
        if (part.kind !== 'choice') {
          return partNodes(part);
        }
        const made = button(part.choice);
        buttons.push(made);
        return [made.root];
      });
      return {
        inBubble: [element('div', { class: 'card' }, [...nodes, ...leftOut(content.leftOut)])],
        render: (offer) => renderChoices(buttons, offer),
      };
    }
  }
}

function richLink(content: Extract<ShownContent, { readonly kind: 'rich-link' }>): Node {
  const { url, title, host, pictureUrl } = content;
  return safeLink(url, { class: 'rich-link' }, [
    ...(pictureUrl === undefined ? [] : [createPicture(pictureUrl, '', 'picture')]),
    element('span', { class: 'content-title' }, [title]),
    element('span', { class: 'host' }, [host]),
  ]);
}

function partNodes(part: Exclude<ContentPart, { readonly kind: 'choice' }>): Node[] {
  switch (part.kind) {
    case 'title':
      return heading(part.text);
    case 'text':
      return paragraph(part.text);
    case 'picture':
      return [createPicture(part.url, part.text || labels.picture, 'picture')];
    case 'link':
      return [safeLink(part.url, { class: 'card-link' }, [part.text])];
  }
}

function heading(text: string | undefined): Node[] {
  return text === undefined ? [] : [element('strong', { class: 'content-title' }, [text])];
}

function paragraph(text: string | undefined): Node[] {
  return text === undefined ? [] : [element('p', {}, linkedText(text))];
}

function leftOut(count: number): Node[] {
  return count === 0 ? [] : [element('p', { class: 'left-out' }, [leftOutText(count)])];
}
