/** Tells the agent that the customer is typing: when it changes, and off after a silence. */
export interface TypingSignal {
  /** Takes note that the customer changed the text; an empty one ends the typing. */
  readonly typed: (hasText: boolean) => void;
  readonly end: () => void;
}

const silenceMs = 5_000;

/** Creates a signal that calls `post` with each change. */
export function createTypingSignal(post: (typing: boolean) => void): TypingSignal {
  let isTyping = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function change(typing: boolean): void {
    if (typing !== isTyping) {
      isTyping = typing;
      post(typing);
    }
  }

  function end(): void {
    clearTimeout(timer);
    change(false);
  }

  return {
    typed: (hasText) => {
      if (!hasText) {
        end();
        return;
      }
      clearTimeout(timer);
      timer = setTimeout(end, silenceMs);
      change(true);
    },
    end,
  };
}
