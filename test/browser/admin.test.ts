import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { launchBrowser, screenshotFolder } from '../support/browser.js';
import { simulatorAt } from '../support/simulator-client.js';
import { type System, startSystem } from '../support/system.js';

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

/** Set SCREENSHOTS to a folder to look at what the admin saw. */
const screenshots = screenshotFolder();

async function shoot(page: Page, name: string): Promise<void> {
  if (screenshots) await page.screenshot({ path: `${screenshots}/${name}.png`, fullPage: true });
}

test('an admin creates, reconnects and removes a channel, and goes back to the contact centre', async () => {
  const page = await browser.newPage({ viewport: { width: 1000, height: 800 } });
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (line) => {
    if (line.type() === 'error') complaints.push(line.text());
  });
  const consoleUrl = `${system.simulatorUrl}/console/`;
  await page.goto(consoleUrl);
  await shoot(page, 'admin-console');
  await page.getByRole('link', { name: 'Integration’s channels' }).click();
  await page.getByRole('heading', { level: 1, name: 'Channels of this integration' }).waitFor();
  // The token works once, so it must not stay in the address bar or the history.
  expect(page.url()).toBe(`${system.gatewayUrls[0]}/integration/action`);
  await page.getByText('Not created yet').waitFor();
  await shoot(page, 'admin-missing');

  await page.getByLabel('Agents may send files').uncheck();
  await page.getByRole('button', { name: 'Create The Watering Hole' }).click();
  await page.getByRole('status').getByText('was created').waitFor();
  await page.getByText('In the contact centre', { exact: true }).waitFor();
  await shoot(page, 'admin-created');
  expect(await page.getByLabel('Agents may send files').isChecked()).toBe(false);

  const simulator = simulatorAt(system.simulatorUrl);
  const channelOf = async () => (await simulator.state()).channels[0];
  expect(await channelOf()).toMatchObject({
    id: 'watering-hole',
    deleted: false,
    settings: {
      name: 'The Watering Hole',
      idOnExternalPlatform: 'watering-hole',
      channelIntegrationId: 'jungle-integration',
      realExternalPlatformId: 'custom',
      isPrivate: true,
      hasTreeStructure: false,
      hasAbilityToSendFiles: false,
      canReplyToAnyMessage: true,
      hasOutboundFlow: true,
    },
  });

  await page.getByLabel('Agents may send files').check();
  await page.getByRole('button', { name: 'Reconnect The Watering Hole' }).click();
  await page.getByRole('status').getByText('was written again').waitFor();
  expect(await channelOf()).toMatchObject({ settings: { hasAbilityToSendFiles: true } });

  await page.getByRole('link', { name: 'Remove… The Watering Hole' }).click();
  await page.getByRole('heading', { level: 1, name: 'Remove The Watering Hole?' }).waitFor();
  await shoot(page, 'admin-question');
  await page.getByRole('link', { name: 'Keep it' }).click();
  await page.getByRole('link', { name: 'Remove… The Watering Hole' }).click();
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await page.getByRole('status').getByText('was removed').waitFor();
  await page.getByText('Not created yet').waitFor();
  expect(await channelOf()).toMatchObject({ deleted: true });

  await page.getByRole('link', { name: 'Back to the contact centre' }).click();
  await page.getByRole('heading', { level: 1, name: "Agent's console" }).waitFor();
  expect(page.url()).toBe(consoleUrl);
  expect(complaints).toEqual([]);
});

test('whoever was not sent by the contact centre is told so, on a small and dark screen too', async () => {
  const context = await browser.newContext({
    viewport: { width: 360, height: 640 },
    colorScheme: 'dark',
  });
  const page = await context.newPage();
  const answer = await page.goto(`${system.gatewayUrls[0]}/integration/action`);
  expect(answer?.status()).toBe(403);
  await page.getByText('ADMIN_SIGN_IN_NEEDED').waitFor();
  await shoot(page, 'admin-refused');
  await page.goto(`${system.simulatorUrl}/simulator/integration/action`);
  await page.getByRole('heading', { level: 1, name: 'Channels of this integration' }).waitFor();
  await shoot(page, 'admin-small');
  const isWide = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
  expect(isWide).toBe(false);
  await context.close();
});
