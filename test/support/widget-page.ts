import type { Locator, Page } from 'playwright-core';

/** The chat widget as a customer finds it on a page: by role and label, through the shadow root. */
export interface WidgetPage {
  readonly page: Page;
  readonly launcher: Locator;
  readonly panel: Locator;
  readonly log: Locator;
  readonly composer: Locator;
  readonly newThread: Locator;
  /** All lines of the conversation, in their order. */
  readonly messages: Locator;
  /** The line that holds this text. */
  readonly message: (text: string) => Locator;
  /** What the panel says of connection and thread. */
  readonly status: (text: string | RegExp) => Locator;
  readonly open: () => Promise<void>;
  readonly send: (text: string) => Promise<void>;
}

/** Returns the widget of a page. */
export function widgetOf(page: Page): WidgetPage {
  const widget = page.locator('isthmus-chat');
  const log = widget.getByRole('log', { name: 'Messages' });
  const launcher = widget.getByRole('button', { name: /^Open chat/ });
  const composer = widget.getByRole('textbox', { name: 'Your message' });
  return {
    page,
    launcher,
    panel: widget.getByRole('dialog'),
    log,
    composer,
    newThread: widget.getByRole('button', { name: 'Start a new chat' }),
    messages: log.getByRole('listitem'),
    message: (text) =>
      log.getByRole('listitem').filter({ has: page.locator('.bubble', { hasText: text }) }),
    status: (text) => widget.getByRole('status').filter({ hasText: text }),
    open: async () => {
      await launcher.click();
      await composer.waitFor();
    },
    send: async (text) => {
      await composer.fill(text);
      await composer.press('Enter');
    },
  };
}
