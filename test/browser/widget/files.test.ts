import { readFile } from 'node:fs/promises';
import type { Page, Route } from 'playwright-core';
import { expect, test } from 'vitest';
import { createPng } from '../../support/pictures.js';
import type { WidgetPage } from '../../support/widget-page.js';
import { useScene } from './scene.js';

const { gateway, context, visit, connected } = useScene();

const map = { name: 'map.png', mimeType: 'image/png', buffer: createPng([200, 120, 40]) };
const note = { name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('roar') };

async function openChat(): Promise<WidgetPage> {
  const widget = await visit();
  await widget.open();
  return widget;
}

/** Holds back the next upload, which is given, to be let go. */
async function holdUpload(page: Page): Promise<() => Promise<Route>> {
  let take: (route: Route) => void = () => undefined;
  const first = new Promise<Route>((resolve) => {
    take = resolve;
  });
  await page.route('**/attachments?*', (route) => take(route), { times: 1 });
  return () => first;
}

const shownPictures = ({ log }: WidgetPage) =>
  log.locator('img').evaluateAll((pictures) =>
    pictures.map((picture) => {
      // The page's own types are not those of this program.
      const { alt, complete, naturalWidth } = picture as unknown as {
        alt: string;
        complete: boolean;
        naturalWidth: number;
      };
      return { alt, isShown: complete && naturalWidth > 0 };
    }),
  );

test('files that are chosen go with a message that needs no words, and are shown', async () => {
  const widget = await openChat();
  await widget.choose(map, note);
  await expect.poll(() => widget.files.count()).toBe(2);
  await widget.files.filter({ hasText: 'Ready to send.' }).nth(1).waitFor();
  await widget.panel.getByRole('button', { name: 'Send' }).click();
  await widget.messages.first().waitFor();
  await expect.poll(() => shownPictures(widget)).toEqual([{ alt: 'map.png', isShown: true }]);
  expect(await widget.messages.count()).toBe(1);
  expect(await widget.files.count()).toBe(0);
  const url = gateway().url;
  expect(gateway().thread().inbound()).toMatchObject([
    {
      text: '',
      attachments: [
        { name: 'map.png', url: `${url}/v1/attachments/file-1` },
        { name: 'note.txt', url: `${url}/v1/attachments/file-2` },
      ],
    },
  ]);
  expect(gateway().files.get('file-1')?.bytes.equals(map.buffer)).toBe(true);
  await widget.page.reload();
  await expect.poll(() => shownPictures(widget)).toEqual([{ alt: 'map.png', isShown: true }]);
});

/** Pastes or drops a file, as a browser does. */
function giveFile(page: Page, kind: 'paste' | 'drop', name: string): Promise<unknown> {
  // As a text, because this program does not know the page's own types.
  return page.evaluate(`
    const data = new DataTransfer();
    data.items.add(new File(['roar'], '${name}', { type: 'text/plain' }));
    const facts = { bubbles: true, cancelable: true, composed: true };
    const widget = document.querySelector('isthmus-chat').shadowRoot;
    widget.querySelector('textarea').dispatchEvent(
      '${kind}' === 'paste'
        ? new ClipboardEvent('paste', { ...facts, clipboardData: data })
        : new DragEvent('drop', { ...facts, dataTransfer: data }));`);
}

test('files are also pasted and dropped', async () => {
  const widget = await openChat();
  const give = async (type: 'paste' | 'drop', name: string) => {
    await giveFile(widget.page, type, name);
    await widget.files.filter({ hasText: name }).getByText('Ready to send.').waitFor();
  };
  await give('paste', 'pasted.txt');
  await give('drop', 'dropped.txt');
  await widget.send('Two files');
  await widget.message('Two files').waitFor();
  expect(gateway().thread().inbound()).toMatchObject([
    { attachments: [{ name: 'pasted.txt' }, { name: 'dropped.txt' }] },
  ]);
});

test('a message waits for its files, and the page is not left without a question', async () => {
  const widget = await openChat();
  const held = await holdUpload(widget.page);
  await widget.choose(map);
  const route = await held();
  await widget.send('See the map');
  await widget.panel.getByRole('alert').getByText('still being uploaded').waitFor();
  expect(await widget.composer.inputValue()).toBe('See the map');

  const question = widget.page.waitForEvent('dialog');
  await widget.page.close({ runBeforeUnload: true });
  const dialog = await question;
  expect(dialog.type()).toBe('beforeunload');
  await dialog.dismiss();

  await route.continue();
  await widget.files.getByText('Ready to send.').waitFor();
  await widget.composer.press('Enter');
  await widget.message('See the map').waitFor();
  await expect.poll(() => gateway().thread().inbound().length).toBe(1);
  expect(gateway().thread().inbound()).toMatchObject([{ attachments: [{ name: 'map.png' }] }]);
});

test('an upload is broken off, and another one goes on', async () => {
  const widget = await openChat();
  const held = await holdUpload(widget.page);
  await widget.choose(map, note);
  await held();
  await widget.panel.getByRole('button', { name: 'Remove: map.png' }).click();
  await widget.files.getByText('Ready to send.').waitFor();
  expect(await widget.files.allTextContents()).toEqual([expect.stringContaining('note.txt')]);
  expect([...gateway().files.values()].map(({ name }) => name)).toEqual(['note.txt']);
});

test('an upload that failed is tried again, and one that is refused is not', async () => {
  const widget = await openChat();
  gateway().failNext('/attachments', { status: 503 });
  await widget.choose(map);
  await widget.files.getByText('It could not be uploaded.').waitFor();
  const retry = widget.panel.getByRole('button', { name: 'Try again: map.png' });
  await retry.press('Enter');
  await widget.files.getByText('Ready to send.').waitFor();
  await widget.choose(
    { name: 'page.html', mimeType: 'text/html', buffer: Buffer.from('<p>') },
    { name: 'empty.txt', mimeType: 'text/plain', buffer: Buffer.alloc(0) },
  );
  await widget.files.filter({ hasText: 'page.html' }).getByText('are not taken').waitFor();
  await widget.files.filter({ hasText: 'empty.txt' }).getByText('It is empty.').waitFor();
  expect(await widget.panel.getByRole('button', { name: /^Try again/ }).count()).toBe(0);
  await widget.send('What there is');
  await widget.message('What there is').waitFor();
  await expect.poll(() => gateway().thread().inbound().length).toBe(1);
  expect(gateway().thread().inbound()).toMatchObject([{ attachments: [{ name: 'map.png' }] }]);
});

test('a message whose files are uploaded survives a reload before it is sent', async () => {
  const widget = await openChat();
  await widget.send('Hello');
  await connected();
  await widget.choose(map);
  await widget.files.getByText('Ready to send.').waitFor();
  gateway().failNext('/messages', { status: 503, retryAfter: '1' });
  await widget.send('See the map');
  await widget.message('See the map').waitFor();
  await widget.page.reload();
  await widget
    .message('See the map')
    .getByText('Sent.', { exact: true })
    .or(widget.message('See the map').getByText('On its way.', { exact: true }))
    .first()
    .waitFor();
  await expect
    .poll(() => gateway().thread().inbound())
    .toMatchObject([
      { text: 'Hello' },
      { text: 'See the map', attachments: [{ name: 'map.png' }] },
    ]);
});

test('an agent’s file is saved under its name, and one that is gone is said to be', async () => {
  const widget = await openChat();
  await widget.send('Hello');
  const thread = await connected();
  const url = gateway().url;
  gateway().files.set('prices', {
    name: 'prices.pdf',
    mimeType: 'application/pdf',
    bytes: Buffer.from('%PDF-1.7'),
  });
  thread.agentSays('Prices', {
    attachments: [{ name: 'prices.pdf', url: `${url}/v1/attachments/prices` }],
  });
  const saved = widget.page.waitForEvent('download');
  await widget.message('Prices').getByRole('link', { name: 'prices.pdf' }).click();
  const download = await saved;
  expect(download.suggestedFilename()).toBe('prices.pdf');
  expect(await readFile(await download.path(), 'utf8')).toBe('%PDF-1.7');

  thread.agentSays('Old ones', {
    attachments: [
      { name: 'old.pdf', url: `${url}/v1/attachments/gone` },
      { name: 'old.png', url: `${url}/v1/attachments/gone-too` },
    ],
  });
  const old = widget.message('Old ones');
  await old.getByText('This file is no longer available.').waitFor();
  await old.getByRole('link', { name: 'old.pdf' }).click();
  await expect.poll(() => old.getByText('This file is no longer available.').count()).toBe(2);
  expect(context().pages()).toHaveLength(1);
});
