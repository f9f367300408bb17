import type { Locator, Page } from 'playwright-core';

/** A file that a customer chooses. */
export interface ChosenFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** The chat widget as a customer finds it on a page: by role and label, through the shadow root. */
export interface WidgetPage {
  readonly page: Page;
  readonly launcher: Locator;
  readonly panel: Locator;
  readonly log: Locator;
  readonly composer: Locator;
  readonly newThread: Locator;
  /** The text that counts the seconds of a warned thread. */
  readonly countdown: Locator;
  readonly stillHere: Locator;
  /** The header's button that opens the actions on the chat as a whole. */
  readonly options: Locator;
  /** The question whether to end the chat. */
  readonly question: Locator;
  /** All lines of the conversation, in their order. */
  readonly messages: Locator;
  /** The line that holds this text. */
  readonly message: (text: string) => Locator;
  /** What the panel says of connection and thread. */
  readonly status: (text: string | RegExp) => Locator;
  /** What the customer can choose, by its text. */
  readonly choice: (text: string | RegExp) => Locator;
  /** What stands above a message of the one that it answers, by that one's text. */
  readonly quotation: (text: string) => Locator;
  /** Presses the button that answers the message of this text. */
  readonly replyTo: (text: string) => Promise<void>;
  /** The button that makes the next message answer none. */
  readonly dropReply: Locator;
  /** The files that go with the next message. */
  readonly files: Locator;
  /** Chooses files as the customer does in the browser's own dialogue. */
  readonly choose: (...files: ChosenFile[]) => Promise<void>;
  readonly open: () => Promise<void>;
  readonly send: (text: string) => Promise<void>;
  /** Asks for the chat's end and answers the question with yes. */
  readonly endChat: () => Promise<void>;
}

/** Returns the widget of a page. */
export function widgetOf(page: Page): WidgetPage {
  const widget = page.locator('isthmus-chat');
  const log = widget.getByRole('log', { name: 'Messages' });
  const launcher = widget.getByRole('button', { name: /^Open chat/ });
  const composer = widget.getByRole('textbox', { name: 'Your message' });
  const message = (text: string) =>
    log.getByRole('listitem').filter({ has: page.locator('.bubble', { hasText: text }) });
  return {
    page,
    launcher,
    panel: widget.getByRole('dialog'),
    log,
    composer,
    countdown: widget.getByRole('timer'),
    stillHere: widget.getByRole('button', { name: "I'm still here" }),
    options: widget.getByRole('button', { name: 'Chat options' }),
    question: widget.getByRole('alertdialog', { name: 'End this chat?' }),
    newThread: widget.getByRole('button', { name: 'Start a new chat' }),
    // A message may hold a list of its own.
    messages: log.getByRole('listitem').and(page.locator('.message')),
    message,
    quotation: (text) =>
      log.getByRole('button', { name: /^In answer to/ }).filter({ hasText: text }),
    replyTo: async (text) => {
      await message(text).getByRole('button', { name: 'Reply' }).click();
    },
    dropReply: widget.getByRole('button', { name: 'Do not reply to this message' }),
    choice: (name) => log.getByRole('button', { name, exact: typeof name === 'string' }),
    status: (text) => widget.getByRole('status').filter({ hasText: text }),
    files: widget.getByRole('list', { name: 'Files to send' }).getByRole('listitem'),
    choose: async (...files) => {
      const chooser = page.waitForEvent('filechooser');
      await widget.getByRole('button', { name: 'Attach files' }).click();
      await (await chooser).setFiles(files);
    },
    open: async () => {
      await launcher.click();
      await composer.waitFor();
    },
    endChat: async () => {
      await widget.getByRole('button', { name: 'Chat options' }).click();
      await widget.getByRole('button', { name: 'End chat' }).click();
      await widget.getByRole('alertdialog').getByRole('button', { name: 'End chat' }).click();
    },
    send: async (text) => {
      await composer.fill(text);
      await composer.press('Enter');
    },
  };
}
