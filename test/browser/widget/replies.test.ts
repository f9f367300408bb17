import { expect, test } from 'vitest';
import { screenshotFolder } from '../../support/browser.js';
import { useScene } from './scene.js';

const scene = useScene();
/** Set SCREENSHOTS to a folder to look at what the customer saw. */
const screenshots = screenshotFolder();

/** How much can be seen of each button that answers a message. */
const visibility = `
  [...document.querySelector('isthmus-chat').shadowRoot.querySelectorAll('.reply')]
    .map((button) => getComputedStyle(button).opacity)
`;
const focused = "document.querySelector('isthmus-chat').shadowRoot.activeElement";

test("a customer's message answers the agent's that was chosen, at once and after a reload", async () => {
  const widget = await scene.visit();
  await widget.open();
  const thread = await scene.connected();
  thread.agentSays('Cold or deep mud?');
  thread.agentSays('And which bank?');
  await widget.replyTo('Cold or deep mud?');
  await widget.panel.getByText('Replying to Rafiki').waitFor();
  expect(await widget.page.evaluate(`${focused}.id`)).toBe('composer');
  thread.hold(true);
  await widget.send('Deep, please.');

  // No event has come yet, and the next message answers nothing.
  const own = widget.message('Deep, please.');
  await own.getByText('On its way').waitFor();
  await own.getByRole('button', { name: 'In answer to Rafiki Cold or deep mud?' }).waitFor();
  await widget.send('The north one.');
  thread.hold(false);
  await expect.poll(() => thread.inbound().length).toBe(2);
  expect(thread.inbound().map(({ replyTo }) => replyTo)).toEqual(['a-1', undefined]);
  await widget.page.reload();
  await own.getByRole('button', { name: 'In answer to Rafiki Cold or deep mud?' }).waitFor();
  expect(await widget.quotation('').count()).toBe(1);
});

test("the agent's answer quotes the customer's message, and a forwarded one says so", async () => {
  const widget = await scene.visit();
  await widget.open();
  const thread = await scene.connected();
  await widget.send('Is the water deep?');
  await expect.poll(() => thread.inbound().length).toBe(1);
  const [question] = thread.inbound();
  const replyTo = { id: question?.id, from: 'customer', text: 'Is the water deep?' };
  thread.agentSays('Knee-deep.', { replyTo });
  thread.agentSays('Closed for crocodiles.', { forwarded: true });
  await widget
    .message('Knee-deep.')
    .getByRole('button', { name: 'In answer to You Is the water deep?' })
    .waitFor();
  await widget.message('Closed for crocodiles.').getByText('Forwarded').waitFor();
  expect(await widget.log.getByText('Forwarded').count()).toBe(1);
});

test('a quotation leads to its message, and one that is not there leads nowhere', async () => {
  const widget = await scene.visit();
  await widget.open();
  const thread = await scene.connected();
  thread.agentSays('The first of many');
  for (let count = 1; count <= 20; count += 1) {
    thread.agentSays(`one more, ${count}`);
  }
  thread.agentSays('See above', {
    replyTo: { id: 'a-1', from: 'agent', text: 'The first of many' },
  });
  thread.agentSays('See elsewhere', { replyTo: { id: 'a-99', from: 'agent', text: 'Elsewhere' } });
  const first = widget.message('The first of many');
  await widget.quotation('Elsewhere').waitFor();
  expect(await widget.quotation('Elsewhere').isDisabled()).toBe(true);
  const isInSight = async () => {
    const [line, log] = [await first.boundingBox(), await widget.log.boundingBox()];
    return (line?.y ?? 0) >= (log?.y ?? 0);
  };
  expect(await isInSight()).toBe(false);
  await widget.quotation('The first of many').click();
  await expect.poll(isInSight).toBe(true);
  const marked = await widget.page.evaluate(`${focused}.querySelector('.bubble')?.textContent`);
  expect(marked).toBe('The first of many');
});

test('only what was sent can be answered, only while the chat is open, and Escape thinks better of it', async () => {
  const widget = await scene.visit();
  await widget.open();
  const thread = await scene.connected();
  await widget.send('hello');
  thread.systemSays('a note');
  await widget.message('a note').waitFor();
  const replies = widget.log.getByRole('button', { name: 'Reply' });
  expect(await replies.count()).toBe(0);
  thread.settle(thread.inbound()[0]?.id ?? '', 'sent');
  await widget.replyTo('hello');
  await widget.panel.getByText('Replying to You').waitFor();
  await widget.composer.press('Escape');
  await widget.dropReply.waitFor({ state: 'hidden' });
  await widget.replyTo('hello');
  await widget.dropReply.click();
  expect(await widget.page.evaluate(`${focused}.id`)).toBe('composer');
  await widget.send('never mind');
  await expect.poll(() => thread.inbound().at(-1)?.text).toBe('never mind');
  expect(thread.inbound().at(-1)).not.toHaveProperty('replyTo');

  await widget.replyTo('hello');
  thread.end('agent');
  await widget.newThread.waitFor();
  expect(await replies.count()).toBe(0);
  await widget.newThread.click();
  await widget.composer.waitFor();
  expect(await widget.dropReply.count()).toBe(0);
});

test('an answer that could not be sent is kept with what it answers: other tabs, a reload, a retry', async () => {
  const widget = await scene.visit();
  await widget.open();
  const thread = await scene.connected();
  thread.agentSays('Cold or deep mud?');
  await widget.message('Cold or deep mud?').waitFor();
  const other = await scene.visit();
  await other.open();
  await other.message('Cold or deep mud?').waitFor();
  scene.gateway().failNext('/messages', { status: 413, code: 'BODY_TOO_LARGE' });
  await widget.replyTo('Cold or deep mud?');
  await widget.send('Deep.');
  await widget.message('Deep.').getByText('Not delivered').waitFor();
  await other.quotation('Cold or deep mud?').waitFor();
  await widget.page.reload();
  await widget.quotation('Cold or deep mud?').waitFor();
  await widget.message('Deep.').getByRole('button', { name: 'Try again' }).click();
  await expect.poll(() => thread.inbound()).toMatchObject([{ text: 'Deep.', replyTo: 'a-1' }]);
  expect(await other.quotation('Cold or deep mud?').count()).toBe(1);
});

test('the buttons that answer are one stop for the keyboard, with the arrow keys among them', async () => {
  const widget = await scene.visit();
  await widget.open();
  const thread = await scene.connected();
  for (const text of ['one', 'two', 'three']) {
    thread.agentSays(text);
  }
  await widget.message('three').waitFor();
  const { keyboard } = widget.page;
  const place = () =>
    widget.page.evaluate(`${focused}.closest('.message')?.querySelector('.bubble').textContent`);
  expect(await widget.page.evaluate(visibility)).toEqual(['0', '0', '0']);
  await widget.message('two').hover();
  expect(await widget.page.evaluate(visibility)).toEqual(['0', '1', '0']);
  await keyboard.press('Shift+Tab');
  expect(await place()).toBe('three');
  expect(await widget.page.evaluate(visibility)).toEqual(['0', '1', '1']);
  await keyboard.press('ArrowUp');
  await keyboard.press('ArrowUp');
  expect(await place()).toBe('one');
  thread.agentSays('four');
  await widget.message('four').waitFor();
  await keyboard.press('Shift+Tab');
  expect(await widget.page.evaluate(`${focused}.ariaLabel`)).toBe('Messages');
  await keyboard.press('Tab');
  expect(await place()).toBe('four');
  await keyboard.press('Enter');
  await widget.panel.getByText('Replying to Rafiki').waitFor();
});

test.each(['light', 'dark'] as const)(
  'a long quotation is cut to its place at 320 pixels by touch, in the %s',
  async (colorScheme) => {
    const phone = await scene.newContext({
      viewport: { width: 320, height: 568 },
      colorScheme,
      hasTouch: true,
      isMobile: true,
    });
    const widget = await scene.visit(phone);
    await widget.open();
    const thread = await scene.connected();
    const long = 'mud, '.repeat(100);
    thread.agentSays(long, { author: { name: 'n'.repeat(80) } });
    thread.agentSays('Did you read this?', { replyTo: { id: 'a-1', from: 'agent', text: long } });
    thread.agentSays('Closed for crocodiles.', { forwarded: true });
    await widget.message('Closed for crocodiles.').waitFor();
    expect(await widget.page.evaluate(visibility)).toEqual(['1', '1', '1']);
    await widget.replyTo('mud, mud');
    await widget.send(`w${'w'.repeat(60)}`);
    await expect.poll(() => thread.inbound().length).toBe(1);
    await widget.replyTo('Did you read this?');
    await widget.dropReply.waitFor();
    const overflowing = await widget.page.evaluate(`
      [...document.querySelector('isthmus-chat').shadowRoot.querySelectorAll('.panel, .panel *')]
        .filter((node) => node.getClientRects().length > 0 && !node.matches('.hushed, bdi, .relation, svg, svg *'))
        .filter((node) => node.getBoundingClientRect().right > 320 || node.getBoundingClientRect().left < 0)
        .map((node) => node.className)
    `);
    expect(overflowing).toEqual([]);
    expect((await widget.quotation('mud').first().boundingBox())?.height).toBeLessThan(80);
    if (screenshots) {
      await widget.page.screenshot({ path: `${screenshots}/replies-${colorScheme}.png` });
    }
  },
);
