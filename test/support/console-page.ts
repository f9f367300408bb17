import type { Locator, Page } from 'playwright-core';

/** The agent's console as an agent finds it on a page: by role and label. */
export interface ConsolePage {
  readonly page: Page;
  readonly log: Locator;
  /** The line that holds this text. */
  readonly message: (text: string) => Locator;
  /** What the console says of how a contact ended. */
  readonly note: (text: string | RegExp) => Locator;
  readonly signedEvent: Locator;
  /** Opens the contact whose last message is this one. */
  readonly openContact: (lastMessage: string) => Promise<void>;
  /** The number of the open contact. */
  readonly contactNumber: () => string;
  readonly reply: (text: string) => Promise<void>;
  /** Presses a button of the open contact, such as Close. */
  readonly press: (name: 'Close' | 'Reassign' | 'Resolve' | 'Trash') => Promise<void>;
}

/** Returns the console of a page. */
export function consoleOf(page: Page): ConsolePage {
  const thread = page.getByRole('main', { name: 'Thread' });
  const log = page.getByRole('log', { name: 'Messages' });
  return {
    page,
    log,
    message: (text) =>
      log.getByRole('listitem').filter({ has: page.locator('.bubble > p', { hasText: text }) }),
    note: (text) => thread.getByRole('paragraph').filter({ hasText: text }),
    signedEvent: thread.getByRole('checkbox', { name: 'Signed event' }),
    openContact: async (lastMessage) => {
      const contacts = page.getByRole('navigation', { name: 'Contacts' });
      await contacts.getByRole('button').filter({ hasText: lastMessage }).click();
    },
    contactNumber: () => /^#contact-(\d+)$/.exec(new URL(page.url()).hash)?.[1] ?? '',
    reply: async (text) => {
      const box = page.getByRole('textbox', { name: 'Reply' });
      await box.fill(text);
      await box.press('Enter');
    },
    press: async (name) => {
      await thread.getByRole('button', { name, exact: true }).click();
    },
  };
}
