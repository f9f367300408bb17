import { expect, test } from 'vitest';
import { useScene } from './scene.js';

const scene = useScene();

test('a page that nobody chats on opens no session', async () => {
  const widget = await scene.visit();
  await widget.launcher.waitFor();
  await widget.page.waitForLoadState('networkidle');
  expect(scene.gateway().sessionRequests()).toEqual([]);
});

test('a message goes out as it was written and its mark follows its fate', async () => {
  const widget = await scene.visit();
  await widget.open();
  const thread = await scene.connected();
  thread.hold(true);
  await widget.composer.pressSequentially('First line');
  await widget.composer.press('Shift+Enter');
  await widget.composer.pressSequentially(' <b>second</b>');
  await widget.composer.press('Enter');
  const own = widget.message('First line');
  await own.getByText('On its way').waitFor();
  expect(await widget.composer.inputValue()).toBe('');
  const [message] = thread.inbound();
  expect(message?.text).toBe('First line\n <b>second</b>');
  expect(await own.locator('b').count()).toBe(0);

  thread.hold(false);
  thread.settle(message?.id ?? '', 'sent');
  await own.getByText('Sent.', { exact: true }).waitFor();
  expect(await widget.messages.count()).toBe(1);
});

test('the demo page says who the customer is', async () => {
  const widget = await scene.visit();
  await widget.page.getByLabel('You post and chat as').selectOption('lion');
  await widget.open();
  await scene.connected();
  expect(scene.gateway().sessionRequests()).toEqual([
    { customer: { name: 'Leo', fields: { species: 'lion' } } },
  ]);
});

test('what the agent writes, links and attaches is shown as text and safe links', async () => {
  const widget = await scene.visit();
  await widget.open();
  const thread = await scene.connected();
  thread.agentTypes(true);
  await widget.panel.getByText('Rafiki is typing').waitFor();
  thread.agentSays('<img src=x onerror=alert(1)> see https://jungle.example/mud.', {
    attachments: [
      { name: 'note.pdf', url: 'https://jungle.example/note.pdf' },
      { name: 'trap', url: 'javascript:alert(1)' },
    ],
  });
  await widget.message('<img src=x').waitFor();
  const links = widget.log.getByRole('link');
  expect(await links.allInnerTexts()).toEqual(['https://jungle.example/mud', 'note.pdf']);
  expect(await links.first().getAttribute('rel')).toBe('noopener noreferrer');
  expect(await widget.panel.getByText('Rafiki is typing').count()).toBe(0);
});

test('unread messages are counted while the panel is closed and seen when it opens', async () => {
  const widget = await scene.visit();
  await widget.open();
  const thread = await scene.connected();
  await widget.page.keyboard.press('Escape');
  thread.agentSays('one');
  thread.systemSays('a note');
  thread.agentSays('two');
  await widget.page.getByRole('button', { name: 'Open chat, 2 unread messages' }).waitFor();
  expect(thread.receipts).toEqual([]);
  await widget.open();
  await expect.poll(() => thread.receipts).toEqual(['seen 3']);

  thread.agentSays('three');
  await expect.poll(() => thread.receipts).toEqual(['seen 3', 'seen 4']);
  await widget.page.reload();
  await widget.message('three').waitFor();
  await widget.panel.getByRole('button', { name: 'Close chat' }).click();
  await widget.page.getByRole('button', { name: 'Open chat', exact: true }).waitFor();
  expect(thread.receipts).toEqual(['seen 3', 'seen 4']);
});

test('typing is told when it begins and when the message is sent', async () => {
  const widget = await scene.visit();
  await widget.open();
  const thread = await scene.connected();
  await widget.composer.pressSequentially('hello');
  await expect.poll(() => thread.typings).toEqual([true]);
  await widget.composer.press('Enter');
  await expect.poll(() => thread.typings).toEqual([true, false]);
});

test('a message that the gateway finds too large is failed and can be tried again', async () => {
  const widget = await scene.visit();
  await widget.open();
  const thread = await scene.connected();
  scene.gateway().failNext('/messages', { status: 413, code: 'BODY_TOO_LARGE' });
  await widget.send('long');
  await widget.message('long').getByText('Not delivered. It is too long.').waitFor();
  await widget.send('short');
  await expect.poll(() => thread.inbound().map(({ text }) => text)).toEqual(['short']);
  await widget.message('long').getByRole('button', { name: 'Try again' }).click();
  await expect.poll(() => thread.inbound().map(({ text }) => text)).toEqual(['short', 'long']);
  expect(await widget.messages.count()).toBe(2);
});

test('a text over the limit stays in the composer', async () => {
  const widget = await scene.visit();
  await widget.open();
  await widget.composer.fill('x'.repeat(10_001));
  await widget.composer.press('Enter');
  await widget.panel.getByRole('alert').getByText('Too long by 1 character.').waitFor();
  expect(await widget.messages.count()).toBe(0);
});

test('a closed thread says who ended it, takes no more text, and another can be begun', async () => {
  const widget = await scene.visit();
  await widget.open();
  const thread = await scene.connected();
  thread.agentSays('Goodbye.');
  thread.systemSays('The agent has ended this chat.');
  thread.end('agent');
  await widget.status(/The agent has ended this chat \(\d/).waitFor();
  expect(await widget.composer.count()).toBe(0);

  await widget.page.reload();
  await widget.status(/The agent has ended this chat/).waitFor();
  expect(scene.gateway().sessionRequests().at(-1)).toHaveProperty('resume');
  await widget.newThread.click();
  await widget.composer.waitFor();
  expect(scene.gateway().sessionRequests().at(-1)).not.toHaveProperty('resume');
  expect(await widget.messages.count()).toBe(0);
  await widget.send('hello again');
  await expect.poll(() => scene.gateway().threads().at(-1)?.inbound().length).toBe(1);
});

test('a message that lost the race with the end is refused', async () => {
  const widget = await scene.visit();
  await widget.open();
  const thread = await scene.connected();
  scene.gateway().failNext('/messages', { status: 409, code: 'THREAD_CLOSED' });
  await widget.send('too late');
  await widget
    .message('too late')
    .getByText('Not delivered: the chat was already closed')
    .waitFor();
  await widget.status(/This chat has ended/).waitFor();
  expect(thread.inbound()).toEqual([]);
});

test('a channel that is not there is said to be not available', async () => {
  const widget = await scene.visit(scene.context(), '/?channel=dry-well');
  await widget.launcher.click();
  await widget.status('The chat is not available.').waitFor();
  expect(await widget.composer.count()).toBe(0);
});
