import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { launchBrowser, screenshotFolder } from '../support/browser.js';
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

test('a customer in the widget and an agent in the console talk to each other', async () => {
  const customerPage = await browser.newPage({ viewport: { width: 1000, height: 760 } });
  await customerPage.goto(system.gatewayUrls[0] ?? '');
  const widget = widgetOf(customerPage);
  await widget.open();
  await widget.send('Is the water fresh today?');
  await widget.message('Is the water fresh today?').getByText('Sent.', { exact: true }).waitFor();

  const desk = await browser.newPage({ viewport: { width: 1200, height: 800 } });
  await desk.goto(`${system.simulatorUrl}/console`);
  await desk.getByRole('navigation', { name: 'Contacts' }).getByRole('listitem').first().click();
  const log = desk.getByRole('log', { name: 'Messages' });
  await log.getByText('Is the water fresh today?').waitFor();

  const reply = desk.getByRole('textbox', { name: 'Reply' });
  await reply.pressSequentially('Fresh', { delay: 10 });
  await widget.panel
    .getByText(/is typing|typing/i)
    .first()
    .waitFor();
  await reply.fill('Fresh from the spring.');
  await reply.press('Enter');
  await widget.message('Fresh from the spring.').waitFor();
  await log.getByText('seen').waitFor();

  await widget.send('Then I am on my way.');
  await log.getByText('Then I am on my way.').waitFor();
  await widget.message('Then I am on my way.').getByText('Sent.', { exact: true }).waitFor();
  if (screenshots) {
    await customerPage.screenshot({ path: `${screenshots}/widget.png` });
    await desk.screenshot({ path: `${screenshots}/console.png` });
  }
  const texts = await log.getByRole('listitem').allTextContents();
  expect(texts.filter((text) => text.includes('Then I am on my way.'))).toHaveLength(1);
  expect(texts.filter((text) => text.includes('Fresh from the spring.'))).toHaveLength(1);
});
