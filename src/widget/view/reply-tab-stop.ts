/**
 * The buttons that answer messages are one stop on the keyboard's way through the page, however long
 * the conversation is: the newest one, and from it the arrow keys lead to the others.
 */
export interface ReplyTabStop {
  /** Chooses the stop anew, after messages have come or can be answered no more. */
  readonly render: () => void;
}

const steps: Readonly<Record<string, number>> = { ArrowUp: -1, ArrowDown: 1 };

/** Creates the stop among the buttons in a list. */
export function createReplyTabStop(list: HTMLElement): ReplyTabStop {
  const buttons = () => [...list.querySelectorAll<HTMLButtonElement>('.reply:not([hidden])')];

  function stopAt(stop: HTMLButtonElement | undefined): void {
    for (const button of buttons()) {
      button.tabIndex = button === stop ? 0 : -1;
    }
  }

  list.addEventListener('keydown', (event) => {
    const step = steps[event.key];
    const all = buttons();
    const at = all.findIndex((button) => button === event.target);
    const next = step === undefined || at < 0 ? undefined : all[at + step];
    if (next !== undefined) {
      event.preventDefault();
      stopAt(next);
      next.focus();
    }
  });
  // Whoever comes back finds the newest message first.
  list.addEventListener('focusout', ({ relatedTarget }) => {
    if (!(relatedTarget instanceof Node && list.contains(relatedTarget))) {
      stopAt(buttons().at(-1));
    }
  });

  return {
    render: () => {
      if (!list.matches(':focus-within')) {
        stopAt(buttons().at(-1));
      }
    },
  };
}
