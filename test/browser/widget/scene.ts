import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { launchBrowser } from '../../support/browser.js';
import { type FakeGateway, startFakeGateway } from '../../support/fake-gateway.js';
import type { FakeThread } from '../../support/fake-gateway-thread.js';
import { type WidgetPage, widgetOf } from '../../support/widget-page.js';

/** A browser for the file, and a gateway and a customer's browser profile for each test. */
export interface Scene {
  readonly gateway: () => FakeGateway;
  readonly context: () => BrowserContext;
  /** Another customer's, or another kind of, browser profile. */
  readonly newContext: (options?: BrowserContextOptions) => Promise<BrowserContext>;
  /** Opens the demo page in a tab of its own. */
  readonly visit: (context?: BrowserContext, path?: string) => Promise<WidgetPage>;
  /** What the pages complained of: script errors and violations of their security policy. */
  readonly complaints: () => readonly string[];
  /** Waits until the only thread's stream is open. */
  readonly connected: () => Promise<FakeThread>;
}

/** Sets up the scene of a test file. */
export function useScene(): Scene {
  let browser: Browser;
  let gateway: FakeGateway;
  let contexts: BrowserContext[] = [];
  let complaints: string[] = [];

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    gateway = await startFakeGateway();
    complaints = [];
    await newContext();
  });
  afterEach(async () => {
    await Promise.all(contexts.map((made) => made.close()));
    contexts = [];
    await gateway.close();
    expect(complaints).toEqual([]);
  });

  async function newContext(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const made = await browser.newContext({ reducedMotion: 'reduce', ...options });
    made.setDefaultTimeout(10_000);
    contexts.push(made);
    return made;
  }

  function context(): BrowserContext {
    const [first] = contexts;
    if (first === undefined) {
      throw new Error('No test is running');
    }
    return first;
  }

  function listen(page: Page): void {
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
        complaints.push(message.text());
      }
    });
  }

  return {
    gateway: () => gateway,
    context,
    newContext,
    complaints: () => complaints,
    visit: async (profile = context(), path = '/') => {
      const page = await profile.newPage();
      listen(page);
      await page.goto(`${gateway.url}${path}`);
      return widgetOf(page);
    },
    connected: async () => {
      await expect.poll(() => gateway.threads().map((thread) => thread.openStreams())).toEqual([1]);
      return gateway.thread();
    },
  };
}
