import type { Locator } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { screenshotFolder } from '../../support/browser.js';
import type { FakeThread } from '../../support/fake-gateway-thread.js';
import type { WidgetPage } from '../../support/widget-page.js';
import { useScene } from './scene.js';

const scene = useScene();
/** Set SCREENSHOTS to a folder to look at each kind of content. */
const screenshots = screenshotFolder();

const url = 'https://jungle.example/mud';

function content(type: string, payload: object): { readonly content: object } {
  return { content: { type, payload } };
}

const quickReplies = (...texts: string[]) =>
  content('QUICK_REPLIES', {
    text: { content: 'Which mud would you like?' },
    actions: texts.map((text) => ({ type: 'REPLY_BUTTON', text, postback: `mud:${text}` })),
  });

async function openChat(): Promise<{ widget: WidgetPage; thread: FakeThread }> {
  const widget = await scene.visit();
  await widget.open();
  return { widget, thread: await scene.connected() };
}

const said = (thread: FakeThread) =>
  thread.inbound().map(({ text, postback }) => [text, postback].join(' / '));

const disabled = (choice: Locator) => choice.getAttribute('aria-disabled');

async function look(widget: WidgetPage, name: string): Promise<void> {
  if (screenshots !== undefined) {
    await widget.panel.screenshot({ path: `${screenshots}/content-${name}.png` });
  }
}

describe('quick replies', () => {
  test('are chosen by a click, once, and still show it after a reload', async () => {
    const { widget, thread } = await openChat();
    thread.agentSays('Which?\n- Cold\n- Deep', quickReplies('Cold', 'Deep', 'Old'));
    await widget.message('Which mud would you like?').waitFor();
    expect(await widget.message('- Cold').count()).toBe(0);
    await look(widget, 'quick-replies');
    await widget.choice('Deep').dblclick();
    await widget.message('Deep').waitFor();
    await widget.choice('Deep (chosen)').click({ force: true });
    await widget.choice('Cold').click({ force: true });
    await expect.poll(() => said(thread)).toEqual(['Deep / mud:Deep']);
    expect(await disabled(widget.choice('Cold'))).toBe('true');
    await look(widget, 'quick-replies-chosen');

    await widget.page.reload();
    await widget.choice('Deep (chosen)').waitFor();
    expect(await disabled(widget.choice('Old'))).toBe('true');
    await widget.choice('Old').click({ force: true });
    await widget.send('And a shovel');
    await expect.poll(() => said(thread)).toEqual(['Deep / mud:Deep', 'And a shovel / ']);
  });

  test('are chosen with the keyboard, which stays and goes on to the composer', async () => {
    const { widget, thread } = await openChat();
    thread.agentSays('', quickReplies('Cold', 'Deep'));
    await widget.choice('Deep').waitFor();
    // The button that answers the whole message is on the way.
    for (let steps = 0; steps < 3; steps += 1) {
      await widget.page.keyboard.press('Shift+Tab');
    }
    await widget.page.locator('.choice:focus', { hasText: 'Cold' }).waitFor();
    await widget.page.keyboard.press('Enter');
    await widget.choice('Cold (chosen)').and(widget.page.locator(':focus')).waitFor();
    await widget.page.keyboard.press('Enter');
    await widget.page.keyboard.press('Tab');
    await widget.page.keyboard.press('Tab');
    expect(await widget.composer.evaluate((input) => input.matches(':focus'))).toBe(true);
    await widget.page.keyboard.press('Shift+Tab');
    await widget.page.keyboard.press('Shift+Tab');
    expect(await widget.log.evaluate((log) => log.matches(':focus'))).toBe(true);
    await widget.send('Thank you');
    await expect.poll(() => said(thread)).toEqual(['Cold / mud:Cold', 'Thank you / ']);
  });

  test('are over when the customer says something else, or when others come', async () => {
    const { widget, thread } = await openChat();
    thread.agentSays('', quickReplies('Cold'));
    thread.agentSays('', quickReplies('Warm'));
    await widget.choice('Warm').waitFor();
    expect(await disabled(widget.choice('Cold'))).toBe('true');
    expect(await disabled(widget.choice('Warm'))).toBe('false');
    await widget.send('Neither');
    await expect.poll(() => disabled(widget.choice('Warm'))).toBe('true');
  });

  test('chosen while the gateway is down go out once it is back', async () => {
    const { widget, thread } = await openChat();
    thread.agentSays('', quickReplies('Cold', 'Deep'));
    await widget.choice('Cold').waitFor();
    scene.gateway().setDown(true);
    await widget.choice('Cold').click();
    await widget.message('Cold').getByText('Waiting to be sent').waitFor();
    await widget.page.reload();
    await widget.message('Cold').waitFor();
    scene.gateway().setDown(false);
    await expect.poll(() => said(thread), { timeout: 20_000 }).toEqual(['Cold / mud:Cold']);
    await widget.choice('Cold (chosen)').waitFor();
  });

  test('that were not delivered can be tried again and carry the same', async () => {
    const { widget, thread } = await openChat();
    thread.agentSays('', quickReplies('Cold', 'Deep'));
    await widget.choice('Cold').click();
    await widget.message('Cold').getByText('On its way').waitFor();
    thread.settle(thread.inbound()[0]?.id ?? '', 'failed', 'CONTACT_CENTRE_REJECTED');
    const retry = widget.message('Cold').getByRole('button', { name: 'Try again' });
    await retry.waitFor();
    await widget.page.reload();
    await retry.click();
    await expect.poll(() => said(thread)).toEqual(['Cold / mud:Cold', 'Cold / mud:Cold']);
  });

  test('cannot be chosen in a closed thread', async () => {
    const { widget, thread } = await openChat();
    thread.agentSays('', quickReplies('Cold'));
    thread.end('agent');
    await expect.poll(() => disabled(widget.choice('Cold'))).toBe('true');
    await widget.choice('Cold').click({ force: true });
    expect(said(thread)).toEqual([]);
  });
});

test('a list is chosen from more than once, and equal items are told apart', async () => {
  const { widget, thread } = await openChat();
  thread.agentSays(
    'Our mud',
    content('LIST_PICKER', {
      title: { content: 'Our mud' },
      text: { content: 'Everything is fresh.' },
      actions: [
        { text: 'Bank', description: 'cold and firm', postback: '1', icon: { url: `${url}.png` } },
        { text: 'Spring', postback: '2', icon: { url: `${scene.gateway().url}/savanna.svg` } },
        { text: 'Spring', description: 'with reeds', postback: '3' },
      ],
    }),
  );
  const list = widget.log.getByRole('list', { name: 'Our mud' });
  await list.getByRole('button', { name: 'Bank cold and firm' }).dblclick();
  await list.getByRole('button', { name: 'Bank cold and firm (chosen)' }).waitFor();
  await list.getByRole('button', { name: 'Spring with reeds' }).click();
  await list.getByRole('button', { name: 'Spring with reeds (chosen)' }).waitFor();
  expect(await list.getByRole('listitem').count()).toBe(3);
  await look(widget, 'list');
  await widget.page.reload();
  await list.getByRole('button', { name: 'Spring with reeds (chosen)' }).waitFor();
  expect(await list.getByRole('button', { name: /chosen/ }).count()).toBe(2);
  await expect.poll(() => said(thread)).toEqual(['Bank / 1', 'Spring / 3']);
});

test('a rich link shows its picture, its title and its host, and opens beside the page', async () => {
  const { widget, thread } = await openChat();
  const media = { fileName: 'heap.png', mimeType: 'image/svg+xml' };
  thread.agentSays(
    `All our mud: ${url}`,
    content('RICH_LINK', {
      title: { content: 'All our mud' },
      url,
      media: { ...media, url: `${scene.gateway().url}/savanna.svg` },
    }),
  );
  const link = widget.log.getByRole('link', { name: 'All our mud jungle.example' });
  await link.waitFor();
  expect(await link.getAttribute('href')).toBe(url);
  expect(await link.getAttribute('target')).toBe('_blank');
  expect(await link.getAttribute('rel')).toBe('noopener noreferrer');
  const picture = link.locator('img');
  expect(await picture.getAttribute('referrerpolicy')).toBe('no-referrer');
  await expect
    .poll(() => picture.evaluate((one) => 'naturalWidth' in one && one.naturalWidth))
    .toBeGreaterThan(0);
  await look(widget, 'rich-link');
});

test("a plugin's texts, pictures, links and buttons are a card", async () => {
  const { widget, thread } = await openChat();
  thread.agentSays(
    'Mud',
    content('PLUGIN', {
      elements: [
        {
          type: 'MENU',
          elements: [
            { type: 'FILE', fileName: 'heap.svg', url: `${scene.gateway().url}/savanna.svg` },
            { type: 'TITLE', text: 'Mud of the month' },
            { type: 'TEXT', text: `Fresh from the bank, see ${url}` },
            { type: 'BUTTON', text: 'Order it', postback: '{"order":7}' },
            { type: 'BUTTON', text: 'Read more', url },
          ],
        },
      ],
    }),
  );
  await widget.message('Mud of the month').getByRole('link', { name: 'Read more' }).waitFor();
  await widget.choice('Order it').click();
  await widget.choice('Order it (chosen)').waitFor();
  await expect.poll(() => said(thread)).toEqual(['Order it / {"order":7}']);
  expect(await disabled(widget.choice('Order it (chosen)'))).toBe('false');
  await look(widget, 'plugin');
});

test('an adaptive card shows its words and its buttons', async () => {
  const { widget, thread } = await openChat();
  thread.agentSays(
    'Order 7',
    content('ADAPTIVE_CARD', {
      type: 'AdaptiveCard',
      version: '1.5',
      body: [
        { type: 'TextBlock', text: 'Order 7', weight: 'Bolder', size: 'Large' },
        { type: 'TextBlock', text: 'Is this right?', wrap: true },
        {
          type: 'FactSet',
          facts: [
            { title: 'Mud', value: 'cold' },
            { title: 'Tons', value: '2' },
          ],
        },
        { type: 'Image', url: 'https://jungle.example/gone.png', altText: 'A heap of mud' },
      ],
      actions: [
        { type: 'Action.Submit', title: 'Confirm', data: { order: 7 } },
        { type: 'Action.OpenUrl', title: 'Terms', url },
      ],
    }),
  );
  const message = widget.message('Order 7');
  await message.getByText('A heap of mud').waitFor();
  expect(await message.locator('img').count()).toBe(0);
  expect(await message.locator('.card').innerText()).toContain('Mud: cold\nTons: 2');
  await widget.choice('Confirm').click();
  await expect.poll(() => said(thread)).toEqual(['Confirm / {"order":7}']);
  await look(widget, 'adaptive-card');
});

describe('what the widget cannot show', () => {
  test.each([
    ['an unknown type', content('HOLOGRAM', { beam: 4 })],
    ['a form', content('FORM', { elements: [{ type: 'TEXT', text: 'x' }] })],
    ['a time picker', content('TIME_PICKER', { event: { timeslots: [] } })],
    ['no payload', { content: { type: 'QUICK_REPLIES' } }],
    ['content of another kind', { content: 'QUICK_REPLIES' }],
    ['lists of another kind', content('LIST_PICKER', { title: 7, actions: { length: 1e9 } })],
    ['a link to a script', content('RICH_LINK', { title: { content: 'T' }, url: 'javascript:1' })],
  ])('is shown by its text: %s', async (_, more) => {
    const { widget, thread } = await openChat();
    thread.agentSays('The text that is always enough', more);
    await widget.message('The text that is always enough').waitFor();
    expect(await widget.log.getByRole('link').count()).toBe(0);
    expect(await widget.log.getByRole('button').allTextContents()).toEqual(['Reply']);
  });
});

test('hostile content is text and nothing else', async () => {
  const { widget, thread } = await openChat();
  const html = '<img src=x onerror="throw new Error(1)"><b>bold</b>';
  const script = 'javascript:alert(1)';
  thread.agentSays('x', {
    ...content('PLUGIN', {
      elements: [
        { type: 'TITLE', text: `title ${html}` },
        { type: 'TEXT', text: html },
        { type: 'BUTTON', text: `button ${html}`, url: script, postback: script },
        { type: 'FILE', fileName: html, url: 'data:text/html,<script>alert(1)</script>' },
        { type: 'FILE', fileName: 'x.png', url: script },
      ],
    }),
    attachments: [{ name: `${html}.png`, url: script }],
  });
  thread.agentSays(
    'x',
    content('LIST_PICKER', {
      title: { content: html },
      actions: Array.from({ length: 20_000 }, (_, index) => ({
        text: `item ${index} ${html}`,
        icon: { url: script },
      })),
    }),
  );
  await widget.panel.getByText('and 19900 more').waitFor();
  expect(await widget.log.locator('b, img, script').count()).toBe(0);
  expect(await widget.log.getByRole('link').count()).toBe(0);
  await widget.choice(/^button/).click();
  await expect.poll(() => said(thread)).toEqual([`button ${html} / ${script}`]);
});

test('pictures among the files are shown small and open, the others go by their names', async () => {
  const { widget, thread } = await openChat();
  const own = `${scene.gateway().url}/savanna.svg`;
  thread.agentSays('Look:', {
    attachments: [
      { name: 'savanna.svg', url: own },
      { name: 'signed', url: `${own}?signature=1`, mimeType: 'image/svg+xml' },
      { name: 'gone.png', url: 'https://jungle.example/gone.png' },
      { name: 'price.pdf', url: 'https://jungle.example/price.pdf' },
    ],
  });
  await widget.log.getByRole('img', { name: 'savanna.svg' }).waitFor();
  await widget.log.getByText('gone.png').waitFor();
  expect(await widget.log.getByRole('img').count()).toBe(2);
  const links = widget.log.getByRole('link');
  expect(await links.evaluateAll((all) => all.map((link) => link.getAttribute('href')))).toEqual([
    own,
    `${own}?signature=1`,
    'https://jungle.example/gone.png',
    'https://jungle.example/price.pdf',
  ]);
  await look(widget, 'attachments');
});

test('pictures tell nobody which page they are on', async () => {
  const { widget, thread } = await openChat();
  const referrers: (string | undefined)[] = [];
  await widget.page.route('https://jungle.example/**', async (route) => {
    referrers.push(route.request().headers()['referer']);
    await route.fulfill({
      contentType: 'image/svg+xml',
      body: '<svg xmlns="http://www.w3.org/2000/svg"/>',
    });
  });
  thread.agentSays('', { attachments: [{ name: 'a.png', url: 'https://jungle.example/a.png' }] });
  await expect.poll(() => referrers).toEqual([undefined]);
});

test('a picture that comes late moves nothing', async () => {
  const { widget, thread } = await openChat();
  await widget.page.route('https://jungle.example/**', (route) =>
    route.fulfill({
      contentType: 'image/svg+xml',
      body: '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="900"/>',
    }),
  );
  for (let count = 0; count < 12; count += 1) {
    thread.agentSays(`line ${count}`);
  }
  thread.agentSays('A picture:', {
    attachments: [{ name: 'tall.png', url: 'https://jungle.example/tall.png' }],
  });
  thread.agentSays('', quickReplies('Cold'));
  await widget.choice('Cold').waitFor();
  const picture = widget.log.getByRole('img', { name: 'tall.png' });
  await expect
    .poll(() => picture.evaluate((one) => 'naturalHeight' in one && one.naturalHeight))
    .toBe(900);
  const below = await widget.log.evaluate(
    (log) => log.scrollHeight - log.scrollTop - log.clientHeight,
  );
  expect(below).toBeLessThan(2);
});

test('the kinds of content fit a narrow and dark page', async () => {
  const phone = await scene.newContext({
    viewport: { width: 320, height: 640 },
    colorScheme: 'dark',
  });
  const widget = await scene.visit(phone);
  await widget.open();
  const thread = await scene.connected();
  const long = 'A very long answer that has to break somewhere on so narrow a page';
  thread.agentSays('', quickReplies('Cold', long, 'x'.repeat(80)));
  thread.agentSays(
    '',
    content('LIST_PICKER', {
      title: { content: 'Our mud' },
      actions: [{ text: long, description: 'y'.repeat(80) }, { text: 'Cold' }],
    }),
  );
  thread.agentSays('', content('RICH_LINK', { title: { content: long }, url }));
  await widget.log.getByRole('link').waitFor();
  const overflow = await widget.log.evaluate((log) => log.scrollWidth - log.clientWidth);
  expect(overflow).toBe(0);
  await look(widget, 'narrow-dark');
});
