import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { launchBrowser, screenshotFolder } from '../support/browser.js';
import { identifiedChannels, identifiedEnv, vouchFor } from '../support/identified-channel.js';
import { simulatorAt } from '../support/simulator-client.js';
import { type System, startSystem } from '../support/system.js';
import { widgetOf } from '../support/widget-page.js';

let system: System;
let browser: Browser;
let desk: Page;

beforeAll(async () => {
  [system, browser] = await Promise.all([
    startSystem({
      temporalAddress: inject('temporalAddress'),
      channels: identifiedChannels,
      env: identifiedEnv,
    }),
    launchBrowser(),
  ]);
  desk = await browser.newPage({ viewport: { width: 1200, height: 800 } });
  await desk.goto(`${system.simulatorUrl}/console/`);
  await desk.getByText('Live').waitFor();
});
afterAll(async () => {
  await browser?.close();
  await system?.close();
});

/** Set SCREENSHOTS to a folder to look at what the two saw. */
const screenshots = screenshotFolder();

async function picture(page: Page, name: string): Promise<void> {
  if (screenshots) await page.screenshot({ path: `${screenshots}/${name}.png` });
}

/** A page of the customer's own site, with the widget on it. */
async function openSite(context: BrowserContext, attributes: string): Promise<Page> {
  const page = await context.newPage();
  const site = `${system.gatewayUrls[0]}/site`;
  await page.route(site, (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><title>Site</title><script src="/widget.js" async></script>
        <isthmus-chat ${attributes}></isthmus-chat>`,
    }),
  );
  await page.goto(site);
  return page;
}

/** Writes to a customer from the console, and clicks as an impatient agent does. */
async function writeFirst(channel: string, customerId: string, text: string): Promise<void> {
  await desk.getByRole('button', { name: 'Write to a customer' }).click();
  const form = desk.getByRole('form', { name: 'Write to a customer' });
  await form.getByLabel('Channel').fill(channel);
  await form.getByLabel('Customer’s id').fill(customerId);
  await form.getByLabel('Message').fill(text);
  await picture(desk, `console-writes-to-${channel}`);
  await form.getByRole('button', { name: 'Send first' }).dblclick();
  await desk.getByRole('log', { name: 'Messages' }).getByText(text).waitFor();
}

/** Lets the customer read, answer, and be answered; gives what was said, in order. */
async function talk(page: Page, first: string): Promise<string[]> {
  const widget = widgetOf(page);
  await widget.message(first).waitFor();
  await widget.send('On my way.');
  await widget.message('On my way.').getByText('Sent.', { exact: true }).waitFor();
  const log = desk.getByRole('log', { name: 'Messages' });
  await log.getByText('On my way.').waitFor();
  const reply = desk.getByRole('textbox', { name: 'Reply' });
  await reply.fill('See you there.');
  await reply.press('Enter');
  await widget.message('See you there.').waitFor();
  await log.getByText('seen').last().waitFor();
  return await page.locator('isthmus-chat .bubble').allTextContents();
}

test('a customer whom their site knows comes back and finds what an agent wrote', async () => {
  const first = 'The river is back.';
  await writeFirst('den', 'ringo@example.org', first);
  const context = await browser.newContext({ viewport: { width: 1000, height: 760 } });
  const token = await vouchFor('ringo@example.org');
  const page = await openSite(context, `channel="den" identity-token="${token}"`);
  const widget = widgetOf(page);
  await page.getByRole('button', { name: /1 unread|1 new/ }).waitFor();
  await picture(page, 'den-unread');
  await widget.open();
  expect(await talk(page, first)).toEqual([first, 'On my way.', 'See you there.']);
  await picture(page, 'den-chat');
  await picture(desk, 'den-console');
  const { contacts, violations } = await simulatorAt(system.simulatorUrl).state();
  expect(contacts).toHaveLength(1);
  expect(violations).toEqual([]);
}, 60_000);

test('a customer without a name comes back to another thread than the one that ended', async () => {
  const context = await browser.newContext({ viewport: { width: 1000, height: 760 } });
  const before = await openSite(context, 'channel="watering-hole"');
  const widget = widgetOf(before);
  await widget.open();
  await widget.send('Is the water fresh?');
  await widget.message('Is the water fresh?').getByText('Sent.', { exact: true }).waitFor();
  const contact = desk.getByRole('navigation', { name: 'Contacts' }).getByRole('button', {
    name: /Is the water fresh/,
  });
  await contact.click();
  await desk.getByRole('log', { name: 'Messages' }).getByText('Is the water fresh?').waitFor();
  const fact = desk.locator('.facts span').filter({ hasText: 'Customer' });
  const customerId = (await fact.getAttribute('title')) ?? '';
  await desk.getByRole('button', { name: 'Close', exact: true }).click();
  await widget.status(/ended/).waitFor();
  await before.close();

  const first = 'The water is fresh now.';
  await writeFirst('watering-hole', customerId, first);
  const page = await openSite(context, 'channel="watering-hole"');
  const back = widgetOf(page);
  await back.open();
  expect(await talk(page, first)).toEqual([first, 'On my way.', 'See you there.']);
  await picture(page, 'watering-hole-chat');
  await picture(desk, 'watering-hole-console');
  expect((await simulatorAt(system.simulatorUrl).state()).violations).toEqual([]);
}, 60_000);

test('an agent who names a channel that nobody has is told what is wrong', async () => {
  await desk.getByRole('button', { name: 'Write to a customer' }).click();
  const form = desk.getByRole('form', { name: 'Write to a customer' });
  await form.getByLabel('Channel').fill('nowhere');
  await form.getByLabel('Customer’s id').fill('ringo@example.org');
  await form.getByLabel('Message').fill('The river is back.');
  await form.getByRole('button', { name: 'Send first' }).click();
  const told = form.getByRole('status');
  await expect.poll(() => told.textContent()).toBe('Not valid: There is no such channel.');
});
