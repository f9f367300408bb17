import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { launchBrowser, screenshotFolder } from '../support/browser.js';
import { simulatorAt } from '../support/simulator-client.js';
import { platformChannelAt, type System, startSystem } from '../support/system.js';

const policy = { idleAfter: '10s', countdown: '30s' };
let system: System;
let browser: Browser;

beforeAll(async () => {
  [system, browser] = await Promise.all([
    startSystem({
      temporalAddress: inject('temporalAddress'),
      hasPlatform: true,
      platformPolicy: policy,
    }),
    launchBrowser(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await system?.close();
});

/** Set SCREENSHOTS to a folder to look at what the customers saw. */
const screenshots = screenshotFolder();

test("customers of the example's page and an agent in the console talk to each other", async () => {
  const page = await browser.newPage({ viewport: { width: 1000, height: 700 } });
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  await page.goto(system.platformUrl);
  const log = page.getByRole('log', { name: 'Messages' });
  const message = page.getByRole('textbox', { name: 'Message' });
  const begin = async (name: string) => {
    await page.getByRole('textbox', { name: 'A new animal' }).fill(name);
    await page.getByRole('button', { name: 'Begin' }).click();
    await page.getByRole('heading', { name, level: 2 }).waitFor();
  };

  await begin('Gina Giraffe');
  await message.fill('Are the leaves fresh?');
  await message.press('Enter');
  const question = log.getByRole('listitem').filter({ hasText: 'Are the leaves fresh?' });
  await question.getByText('sent', { exact: true }).waitFor();
  await begin('Zed Zebra');
  await message.fill('<b>Stripes</b> or none?');
  await message.press('Enter');
  await log.getByText('<b>Stripes</b> or none?').waitFor();
  await log.getByText('sent', { exact: true }).waitFor();

  const desk = await browser.newPage({ viewport: { width: 1200, height: 800 } });
  await desk.goto(`${system.simulatorUrl}/console`);
  const contacts = desk.getByRole('navigation', { name: 'Contacts' });
  await contacts.getByRole('listitem').filter({ hasText: 'Stripes' }).click();
  const reply = desk.getByRole('textbox', { name: 'Reply' });
  await reply.pressSequentially('Str', { delay: 10 });
  await page.getByText('The agent is typing').waitFor();
  await reply.fill('Stripes, of course.');
  await reply.press('Enter');
  await log.getByText('Stripes, of course.').waitFor();
  await desk.getByRole('log', { name: 'Messages' }).getByText('seen').waitFor();

  const answer = log.getByRole('listitem').filter({ hasText: 'Stripes, of course.' });
  await answer.getByRole('button', { name: 'Reply' }).click();
  await message.fill('So I thought.');
  await message.press('Enter');
  const said = desk.getByRole('listitem').filter({ hasText: 'So I thought.' });
  await said.locator('.quote').getByText('Stripes, of course.').waitFor();

  // What the platform does not take now, it is given later.
  const answers = page.getByRole('combobox', { name: 'Answers to Isthmus' });
  await answers.selectOption('500: tried again');
  await reply.fill('Are you there?');
  await reply.press('Enter');
  await desk.getByRole('log', { name: 'Messages' }).getByText('Are you there?').waitFor();
  await answers.selectOption('takes everything');
  await log.getByText('Are you there?').waitFor();
  expect(await log.getByRole('listitem').filter({ hasText: 'Are you there?' }).count()).toBe(1);

  await page
    .getByRole('navigation', { name: 'Chats' })
    .getByRole('button', { name: 'Gina' })
    .click();
  expect(await log.getByRole('listitem').allTextContents()).toEqual([
    'Are the leaves fresh?sentReply',
  ]);
  await page.getByRole('button', { name: 'Leave', exact: true }).click();
  await page.getByText('open; you have left').waitFor();
  await page.getByRole('button', { name: 'End the chat' }).click();
  await page.getByText('closed by customer').waitFor();
  expect(await page.getByRole('button', { name: 'Come back' }).isDisabled()).toBe(true);
  if (screenshots) await page.screenshot({ path: `${screenshots}/platform-closed.png` });

  await page
    .getByRole('navigation', { name: 'Chats' })
    .getByRole('button', { name: 'Zed' })
    .click();
  if (screenshots) await page.screenshot({ path: `${screenshots}/platform.png` });
  const { messages } = await simulatorAt(system.simulatorUrl, 'bush-telegraph').state();
  expect(messages.filter(({ direction }) => direction === 'inbound')).toHaveLength(3);
  expect(problems).toEqual([]);
});

test('an agent who writes first is told whom the platform knows, and what it cannot show comes as text', async () => {
  const page = await browser.newPage({ viewport: { width: 1000, height: 700 } });
  await page.goto(system.platformUrl);
  const reach = page.getByRole('combobox', { name: 'Agents may write to' });
  const simulator = simulatorAt(system.simulatorUrl, 'bush-telegraph');
  const setReach = async (said: string) => {
    const answered = page.waitForResponse((answer) => answer.url().endsWith('/api/reach'));
    await reach.selectOption(said);
    await answered;
  };
  const writeFirst = () =>
    simulator.post('/agent/outbound', {
      channelId: 'bush-telegraph',
      recipient: { id: 'leo-the-lion', name: 'Leo' },
      text: 'The river is back.',
    });

  await setReach('animals with a chat here');
  expect(await writeFirst()).toMatchObject({
    validation: {
      status: 400,
      body: { displayErrorMessage: 'Bush Telegraph knows no animal leo-the-lion.' },
    },
    sent: null,
  });
  await setReach('503: does not say');
  const first = (await writeFirst()) as {
    sent: { body: { thread: { idOnExternalPlatform: string } } };
  };
  await page.getByRole('button', { name: 'leo-the-lion' }).click();
  const log = page.getByRole('log', { name: 'Messages' });
  await log.getByText('The river is back.').waitFor();

  await simulator.reply(first.sent.body.thread.idOnExternalPlatform, 'Do you come?', {
    messageContent: {
      type: 'QUICK_REPLIES',
      payload: { text: { content: 'Do you come?' }, actions: [{ text: 'Yes' }, { text: 'No' }] },
    },
  });
  await expect
    .poll(async () => await log.getByRole('listitem').last().textContent())
    .toContain('Do you come?\n- Yes\n- No');
});

test("a file that the platform cannot show is in the text, by an address that outlasts the contact centre's", async () => {
  const channel = platformChannelAt(system.platformUrl);
  const worker = system.processes.get('worker-0');
  await system.writeChannels({
    channels: [{ ...channel, policy, adapter: { ...channel.adapter, shows: [] } }],
  });
  worker?.hangUp();
  await expect.poll(() => worker?.output()).toContain('channels reloaded');

  const uploaded = await fetch(`${system.simulatorUrl}/simulator/agent/files?name=river.txt`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: 'It is back.',
  });
  const simulator = simulatorAt(system.simulatorUrl, 'bush-telegraph');
  await simulator.post('/agent/outbound', {
    channelId: 'bush-telegraph',
    recipient: { id: 'rita-the-reader' },
    text: 'Read this:',
    attachments: [await uploaded.json()],
  });
  const page = await browser.newPage();
  await page.goto(system.platformUrl);
  await page.getByRole('button', { name: 'rita-the-reader' }).click();
  const bubble = page.getByRole('log', { name: 'Messages' }).getByRole('listitem').first();
  await bubble.getByText('river.txt').waitFor();
  // The text ends where the bubble's button begins.
  const said = (await bubble.textContent()) ?? '';
  const [, url = ''] = /Read this:\nriver\.txt: (\S+)Reply$/.exec(said) ?? [];
  expect(url).toContain(`${system.gatewayUrls[0]}/v1/attachments/`);
  expect(await bubble.getByRole('link').count()).toBe(0);
  await simulator.post('/expire-files');
  const answer = await fetch(url);
  expect([answer.status, await answer.text()]).toEqual([200, 'It is back.']);
});

test('a customer who has left sees the countdown, and ends it by writing', async () => {
  const page = await browser.newPage({ viewport: { width: 390, height: 700 } });
  await page.goto(system.platformUrl);
  await page.getByRole('button', { name: 'Begin' }).click();
  const message = page.getByRole('textbox', { name: 'Message' });
  await message.fill('Hello?');
  await message.press('Enter');
  const log = page.getByRole('log', { name: 'Messages' });
  await log.getByText('sent', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Leave', exact: true }).click();
  await log.getByText('Are you still there?').waitFor();
  await page.getByText(/closes in \d+ s/).waitFor();
  if (screenshots) await page.screenshot({ path: `${screenshots}/platform-warned.png` });
  await message.fill('I am');
  await message.press('Enter');
  await page.getByText('open', { exact: true }).waitFor();
  expect(await page.getByRole('button', { name: 'Leave', exact: true }).count()).toBe(1);
});
