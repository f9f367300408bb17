import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { launchBrowser, screenshotFolder } from '../support/browser.js';
import { consoleOf } from '../support/console-page.js';
import { openSession } from '../support/customer-client.js';
import { simulatorAt } from '../support/simulator-client.js';
import { type System, startSystem } from '../support/system.js';
import { widgetOf } from '../support/widget-page.js';

let system: System;
let browser: Browser;

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

/** Set SCREENSHOTS to a folder to look at what the two saw. */
const screenshots = screenshotFolder();

test('a customer and an agent answer one message each, and what is forwarded is marked', async () => {
  const gatewayUrl = system.gatewayUrls[0] ?? '';
  const neighbour = await openSession(gatewayUrl);
  await neighbour.send(gatewayUrl, 'm-1', 'No bathing: crocodiles.');
  const customerPage = await browser.newPage({ viewport: { width: 1000, height: 760 } });
  await customerPage.goto(gatewayUrl);
  const widget = widgetOf(customerPage);
  await widget.open();
  await widget.send('Is the mud deep?');
  const page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
  await page.goto(`${system.simulatorUrl}/console`);
  const desk = consoleOf(page);
  await desk.openContact('Is the mud deep?');
  await desk.reply('Cold or warm?');
  await desk.reply('I mean the mud.');
  await widget.message('I mean the mud.').waitFor();

  await widget.replyTo('Cold or warm?');
  await widget.send('Warm, please.');
  await widget.message('Warm, please.').getByText('Sent.', { exact: true }).waitFor();
  await desk.message('Warm, please.').locator('.quote').getByText('Cold or warm?').waitFor();

  // The agent's answer goes in the one form of the box, what is forwarded in the other.
  await desk.message('Is the mud deep?').getByRole('button', { name: 'Reply to this' }).click();
  await desk.reply('Up to the ears.');
  const answer = widget.message('Up to the ears.');
  await answer.getByRole('button', { name: 'In answer to You Is the mud deep?' }).waitFor();
  await page.getByRole('button', { name: /Faults and violations/ }).click();
  await page.getByLabel('Form').selectOption('v2');
  await page.getByRole('button', { name: /Faults and violations/ }).click();
  const number = desk.contactNumber();
  await desk.openContact('No bathing: crocodiles.');
  await desk.message('No bathing').getByRole('button', { name: 'Forward' }).click();
  await page.getByRole('combobox', { name: 'to' }).selectOption(number);
  await page
    .getByRole('form', { name: 'Forward a message' })
    .getByRole('button', { name: 'Forward' })
    .click();
  await widget.message('No bathing: crocodiles.').getByText('Forwarded').waitFor();
  await desk.message('No bathing').getByText('seen').waitFor();
  if (screenshots) {
    await widget.page.screenshot({ path: `${screenshots}/replies-widget.png` });
    await page.screenshot({ path: `${screenshots}/replies-console.png` });
  }

  // On a phone there is room to write.
  await page.setViewportSize({ width: 360, height: 740 });
  const box = await page.getByRole('textbox', { name: 'Reply' }).boundingBox();
  expect(box?.width).toBeGreaterThan(300);

  await widget.page.reload();
  await answer.getByRole('button', { name: 'In answer to You Is the mud deep?' }).waitFor();
  await widget.message('No bathing: crocodiles.').getByText('Forwarded').waitFor();
  expect(await widget.quotation('Cold or warm?').count()).toBe(1);
  const { messages, violations } = await simulatorAt(system.simulatorUrl).state();
  const asked = messages.find(({ text }) => text === 'Cold or warm?');
  expect(messages.find(({ text }) => text === 'Warm, please.')?.request).toMatchObject({
    replyToMessage: { idOnExternalPlatform: asked?.idOnExternalPlatform },
    isReplyToSpecificMessage: true,
  });
  expect(messages).toHaveLength(7);
  expect(violations).toEqual([]);
});
