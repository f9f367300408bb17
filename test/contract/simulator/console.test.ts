import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { buildPage } from '../../../src/main/page-assets.js';
import { examples } from '../../../src/simulators/cxone/console/examples.js';
import type { ConsoleAssets } from '../../../src/simulators/cxone/routes/console.js';
import type { Simulator } from '../../../src/simulators/cxone/simulator.js';
import { launchBrowser } from '../../support/browser.js';
import {
  type Dfo,
  newMessage,
  openDfo,
  startTestBox,
  startTestSimulator,
  type TestBox,
} from './simulator-harness.js';

const patient = 60_000;
let browser: Browser;
let consoleAssets: ConsoleAssets;
let box: TestBox;
let simulator: Simulator;
let dfo: Dfo;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  [browser, consoleAssets] = await Promise.all([launchBrowser(), buildPage('console')]);
}, patient);

afterAll(() => browser.close());

beforeEach(async () => {
  box = await startTestBox();
  simulator = await startTestSimulator({ boxUrl: box.url, consoleAssets });
  dfo = await openDfo(simulator);
  page = await browser.newPage();
  complaints = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (line) => {
    if (line.type() === 'error') complaints.push(line.text());
  });
  await page.goto(`${simulator.url}/console/`);
  await page.getByText('Live').waitFor();
});

afterEach(async () => {
  await page.close();
  await simulator.close();
  await box.close();
});

const contact = (name: string) => page.getByRole('navigation').getByRole('button', { name });
const log = () => page.getByRole('log', { name: 'Messages' });

test('a customer’s message appears, is read, and is answered with the keyboard', async () => {
  await page.getByText('No contact yet').waitFor();
  await dfo.post('c', newMessage());
  await contact('Hippo').filter({ hasText: '1 unread' }).click();
  await log().getByText('Is the water deep?').waitFor();
  await expect.poll(() => simulator.state().contacts[0]?.unread).toBe(0);

  const reply = page.getByRole('textbox', { name: 'Reply' });
  await page.locator('textarea:focus').waitFor();
  await page.keyboard.type('Knee-deep.');
  await page.keyboard.press('Enter');
  await log().getByText('sent', { exact: true }).waitFor();
  expect(await reply.inputValue()).toBe('');
  const typing = box.requests.filter(({ path }) => path.endsWith('/sender-action'));
  expect(typing.at(0)?.body).toMatchObject({ senderAction: { action: 'isTypingOn' } });

  const sent = simulator.state().messages.at(-1);
  expect(sent).toMatchObject({ text: 'Knee-deep.', sending: 'sent' });
  await dfo.call('PUT', `/channels/c/messages/${sent?.idOnExternalPlatform}/status`, {
    status: 'seen',
    updatedAt: '2026-03-01T10:00:05.000Z',
  });
  await log().getByText('seen', { exact: true }).waitFor();
  expect(complaints).toEqual([]);
});

test('a reply that fails says why, and can be sent again under the same id', async () => {
  await dfo.post('c', newMessage());
  await contact('Hippo').click();
  box.answerWith(({ path }) =>
    path.endsWith('/messages') ? { status: 503, body: { code: 'UNAVAILABLE' } } : undefined,
  );
  await page.getByRole('textbox', { name: 'Reply' }).fill('Knee-deep.');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await log().getByText('failed: 503 UNAVAILABLE').waitFor();
  const failed = simulator.state().messages.at(-1);

  box.answerWith(() => undefined);
  await page.getByRole('button', { name: 'Send again' }).click();
  await log().getByText('sent', { exact: true }).waitFor();
  expect(simulator.state().messages.at(-1)).toMatchObject({ id: failed?.id, sending: 'sent' });
  expect(complaints).toEqual([]);
});

test.each(['v1', 'v2'])('an agent sends an example of each type in the %s form', async (form) => {
  await dfo.post('c', newMessage());
  await contact('Hippo').click();
  await page.getByRole('button', { name: /Faults and violations/ }).click();
  await page.getByLabel('Form').selectOption(form);
  const open = page.getByRole('button', { name: 'Examples' });
  for (const { label } of examples) {
    await open.click();
    await page.getByRole('list', { name: 'Examples' }).getByRole('button', { name: label }).click();
  }
  const sent = () =>
    simulator
      .state()
      .messages.filter(({ direction, sending }) => direction === 'outbound' && sending === 'sent');
  await expect.poll(() => sent().length).toBe(examples.length);
  expect(
    sent().map(({ messageContent, attachments }) => ({
      messageContent,
      files: attachments.map(({ friendlyName }) => friendlyName),
    })),
  ).toEqual(
    examples.map(({ text, messageContent, files }) => ({
      messageContent: messageContent ?? { type: 'TEXT', payload: { text } },
      files: files ?? [],
    })),
  );
  const pathEnd = form === 'v1' ? '/messages' : '/outbound';
  const bodies = box.requests.filter(({ path }) => path.endsWith(pathEnd)).map(({ body }) => body);
  const [picture] = (bodies.at(-1)?.['attachments'] ?? []) as { url: string }[];
  const fetched = await fetch(picture?.url ?? '');
  expect(fetched.headers.get('content-type')).toBe('image/png');
  expect(new Set(bodies.map(({ id }) => id)).size).toBe(examples.length);

  await open.click();
  await page.keyboard.press('Escape');
  await page.getByRole('list', { name: 'Examples' }).waitFor({ state: 'hidden' });
  expect(complaints).toEqual([]);
});

test('an agent answers one message and forwards another, in the form that was chosen', async () => {
  const thread = { idOnExternalPlatform: 'thread-2' };
  const authorEndUserIdentity = { idOnExternalPlatform: 'crane', nickname: 'Crane' };
  const messageContent = { type: 'TEXT', payload: { text: 'Where is the bank?' } };
  await dfo.post('c', newMessage({ thread, authorEndUserIdentity, messageContent }));
  await dfo.post('c', newMessage({ idOnExternalPlatform: 'in-1' }));
  await dfo.post(
    'c',
    newMessage({ replyToMessage: { idOnExternalPlatform: 'in-1' }, messageContent }),
  );
  await page.getByRole('button', { name: /Faults and violations/ }).click();
  await page.getByLabel('Form').selectOption('v2');
  await contact('Hippo').click();
  const line = (text: string) =>
    log()
      .getByRole('listitem')
      .filter({ has: page.locator('.bubble > p', { hasText: text }) });
  await line('Where is the bank?').locator('.quote').getByText('Is the water deep?').waitFor();

  const reply = page.getByRole('textbox', { name: 'Reply' });
  const bar = page.getByText('Replying to');
  await line('Is the water deep?').getByRole('button', { name: 'Reply to this' }).click();
  await bar.waitFor();
  await reply.press('Escape');
  await bar.waitFor({ state: 'hidden' });
  await line('Is the water deep?').getByRole('button', { name: 'Reply to this' }).click();
  await contact('Crane').click();
  await page.getByRole('heading', { name: 'Crane' }).waitFor();
  expect(await bar.isVisible()).toBe(false);
  await contact('Hippo').click();
  await bar.waitFor();
  await reply.fill('Knee-deep.');
  await reply.press('Enter');
  await line('Knee-deep.').locator('.quote').getByText('Hippo').waitFor();
  expect(await bar.isVisible()).toBe(false);

  await line('Knee-deep.').getByText('sent', { exact: true }).waitFor();
  await line('Knee-deep.').getByRole('button', { name: 'Forward' }).click();
  const forwarding = page.getByRole('form', { name: 'Forward a message' });
  await forwarding.getByRole('combobox', { name: 'to' }).selectOption('Crane #400001');
  await forwarding.getByRole('button', { name: 'Forward' }).click();
  await page.getByRole('heading', { name: 'Crane' }).waitFor();
  await line('Knee-deep.').getByText('Forwarded').waitFor();
  expect(simulator.state().messages.slice(-2)).toMatchObject([
    { replyToMessage: { idOnExternalPlatform: 'in-1' }, form: 'v2' },
    { threadIdOnExternalPlatform: 'thread-2', forwardOf: expect.any(String), form: 'v2' },
  ]);
  expect(complaints).toEqual([]);
});

test('what a chosen button carried is shown beside its text', async () => {
  const messageContent = { type: 'TEXT', payload: { text: 'Cold' }, postback: 'mud:cold' };
  await dfo.post('c', newMessage({ messageContent }));
  await contact('Hippo').click();
  const message = log().getByRole('listitem').filter({ hasText: 'Cold' });
  await message.getByText('postback mud:cold').waitFor();
  expect(complaints).toEqual([]);
});

test('an agent writes to a customer first, is told why not, and sees the thread', async () => {
  box.answerWith(({ path, body }) =>
    path.endsWith('/validation') && JSON.stringify(body).includes('no one')
      ? { status: 400, body: { displayErrorMessage: 'That is no id.' } }
      : undefined,
  );
  await page.getByRole('button', { name: 'Write to a customer' }).click();
  const form = page.getByRole('form', { name: 'Write to a customer' });
  await form.getByLabel('Channel').fill('c');
  await form.getByLabel('Customer’s id').fill('no one');
  await form.getByLabel('Message').fill('The river is back.');
  await form.getByRole('button', { name: 'Send first' }).click();
  await form.getByText('Not valid: That is no id.').waitFor();

  await form.getByLabel('Customer’s id').fill('zebra');
  await form.getByLabel('Name', { exact: true }).fill('Zebra');
  await form.getByRole('button', { name: 'Send first' }).dblclick();
  await log().getByText('The river is back.').waitFor();
  await contact('Zebra').waitFor();
  expect(await form.isVisible()).toBe(false);
  expect(simulator.state().messages).toMatchObject([{ text: 'The river is back.' }]);
  expect(complaints).toEqual([]);
});

test('typing is shown, and closing ends the thread for the agent', async () => {
  await dfo.post('c', newMessage());
  await contact('Hippo').click();
  await dfo.call('POST', '/channels/c/threads/thread-1/sender-actions', { action: 'isTypingOn' });
  await page.getByText('Hippo is typing').waitFor();
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await page.getByText(/This contact was closed by the agent/).waitFor();
  expect(await page.getByRole('textbox', { name: 'Reply' }).isDisabled()).toBe(true);
  expect(simulator.state().contacts).toMatchObject([{ status: 'closed' }]);
  expect(complaints).toEqual([]);
});

test('a contact is given to the other agent, who answers in it', async () => {
  await dfo.post('c', newMessage());
  await contact('Hippo').click();
  await page.getByText('Agent nobody yet').waitFor();
  const reassign = page.getByRole('button', { name: 'Reassign' });
  await reassign.click();
  await page.getByText('Agent Warden Lodge').waitFor();
  await page.getByRole('textbox', { name: 'Reply' }).fill('Good evening.');
  await page.keyboard.press('Enter');
  await log().getByText('Warden Lodge').waitFor();
  await reassign.click();
  await page.getByText('Agent Ranger Station').waitFor();
  expect(simulator.state().contacts).toMatchObject([{ status: 'open', inboxAssignee: 11_002 }]);
  expect(complaints).toEqual([]);
});

test('an act that is to be told by no event is told by none, whatever the contact', async () => {
  await page.close();
  await simulator.close();
  const events = { eventsUrl: `${box.url}/events`, eventsSecret: 'thisIsSecretKey' };
  simulator = await startTestSimulator({ boxUrl: box.url, consoleAssets, ...events });
  dfo = await openDfo(simulator);
  const thread = { idOnExternalPlatform: 'thread-2' };
  const authorEndUserIdentity = { idOnExternalPlatform: 'crane', nickname: 'Crane' };
  await dfo.post('c', newMessage());
  await dfo.post('c', newMessage({ thread, authorEndUserIdentity }));
  page = await browser.newPage();
  await page.goto(`${simulator.url}/console/`);

  const signedEvent = page.getByRole('checkbox', { name: 'Signed event' });
  await contact('Hippo').click();
  await page.getByRole('button', { name: 'Reassign' }).click();
  await page.getByText('Agent Warden Lodge').waitFor();
  await expect.poll(() => simulator.state().events.length).toBe(1);
  await signedEvent.uncheck();
  await contact('Crane').click();
  await page.getByRole('heading', { name: 'Crane' }).waitFor();
  expect(await signedEvent.isChecked()).toBe(false);
  const closed = page.waitForResponse(/\/status$/);
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await closed;
  expect(simulator.state().events).toMatchObject([{ eventType: 'CaseInboxAssigneeChanged' }]);
});

test('a contact is trashed', async () => {
  await dfo.post('c', newMessage());
  await contact('Hippo').click();
  await page.getByRole('button', { name: 'Trash' }).click();
  await page.getByText(/This contact was trashed by the agent/).waitFor();
  expect(await page.getByRole('button', { name: 'Reassign' }).isDisabled()).toBe(true);
  expect(await page.getByRole('button', { name: 'Close', exact: true }).isDisabled()).toBe(true);
});

test('a message on a thread that was closed is shown as a violation, beside its new contact', async () => {
  await dfo.post('c', newMessage());
  const number = simulator.state().contacts[0]?.number;
  await dfo.call('PUT', `/contacts/${number}/status`, { status: 'closed' });
  await dfo.call('PUT', '/channels/c/threads/thread-1', { canAddMoreMessages: false });
  await dfo.post('c', newMessage({ messageContent: { type: 'TEXT', payload: { text: 'Late.' } } }));
  await contact('Hippo').filter({ hasText: 'Late.' }).waitFor();
  await page.getByRole('button', { name: 'All', exact: true }).click();
  await expect.poll(() => contact('Hippo').count()).toBe(2);
  await page.getByRole('button', { name: /Faults and violations.*2 violations/ }).click();
  await page.getByText('A message after the close').waitFor();
  await page.getByText('A message on an ended thread').waitFor();
});

test('a fault is ordered for the calls that are chosen, and stays in sight beside others', async () => {
  await dfo.post('c', newMessage());
  const path = `/contacts/${simulator.state().contacts[0]?.number}/status`;
  await page.getByRole('button', { name: /Faults and violations/ }).click();
  const calls = page.getByLabel('A switch is for');
  await calls.selectOption({ label: 'a contact’s status: PUT contacts/…/status' });
  const control = page.getByRole('switch', { name: 'Server error' });
  await control.click();
  await expect.poll(() => control.getAttribute('aria-checked')).toBe('true');
  expect((await dfo.call('PUT', path, { status: 'closed' })).status).toBe(500);
  expect((await dfo.post('c', newMessage())).status).toBe(201);

  await calls.selectOption({ label: 'messages: POST …/messages' });
  await expect.poll(() => control.getAttribute('aria-checked')).toBe('false');
  const other = page.getByRole('listitem').filter({ hasText: 'PUT contacts/…/status' });
  await other.getByText('Hit 1').waitFor();
  await other.getByRole('button', { name: 'Switch off' }).click();
  await other.waitFor({ state: 'detached' });
  expect((await dfo.call('PUT', path, { status: 'closed' })).status).toBe(204);
  expect(complaints).toEqual([]);
});

test('a fault is switched on and off, and a violation is shown', async () => {
  await page.getByRole('button', { name: /Faults and violations/ }).click();
  const control = page.getByRole('switch', { name: 'Server error' });
  await control.click();
  await expect.poll(() => control.getAttribute('aria-checked')).toBe('true');
  const message = newMessage();
  expect((await dfo.post('c', message)).status).toBe(500);
  await control.click();
  await expect.poll(() => simulator.faults.list().length).toBe(0);
  await dfo.post('c', message);
  await dfo.post('c', message);
  await page.getByText('The same message twice').waitFor();
  expect(complaints).toEqual([]);
});

test(
  'a page that lost the simulator says so and goes on when it is back',
  async () => {
    await dfo.post('c', newMessage());
    await contact('Hippo').click();
    await log().getByText('Is the water deep?').waitFor();
    const { port } = simulator;
    await simulator.close();
    await page.getByText('Connection lost').waitFor();
    simulator = await startTestSimulator({ boxUrl: box.url, consoleAssets, port });
    await page.getByText('Live').waitFor();
    const nothing = page.getByRole('heading', { name: 'No contact is open' });
    await nothing.waitFor();
    expect(await nothing.isVisible()).toBe(true);
  },
  patient,
);
