import { expect, test } from 'vitest';
import { useScene } from './scene.js';

const scene = useScene();
const textsOf = (messages: readonly { text: string }[]) => messages.map(({ text }) => text);

test('a page that lost its line gets what it missed, once and in order', async () => {
  const widget = await scene.visit();
  await widget.open();
  const thread = await scene.connected();
  await widget.send('one');
  await widget.message('one').waitFor();
  thread.agentSays('two');
  await widget.message('two').waitFor();
  thread.dropStreams();
  thread.agentSays('three');
  thread.agentSays('four');
  await widget.message('four').waitFor();
  const lines = await widget.messages.locator('.bubble').allInnerTexts();
  expect(lines).toEqual(['one', 'two', 'three', 'four']);
});

test('what is written offline is sent in order when the network is back', async () => {
  const widget = await scene.visit();
  await widget.open();
  const thread = await scene.connected();
  await scene.context().setOffline(true);
  await widget.status('You are offline.').waitFor();
  for (const text of ['a', 'b', 'c']) {
    await widget.send(text);
  }
  await widget.message('c').getByText('Waiting to be sent').waitFor();
  thread.agentSays('meanwhile');
  await scene.context().setOffline(false);
  await expect.poll(() => textsOf(thread.inbound())).toEqual(['a', 'b', 'c']);
  await widget.message('meanwhile').waitFor();
  await expect.poll(() => widget.status('You are offline.').count()).toBe(0);
});

test('what was written while the gateway was away outlives a reload and is sent once', async () => {
  const widget = await scene.visit();
  await widget.open();
  const thread = await scene.connected();
  scene.gateway().setDown(true);
  await widget.status('The chat cannot be reached just now.').waitFor();
  await widget.send('kept one');
  await widget.send('kept two');
  await widget.page.reload();
  await widget.message('kept two').getByText('Waiting to be sent').waitFor();
  scene.gateway().setDown(false);
  await expect
    .poll(() => textsOf(thread.inbound()), { timeout: 15_000 })
    .toEqual(['kept one', 'kept two']);
  await widget.message('kept two').getByText('On its way').waitFor();
  expect(await widget.messages.count()).toBe(2);
  expect(await widget.page.evaluate('Object.keys(localStorage).join()')).not.toContain('outbox');
});

test('a first message that is written while the gateway is away begins the thread later', async () => {
  const widget = await scene.visit();
  scene.gateway().setDown(true);
  await widget.open();
  await widget.send('hello');
  await widget.status('The chat cannot be reached just now.').waitFor();
  scene.gateway().setDown(false);
  await expect.poll(() => scene.gateway().threads().length, { timeout: 15_000 }).toBe(1);
  await expect.poll(() => textsOf(scene.gateway().thread().inbound())).toEqual(['hello']);
});

test('a message whose answer was lost is posted again under the same id', async () => {
  const widget = await scene.visit();
  await widget.open();
  const thread = await scene.connected();
  thread.hold(true);
  scene.gateway().failNext('/messages', { status: 500, afterTheWork: true });
  await widget.send('once');
  await widget.message('once').getByText('On its way').waitFor();
  const [message] = thread.inbound();
  expect(thread.inbound()).toHaveLength(1);
  expect(scene.gateway().attempts(message?.id ?? '')).toBe(2);
});

test('a busy gateway is left alone for as long as it asks', async () => {
  const widget = await scene.visit();
  await widget.open();
  const thread = await scene.connected();
  scene.gateway().failNext('/messages', { status: 429, code: 'RATE_LIMITED', retryAfter: '1' });
  const askedAt = Date.now();
  await widget.send('patient');
  await widget.send('behind it');
  await expect.poll(() => textsOf(thread.inbound())).toEqual(['patient', 'behind it']);
  expect(Date.now() - askedAt).toBeGreaterThanOrEqual(1_000);
});

test('a token that ran out is renewed and the thread goes on', async () => {
  const widget = await scene.visit();
  await widget.open();
  const thread = await scene.connected();
  scene.gateway().expireTokens();
  await widget.send('still me');
  await expect.poll(() => textsOf(thread.inbound())).toEqual(['still me']);
  await expect.poll(() => thread.openStreams()).toBe(1);
  expect(scene.gateway().threads()).toHaveLength(1);
});

test('two tabs share one thread and send each message once, in the order written', async () => {
  const one = await scene.visit();
  await one.open();
  const thread = await scene.connected();
  const other = await scene.visit();
  await other.open();
  await expect.poll(() => thread.openStreams()).toBe(2);
  await scene.context().setOffline(true);
  await one.send('a');
  await other.message('a').getByText('Waiting to be sent').waitFor();
  await other.send('b');
  await one.message('b').waitFor();
  await one.send('c');
  await scene.context().setOffline(false);
  await expect.poll(() => textsOf(thread.inbound())).toEqual(['a', 'b', 'c']);
  for (const { id } of thread.inbound()) {
    thread.settle(id, 'sent');
    expect(scene.gateway().attempts(id)).toBe(1);
  }
  for (const tab of [one, other]) {
    await tab.message('c').getByText('Sent.', { exact: true }).waitFor();
    expect(await tab.messages.locator('.bubble').allInnerTexts()).toEqual(['a', 'b', 'c']);
  }
});

test('the customer leaves with the last tab', async () => {
  const one = await scene.visit();
  await one.open();
  const thread = await scene.connected();
  const other = await scene.visit();
  await expect.poll(() => thread.openStreams()).toBe(2);
  await one.page.goto('about:blank');
  await expect.poll(() => thread.openStreams()).toBe(1);
  await other.open();
  await other.send('still here');
  await expect.poll(() => thread.inbound().length).toBe(1);
  expect(thread.leaves).toEqual([]);
  await other.page.goto('about:blank');
  await expect.poll(() => thread.leaves).toEqual(['text/plain;charset=UTF-8']);
});
