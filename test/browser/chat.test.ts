import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { launchBrowser, screenshotFolder } from '../support/browser.js';
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

test('a customer chooses what an agent offers, in both of its forms, and the choice is carried', async () => {
  const context = await browser.newContext({ viewport: { width: 1000, height: 760 } });
  const customerPage = await context.newPage();
  await customerPage.goto(system.gatewayUrls[0] ?? '');
  const widget = widgetOf(customerPage);
  await widget.open();
  await widget.send('I would like some mud.');
  await widget.message('I would like some mud.').getByText('Sent.', { exact: true }).waitFor();

  const desk = await context.newPage();
  await desk.setViewportSize({ width: 1200, height: 800 });
  await desk.goto(`${system.simulatorUrl}/console`);
  await desk
    .getByRole('navigation', { name: 'Contacts' })
    .getByRole('listitem')
    .filter({ hasText: 'I would like some mud.' })
    .click();
  const offer = async (label: string) => {
    await desk.getByRole('button', { name: 'Examples' }).click();
    await desk.getByRole('button', { name: label }).click();
  };
  await offer('Quick replies');
  await widget.choice('Deep').click();
  const log = desk.getByRole('log', { name: 'Messages' });
  await log.getByText('postback mud:deep').waitFor();

  await desk.getByRole('button', { name: /Faults and violations/ }).click();
  await desk.getByLabel('Form').selectOption('v2');
  await offer('List picker');
  await widget.choice(/^South bank/).click();
  await log.getByText('postback bank:south').waitFor();
  await widget.choice('Deep (chosen)').waitFor();
  await widget.choice(/^South bank.*\(chosen\)$/).waitFor();
  if (screenshots) {
    await customerPage.screenshot({ path: `${screenshots}/widget-choices.png` });
    await desk.getByRole('button', { name: 'Examples' }).click();
    await desk.screenshot({ path: `${screenshots}/console-choices.png` });
  }
  const simulator = simulatorAt(system.simulatorUrl);
  const { messages } = await simulator.state();
  const first = messages.find((one) => one.text === 'I would like some mud.');
  const held = await simulator.thread(first?.threadIdOnExternalPlatform ?? '');
  const chosen = held.messages.filter((one) => one.direction === 'inbound').slice(1);
  expect(chosen.map(({ text, request }) => ({ text, request }))).toMatchObject([
    {
      text: 'Deep',
      request: {
        messageContent: { type: 'TEXT', payload: { text: 'Deep' }, postback: 'mud:deep' },
      },
    },
    {
      text: 'South bank',
      request: {
        messageContent: { type: 'TEXT', payload: { text: 'South bank' }, postback: 'bank:south' },
      },
    },
  ]);
  expect(held.violations).toEqual([]);
  await context.close();
});
