/** Rich content as the widget can show it, whatever it was called on its way here. */

/** Something that the customer can choose; its text is what they say by choosing it. */
export interface Choice {
  readonly text: string;
  /** What goes back to the bot with the text. */
  readonly postback?: string | undefined;
  readonly description?: string | undefined;
  readonly pictureUrl?: string | undefined;
}

/** A piece of a card, in the order to show. Every address is http or https. */
export type ContentPart =
  | { readonly kind: 'title' | 'text'; readonly text: string }
  | { readonly kind: 'picture'; readonly url: string; readonly text: string }
  | { readonly kind: 'link'; readonly url: string; readonly text: string }
  | { readonly kind: 'choice'; readonly choice: Choice };

/** Content that is shown in place of a message's text. */
export type ShownContent =
  /** One answer to a question; without `text` the message's own text is the question. */
  | {
      readonly kind: 'quick-replies';
      readonly text?: string | undefined;
      readonly choices: readonly Choice[];
      /** How many more there are than can be shown. */
      readonly leftOut: number;
    }
  /** A list to choose from, more than once if the customer likes. */
  | {
      readonly kind: 'list';
      readonly title?: string | undefined;
      readonly text?: string | undefined;
      readonly choices: readonly Choice[];
      readonly leftOut: number;
    }
  | {
      readonly kind: 'rich-link';
      readonly title: string;
      readonly url: string;
      readonly host: string;
      readonly pictureUrl?: string | undefined;
    }
  | { readonly kind: 'card'; readonly parts: readonly ContentPart[]; readonly leftOut: number };

/** Returns what can be chosen in some content, in the order shown. */
export function choicesIn(content: ShownContent | undefined): readonly Choice[] {
  switch (content?.kind) {
    case 'quick-replies':
    case 'list':
      return content.choices;
    case 'card':
      return content.parts.flatMap((part) => (part.kind === 'choice' ? [part.choice] : []));
    case 'rich-link':
    case undefined:
      return [];
  }
}
