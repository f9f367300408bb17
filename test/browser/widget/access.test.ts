import { expect, test } from 'vitest';
import { useScene } from './scene.js';

const scene = useScene();

/** Notes each line that is put into the log while it is live, as a screen reader would read it out. */
const listenToLog = `
  window.announced = [];
  customElements.whenDefined('isthmus-chat').then(() => {
    const log = document.querySelector('isthmus-chat').shadowRoot.querySelector('[role=log]');
    new MutationObserver((records) => {
      if (log.getAttribute('aria-live') === 'polite') {
        for (const { addedNodes } of records) {
          for (const node of addedNodes) {
            if (node.nodeName === 'LI') announced.push(node.querySelector('.bubble').textContent);
          }
        }
      }
    }).observe(log, { childList: true, subtree: true });
  });
`;

test('the log announces what comes, once, and nothing of the history', async () => {
  await scene.context().addInitScript(listenToLog);
  const widget = await scene.visit();
  await widget.open();
  const thread = await scene.connected();
  await widget.send('old question');
  await widget.message('old question').waitFor();
  thread.agentSays('old answer');
  await widget.message('old answer').waitFor();

  await widget.page.reload();
  await widget.message('old answer').waitFor();
  await expect.poll(() => widget.log.getAttribute('aria-live')).toBe('polite');
  await scene.connected();
  thread.agentSays('news');
  await widget.message('news').waitFor();
  await widget.send('own news');
  await expect.poll(() => thread.inbound().length).toBe(2);
  thread.settle(thread.inbound()[1]?.id ?? '', 'sent');
  await widget.message('own news').getByText('Sent.', { exact: true }).waitFor();
  expect(await widget.page.evaluate('announced')).toEqual(['news', 'own news']);
  expect(await widget.log.getAttribute('aria-relevant')).toBe('additions');
});

test('the whole chat can be had by keyboard alone', async () => {
  const widget = await scene.visit();
  const { keyboard } = widget.page;
  const focused = () =>
    widget.page.evaluate(
      "document.querySelector('isthmus-chat').shadowRoot.activeElement?.ariaLabel ?? ''",
    );
  for (let presses = 0; presses < 12 && (await focused()) !== 'Open chat'; presses += 1) {
    await keyboard.press('Tab');
  }
  await keyboard.press('Enter');
  await expect.poll(focused).toBe('Your message');
  await keyboard.type('by keyboard');
  await keyboard.press('Enter');
  const thread = await scene.connected();
  await expect.poll(() => thread.inbound().length).toBe(1);
  expect(await focused()).toBe('Your message');

  await keyboard.press('Shift+Tab');
  expect(await focused()).toBe('Messages');
  await keyboard.press('Shift+Tab');
  expect(await focused()).toBe('Close chat');
  await keyboard.press('Tab');
  await keyboard.press('Tab');
  await keyboard.press('Tab');
  expect(await focused()).toBe('Attach files');
  await keyboard.press('Tab');
  expect(await focused()).toBe('Send');
  await keyboard.press('Escape');
  expect(await focused()).toBe('Open chat');
  expect(await widget.panel.count()).toBe(0);

  await keyboard.press('Enter');
  thread.end('idle');
  await expect.poll(focused).toBe('');
  await keyboard.press('Enter');
  await expect.poll(focused).toBe('Your message');
  expect(scene.gateway().threads()).toHaveLength(2);
});

test('the Enter that ends an IME composition sends nothing', async () => {
  const widget = await scene.visit();
  await widget.open();
  const thread = await scene.connected();
  await widget.composer.fill('にほん');
  await widget.composer.dispatchEvent('keydown', { key: 'Enter', isComposing: true });
  expect(await widget.composer.inputValue()).toBe('にほん');
  await widget.composer.press('Enter');
  await expect.poll(() => thread.inbound().map(({ text }) => text)).toEqual(['にほん']);
});

test.each(['light', 'dark'] as const)(
  'nothing is cut off or scrolls sideways at 320 pixels, in the %s',
  async (colorScheme) => {
    const phone = await scene.newContext({ viewport: { width: 320, height: 568 }, colorScheme });
    const widget = await scene.visit(phone);
    const sideways = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
    expect(await widget.page.evaluate(sideways)).toBe(0);
    await widget.open();
    const thread = await scene.connected();
    await widget.send(`https://jungle.example/${'long'.repeat(60)}`);
    await expect.poll(() => thread.inbound().length).toBe(1);
    thread.agentSays('w'.repeat(200), { author: { name: 'n'.repeat(80) } });
    thread.warn(20_000);
    await widget.message('www').waitFor();
    await widget.countdown.waitFor();
    expect(await widget.page.evaluate(sideways)).toBe(0);
    const overflowing = await widget.page.evaluate(`
      [...document.querySelector('isthmus-chat').shadowRoot.querySelectorAll('.panel, .panel *')]
        .filter((node) => node.getClientRects().length > 0 && !node.matches('.hushed, svg, svg *'))
        .filter((node) => node.getBoundingClientRect().right > 320 || node.getBoundingClientRect().left < 0)
        .map((node) => node.className)
    `);
    expect(overflowing).toEqual([]);
    expect((await widget.composer.boundingBox())?.y).toBeLessThan(568 - 40);
  },
);
