import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { launchBrowser, screenshotFolder } from '../support/browser.js';
import { createPng } from '../support/pictures.js';
import { simulatorAt } from '../support/simulator-client.js';
import { type System, startSystem } from '../support/system.js';
import { type WidgetPage, widgetOf } from '../support/widget-page.js';

let system: System;
let browser: Browser;
/** Set SCREENSHOTS to a folder to look at what the two saw. */
const screenshots = screenshotFolder();

beforeAll(async () => {
  [system, browser] = await Promise.all([
    startSystem({ temporalAddress: inject('temporalAddress') }),
    launchBrowser(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await system?.close();
});

/** Waits until a picture has come and is drawn. */
async function waitForPicture(log: Locator, name: string): Promise<void> {
  const picture = log.getByRole('img', { name });
  await picture.waitFor();
  await expect
    .poll(() => picture.evaluate((image) => Reflect.get(image, 'naturalWidth') as number))
    .toBeGreaterThan(0);
}

async function openBoth(): Promise<{ widget: WidgetPage; desk: Page; log: Locator }> {
  const context = await browser.newContext({ viewport: { width: 1000, height: 760 } });
  const customerPage = await context.newPage();
  await customerPage.goto(system.gatewayUrls[0] ?? '');
  const widget = widgetOf(customerPage);
  await widget.open();
  const desk = await context.newPage();
  await desk.setViewportSize({ width: 1200, height: 800 });
  await desk.goto(`${system.simulatorUrl}/console`);
  return { widget, desk, log: desk.getByRole('log', { name: 'Messages' }) };
}

test('a picture is sent and seen both ways, again after a reload, and when its address ran out', async () => {
  const { widget, desk, log } = await openBoth();
  const simulator = simulatorAt(system.simulatorUrl);
  await widget.choose({
    name: 'my cave.png',
    mimeType: 'image/png',
    buffer: createPng([40, 110, 160], 320, 240),
  });
  await widget.files.getByText('Ready to send.').waitFor();
  if (screenshots) await widget.page.screenshot({ path: `${screenshots}/files-tray.png` });
  await widget.send('Is there room in my cave?');
  const own = widget.message('Is there room in my cave?');
  await own.getByText('Sent.', { exact: true }).waitFor();
  await waitForPicture(widget.log, 'my cave.png');

  await desk.getByRole('navigation', { name: 'Contacts' }).getByRole('listitem').first().click();
  await waitForPicture(log, 'my cave.png');
  await desk.getByRole('textbox', { name: 'Reply' }).fill('There is. Look:');
  const chooser = desk.waitForEvent('filechooser');
  await desk.getByRole('button', { name: 'Files' }).click();
  await (await chooser).setFiles([
    { name: 'room.png', mimeType: 'image/png', buffer: createPng([220, 150, 60], 320, 240) },
    { name: 'rules.txt', mimeType: 'text/plain', buffer: Buffer.from('No roaring.') },
  ]);
  await widget.message('There is. Look:').waitFor();
  await waitForPicture(widget.log, 'room.png');
  await waitForPicture(log, 'room.png');
  if (screenshots) {
    await widget.page.screenshot({ path: `${screenshots}/files-widget.png` });
    await desk.screenshot({ path: `${screenshots}/files-console.png` });
  }
  const saved = widget.page.waitForEvent('download');
  await widget.log.getByRole('link', { name: 'rules.txt' }).click();
  expect((await saved).suggestedFilename()).toBe('rules.txt');

  await widget.page.reload();
  await waitForPicture(widget.log, 'room.png');
  await waitForPicture(widget.log, 'my cave.png');

  // A page never learns where the contact centre has a file.
  const shown = await widget.log
    .getByRole('img')
    .evaluateAll((images) => images.map((image) => String(Reflect.get(image, 'src'))));
  expect(shown).toHaveLength(2);
  for (const url of shown) expect(url).toContain(`${system.gatewayUrls[0]}/v1/attachments/`);
  // What was signed so far is over: the contact centre is asked for its messages' files once more.
  await simulator.post('/expire-files');
  for (const url of shown) {
    const answer = await fetch(url);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/png']);
  }

  const { messages, violations } = await simulator.state();
  expect(messages.map(({ text }) => text)).toEqual([
    'Is there room in my cave?',
    'There is. Look:',
  ]);
  expect(violations).toEqual([]);
  await widget.page.context().close();
});
