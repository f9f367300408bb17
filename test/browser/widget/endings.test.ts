import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { WidgetPage } from '../../support/widget-page.js';
import { useScene } from './scene.js';

const scene = useScene();
const minuteMs = 60_000;

/** Notes each text that the panel's live regions say, as a screen reader would read it out. */
const listenToStatus = `
  window.announced = [];
  customElements.whenDefined('isthmus-chat').then(() => {
    const root = document.querySelector('isthmus-chat').shadowRoot;
    new MutationObserver((records) => {
      for (const { target } of records) {
        const node = target.nodeType === 1 ? target : target.parentElement;
        const region = node?.closest('[aria-live], [role=status]');
        if (region?.role === 'status' && region.textContent !== '') announced.push(region.textContent);
      }
    }).observe(root, { childList: true, characterData: true, subtree: true });
  });
`;

const focusedLabel = (page: Page) =>
  page.evaluate(`(() => {
    const node = document.querySelector('isthmus-chat').shadowRoot.activeElement;
    return node?.ariaLabel ?? node?.textContent ?? '';
  })()`);

async function secondsLeft(widget: WidgetPage): Promise<number> {
  const text = (await widget.countdown.textContent()) ?? '';
  return Number(/in (\d+) second/.exec(text)?.[1] ?? Number.NaN);
}

/** Notes in `counted` whatever a countdown shows. */
const listenToCountdown = `
  window.counted = [];
  customElements.whenDefined('isthmus-chat').then(() => {
    const root = document.querySelector('isthmus-chat').shadowRoot;
    const timer = root.querySelector('[role=timer]');
    new MutationObserver(() => counted.push(timer.textContent)).observe(timer, { childList: true });
  });
`;

test('a countdown runs second by second to its end, the same in two tabs', async () => {
  await scene.context().addInitScript(listenToCountdown);
  const one = await scene.visit();
  await one.open();
  const thread = await scene.connected();
  const other = await scene.visit();
  await other.open();
  await expect.poll(() => thread.openStreams()).toBe(2);
  thread.warn(3_000);
  const seconds = [3, 2, 1].map((left) => {
    const unit = left === 1 ? 'second' : 'seconds';
    return `This chat closes in ${left} ${unit} unless you answer.`;
  });
  for (const tab of [one, other]) {
    await tab.status(/This chat was closed because nobody answered \(\d/).waitFor();
    await tab.message('This chat was closed because nobody answered.').waitFor();
    const seen = await tab.page.evaluate<string[]>('counted');
    expect(seen.filter((text) => text !== 'Closing this chat…')).toEqual(seconds);
    expect(await tab.composer.count()).toBe(0);
  }
});

test('"still here" in one tab stops the countdown in both', async () => {
  const one = await scene.visit();
  await one.open();
  const thread = await scene.connected();
  const other = await scene.visit();
  await other.open();
  await expect.poll(() => thread.openStreams()).toBe(2);
  thread.warn(20_000);
  await other.countdown.waitFor();
  scene.gateway().failNext('/still-here', { status: 503, retryAfter: '0' });
  await one.stillHere.click();
  await expect.poll(() => thread.stillHeres()).toBe(1);
  for (const tab of [one, other]) {
    await tab.countdown.waitFor({ state: 'hidden' });
    expect(await tab.composer.isEnabled()).toBe(true);
  }
  expect(await focusedLabel(one.page)).toBe('Your message');
});

test('a message stops the countdown; typing and a reload do not', async () => {
  const widget = await scene.visit();
  await widget.open();
  const thread = await scene.connected();
  thread.warn(20_000);
  await widget.countdown.waitFor();
  await widget.composer.pressSequentially('I am');
  await widget.page.reload();
  await widget.countdown.waitFor();
  const left = (thread.deadline() - Date.now()) / 1_000;
  expect(Math.abs((await secondsLeft(widget)) - left)).toBeLessThan(2);
  // The bar of a page that came later stands where the others' do.
  const total = Number(await widget.panel.locator('progress').getAttribute('max'));
  expect(Math.abs(total - 20_000)).toBeLessThan(100);
  await widget.send('I am here');
  await widget.countdown.waitFor({ state: 'hidden' });
  expect(thread.stillHeres()).toBe(0);
});

test.each([-7, 7])(
  "the countdown goes by the server's clock where the page's is %i minutes ahead",
  async (minutes) => {
    await scene.context().addInitScript(`
      const now = Date.now;
      Date.now = () => now() + ${minutes * minuteMs};
    `);
    const widget = await scene.visit();
    await widget.open();
    const thread = await scene.connected();
    thread.warn(30_000);
    await widget.countdown.waitFor();
    const left = (thread.deadline() - Date.now()) / 1_000;
    expect(Math.abs((await secondsLeft(widget)) - left)).toBeLessThan(2);
    await widget.page.reload();
    await widget.countdown.waitFor();
    const later = (thread.deadline() - Date.now()) / 1_000;
    expect(Math.abs((await secondsLeft(widget)) - later)).toBeLessThan(2);
    await expect.poll(() => secondsLeft(widget), { timeout: 3_000 }).toBeLessThan(30);
  },
);

test('a countdown is announced once, and shown beside a closed panel', async () => {
  await scene.context().addInitScript(listenToStatus);
  const widget = await scene.visit();
  await widget.open();
  const thread = await scene.connected();
  await widget.page.evaluate('announced.length = 0');
  thread.warn(20_000);
  await expect.poll(() => secondsLeft(widget), { timeout: 5_000 }).toBeLessThan(18);
  expect(await widget.page.evaluate('announced')).toEqual([
    'This chat closes in 20 seconds unless you answer.',
  ]);
  await widget.page.keyboard.press('Escape');
  await widget.page.getByRole('button', { name: 'Open chat, it closes soon' }).waitFor();
  thread.reopen();
  await widget.page.getByRole('button', { name: 'Open chat', exact: true }).waitFor();
});

test.each([
  ['agent', /The agent has ended this chat \(\d/],
  ['idle', /This chat was closed because nobody answered \(\d/],
  ['customer', /You have ended this chat \(\d/],
  ['operator', /The chat service has closed this chat \(\d/],
])('a thread that the %s ended says so and takes no more text', async (closedBy, text) => {
  const widget = await scene.visit();
  await widget.open();
  const thread = await scene.connected();
  thread.end(closedBy);
  await widget.status(text).waitFor();
  await widget.newThread.waitFor();
  expect(await widget.composer.count()).toBe(0);
  expect(await widget.options.count()).toBe(0);
});

test('the customer ends the chat after a question, by keyboard alone', async () => {
  const widget = await scene.visit();
  const { keyboard } = widget.page;
  await widget.open();
  const thread = await scene.connected();
  expect(await widget.options.count()).toBe(0);
  await widget.send('That is all.');
  await widget.message('That is all.').waitFor();

  await widget.options.focus();
  await keyboard.press('Enter');
  await keyboard.press('Escape');
  expect(await focusedLabel(widget.page)).toBe('Chat options');
  expect(await widget.options.getAttribute('aria-expanded')).toBe('false');
  await keyboard.press('Enter');
  await keyboard.press('Tab');
  await keyboard.press('Tab');
  await keyboard.press('Enter');
  await widget.question.waitFor();
  expect(await focusedLabel(widget.page)).toBe('Keep chatting');
  await keyboard.press('Tab');
  expect(await focusedLabel(widget.page)).toBe('End chat');
  await keyboard.press('Tab');
  expect(await focusedLabel(widget.page)).toBe('Keep chatting');
  await keyboard.press('Shift+Tab');
  expect(await focusedLabel(widget.page)).toBe('End chat');
  await keyboard.press('Escape');
  await widget.question.waitFor({ state: 'hidden' });
  expect(await focusedLabel(widget.page)).toBe('Chat options');
  expect(thread.isEndAsked()).toBe(false);

  thread.hold(true);
  await widget.endChat();
  await widget.status('Ending this chat…').waitFor();
  expect(await focusedLabel(widget.page)).toBe('Messages');
  expect(await widget.composer.count()).toBe(0);
  await expect.poll(() => thread.isEndAsked()).toBe(true);
  thread.hold(false);
  await widget.status(/You have ended this chat \(\d/).waitFor();
  await widget.newThread.waitFor();
});

test('a question about a chat that ends meanwhile is taken back', async () => {
  const widget = await scene.visit();
  await widget.open();
  const thread = await scene.connected();
  thread.agentSays('Goodbye.');
  await widget.options.click();
  await widget.panel.getByRole('button', { name: 'End chat' }).click();
  await widget.question.waitFor();
  thread.end('agent');
  await widget.status(/The agent has ended this chat/).waitFor();
  expect(await widget.question.count()).toBe(0);
  await expect.poll(() => focusedLabel(widget.page)).toBe('Start a new chat');
  await widget.page.keyboard.press('Enter');
  await expect.poll(() => focusedLabel(widget.page)).toBe('Your message');
});

test('what was written before the end goes out before it', async () => {
  const widget = await scene.visit();
  await widget.open();
  const thread = await scene.connected();
  thread.agentSays('Anything else?');
  await widget.message('Anything else?').waitFor();
  scene.gateway().failNext('/messages', { status: 503, retryAfter: '1' });
  await widget.send('No, thank you.');
  await widget.endChat();
  await widget.status('Ending this chat…').waitFor();
  expect(thread.isEndAsked()).toBe(false);
  await widget.status(/You have ended this chat/).waitFor();
  expect(thread.inbound().map(({ text }) => text)).toEqual(['No, thank you.']);
});

test('a blocked customer is told until when, and may write again then', async () => {
  const widget = await scene.visit();
  await widget.open();
  const thread = await scene.connected();
  thread.end('agent');
  const until = Date.now() + 1_500;
  scene.gateway().block(new Date(until).toISOString());
  await widget.newThread.click();
  await widget.status(/You cannot start a new chat until \d/).waitFor();
  expect(await widget.newThread.count()).toBe(0);
  expect(await widget.composer.count()).toBe(0);
  await widget.newThread.waitFor();
  expect(Date.now()).toBeGreaterThan(until);
  await widget.newThread.click();
  await widget.composer.waitFor();
});

test('the transcript is a text file with all that was said, also of a closed chat', async () => {
  const widget = await scene.visit();
  await widget.open();
  const thread = await scene.connected();
  await widget.send('Is there mud? 🦛');
  await expect.poll(() => thread.inbound().length).toBe(1);
  thread.settle(thread.inbound()[0]?.id ?? '', 'sent');
  thread.agentSays('There is.');
  await widget.message('There is.').waitFor();

  async function save(press: () => Promise<void>): Promise<string> {
    const [download] = await Promise.all([widget.page.waitForEvent('download'), press()]);
    expect(download.suggestedFilename()).toMatch(/^chat-\d{4}-\d\d-\d\d\.txt$/);
    return readFile(await download.path(), 'utf8');
  }
  const open = await save(async () => {
    await widget.options.click();
    await widget.panel.getByRole('button', { name: 'Download transcript' }).click();
  });
  expect(open).toMatch(/^Chat: The Jungle, Inc\.\n/);
  expect(open).toMatch(/\[[-\d]+ [:\d]+\] You \(Sent\.\)\n {4}Is there mud\? 🦛\n/);
  expect(open).toMatch(/\] Rafiki\n {4}There is\.\n$/);

  thread.end('agent');
  await widget.newThread.waitFor();
  const closed = await save(() =>
    widget.panel.getByRole('button', { name: 'Download transcript' }).click(),
  );
  expect(closed).toMatch(/The agent has ended this chat \(.+\)\.\n$/);
});

test('what was said last stays in view above what a closed chat offers', async () => {
  const widget = await scene.visit();
  await widget.open();
  const thread = await scene.connected();
  for (let line = 0; line < 12; line += 1) thread.agentSays(`line ${line} of a long answer`);
  await widget.message('line 11').waitFor();
  const hidden = () =>
    widget.log.evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);
  await expect.poll(hidden).toBeLessThan(2);
  thread.systemSays('The agent has ended this chat.');
  thread.end('agent');
  await widget.newThread.waitFor();
  await expect.poll(hidden).toBeLessThan(2);
});
