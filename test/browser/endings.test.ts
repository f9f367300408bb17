import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { launchBrowser, screenshotFolder } from '../support/browser.js';
import { type ConsolePage, consoleOf } from '../support/console-page.js';
import { simulatorAt } from '../support/simulator-client.js';
import { type System, startSystem } from '../support/system.js';
import { type WidgetPage, widgetOf } from '../support/widget-page.js';

const patienceMs = 20_000;
/** An event ends a chat long before anybody would look at the contact's status. */
const eventPatienceMs = 5_000;
/** What two tabs show of the same second may be this far apart, for what drawing it takes. */
const sameMomentMs = 700;

/** The channels by what their stories are about. */
const policies = {
  brief: { idleAfter: '3s', countdown: '4s' },
  patient: { idleAfter: '3s', countdown: '1m' },
  usual: { contactCheck: '15s' },
  watched: { contactFresh: '1s', contactCheck: '1s' },
};

let system: System;
let browser: Browser;
const complaints: string[] = [];

beforeAll(async () => {
  [system, browser] = await Promise.all([
    startSystem({ temporalAddress: inject('temporalAddress'), policies }),
    launchBrowser(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await system?.close();
});

/** Set SCREENSHOTS to a folder to look at what was seen. */
const screenshots = screenshotFolder();

/** Notes in `counted` what a countdown shows, and when. */
const listenToCountdown = `
  window.counted = [];
  customElements.whenDefined('isthmus-chat').then(() => {
    const timer = document.querySelector('isthmus-chat').shadowRoot.querySelector('[role=timer]');
    const note = () => counted.push([timer.textContent, Date.now()]);
    new MutationObserver(note).observe(timer, { childList: true, characterData: true, subtree: true });
  });
`;

/** A customer whose message the agent has before them. */
interface Story {
  readonly widget: WidgetPage;
  readonly desk: ConsolePage;
  /** Opens the chat in another tab of the customer's browser. */
  readonly openTab: () => Promise<WidgetPage>;
  /** Takes pictures of both sides. */
  readonly show: (moment: string, widget?: WidgetPage) => Promise<void>;
}

function listen(page: Page): Page {
  page.setDefaultTimeout(patienceMs);
  page.on('pageerror', (error) => complaints.push(error.message));
  return page;
}

async function begin(channel: keyof typeof policies, text: string): Promise<Story> {
  const customer = await browser.newContext({
    reducedMotion: 'reduce',
    viewport: { width: 900, height: 760 },
  });
  await customer.addInitScript(listenToCountdown);
  const visit = async () => {
    const page = listen(await customer.newPage());
    await page.goto(`${system.gatewayUrls[0]}/?channel=${channel}`);
    return widgetOf(page);
  };
  const widget = await visit();
  await widget.open();
  await widget.send(text);
  await widget.message(text).getByText('Sent.', { exact: true }).waitFor();
  const desk = consoleOf(listen(await browser.newPage({ viewport: { width: 1200, height: 760 } })));
  await desk.page.goto(`${system.simulatorUrl}/console/`);
  await desk.openContact(text);
  return {
    widget,
    desk,
    openTab: async () => {
      const tab = await visit();
      await tab.launcher.click();
      await tab.message(text).waitFor();
      return tab;
    },
    show: async (moment, tab = widget) => {
      if (screenshots === undefined) return;
      await tab.page.screenshot({ path: `${screenshots}/${moment}-widget.png` });
      await desk.page.screenshot({ path: `${screenshots}/${moment}-console.png` });
    },
  };
}

/** The moments at which a tab showed each second of the countdown. */
async function countedIn({ page }: WidgetPage): Promise<Map<number, number>> {
  const counted = await page.evaluate<[string, number][]>('counted');
  return new Map(
    counted.flatMap(([text, atMs]) => {
      const seconds = /in (?:1:00 minutes|(\d+) second)/.exec(text);
      return seconds === null ? [] : [[Number(seconds[1] ?? 60), atMs]];
    }),
  );
}

/** Waits until both tabs have shown `least` of the same seconds, each at the same moment. */
async function expectSameSeconds(tabs: readonly [WidgetPage, WidgetPage], least: number) {
  await vi.waitFor(
    async () => {
      const [one, other] = await Promise.all([countedIn(tabs[0]), countedIn(tabs[1])]);
      const shared = [...one].filter(([seconds, atMs]) => {
        const otherAtMs = other.get(seconds);
        return otherAtMs !== undefined && Math.abs(otherAtMs - atMs) < sameMomentMs;
      });
      expect(shared.length).toBeGreaterThanOrEqual(least);
    },
    { timeout: patienceMs, interval: 200 },
  );
}

async function expectEnded(widget: WidgetPage, reason: RegExp): Promise<void> {
  await widget.status(reason).waitFor();
  await widget.newThread.waitFor();
  expect(await widget.composer.count()).toBe(0);
}

const nobodyAnswered = /This chat was closed because nobody answered \(\d/;
const agentEnded = /The agent has ended this chat \(\d/;
const customerEnded = /You have ended this chat \(\d/;
const closedByUs = /This contact was closed by the middleware.*The thread takes no more messages\./;

describe.concurrent('people see how a chat ends', () => {
  test('a countdown that one tab stops is gone in both, and the chat goes on', async () => {
    const { widget, desk, openTab, show } = await begin('patient', 'Is the mud fresh?');
    const other = await openTab();
    await desk.reply('It is. How much do you need?');
    await widget.message('Are you still there?').waitFor();
    await expectSameSeconds([widget, other], 2);
    await show('warned', other);
    await widget.stillHere.click();
    for (const tab of [widget, other]) await tab.countdown.waitFor({ state: 'hidden' });
    await other.send('A bathtub of it.');
    await desk.log.getByText('A bathtub of it.').waitFor();
    await desk.reply('On its way.');
    await widget.message('On its way.').waitFor();
    expect(await widget.composer.isEnabled()).toBe(true);
    await show('went-on', other);
  });

  test('a countdown that nobody stops runs to its end in both tabs', async () => {
    const { widget, desk, openTab, show } = await begin('brief', 'Do you rent out shade?');
    const other = await openTab();
    await desk.reply('By the hour.');
    for (const tab of [widget, other]) {
      await expectEnded(tab, nobodyAnswered);
      await tab.message('This chat was closed because nobody answered.').waitFor();
    }
    await expectSameSeconds([widget, other], 3);
    await desk.note(closedByUs).waitFor();
    await show('idle', other);

    await widget.newThread.click();
    await widget.send('And at night?');
    await widget.message('And at night?').getByText('Sent.', { exact: true }).waitFor();
    await desk.openContact('And at night?');
    await desk.log.getByText('And at night?').waitFor();
    expect(await desk.log.getByText('Do you rent out shade?').count()).toBe(0);
    await show('anew', other);
  });

  test('a customer who closes the page while waiting ends the chat', async () => {
    const { widget, desk, openTab, show } = await begin('brief', 'Is anybody there?');
    await widget.page.close();
    await desk.note(closedByUs).waitFor();
    const again = await openTab();
    await expectEnded(again, nobodyAnswered);
    await again.status('Connecting…').waitFor({ state: 'detached' });
    const said = await again.log.locator('.bubble').allTextContents();
    expect(said).toEqual([
      'Is anybody there?',
      'Are you still there?',
      'This chat was closed because nobody answered.',
    ]);
    await show('left', again);
  });

  test('an agent who closes the contact ends the chat at once, in every tab', async () => {
    const { widget, desk, openTab, show } = await begin('usual', 'May I upset the hyenas?');
    const other = await openTab();
    expect(await desk.signedEvent.isChecked()).toBe(true);
    await widget.composer.fill('I already');
    await desk.press('Close');
    const closedAtMs = Date.now();
    await widget.status(agentEnded).waitFor({ timeout: eventPatienceMs });
    expect(Date.now() - closedAtMs).toBeLessThan(eventPatienceMs);
    await expectEnded(widget, agentEnded);
    await expectEnded(other, agentEnded);
    await desk.note(/This contact was closed by the agent.*no more messages\./).waitFor();
    await show('agent', other);
    await widget.page.reload();
    await expectEnded(widget, agentEnded);
    await expectEnded(await openTab(), agentEnded);
  });

  test('an agent who closes the contact unannounced ends the chat while nobody writes', async () => {
    const { widget, desk, openTab, show } = await begin('watched', 'Is the bank firm?');
    const other = await openTab();
    await desk.signedEvent.uncheck();
    await desk.press('Close');
    await expectEnded(widget, agentEnded);
    await expectEnded(other, agentEnded);
    await desk.note(/This contact was closed by the agent.*no more messages\./).waitFor();
    const { events } = await simulatorAt(system.simulatorUrl).state();
    expect(events.filter((event) => event.contactNumber === desk.contactNumber())).toEqual([]);
    await show('unannounced');
  });

  test('a customer who ends the chat after a question ends it for the agent as well', async () => {
    const { widget, desk, show } = await begin('usual', 'Where is my salt lick?');
    await desk.press('Reassign');
    await desk.page.getByText('Agent Warden Lodge').waitFor();
    await desk.reply('Behind the baobab.');
    await widget.message('Behind the baobab.').getByText('Warden', { exact: true }).waitFor();
    await widget.options.click();
    await widget.panel.getByRole('button', { name: 'End chat' }).click();
    await widget.question.waitFor();
    await show('question');
    await widget.question.getByRole('button', { name: 'Keep chatting' }).click();
    await widget.send('Found it.');
    await desk.log.getByText('Found it.').waitFor();
    await widget.endChat();
    await expectEnded(widget, customerEnded);
    await desk.note(closedByUs).waitFor();
    expect(await desk.page.getByRole('textbox', { name: 'Reply' }).isDisabled()).toBe(true);
    await show('customer');
  });
});

test('no page complained, and nothing reached a contact after its end', async () => {
  expect(complaints).toEqual([]);
  expect((await simulatorAt(system.simulatorUrl).state()).violations).toEqual([]);
});
