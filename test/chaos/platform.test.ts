import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { type PlatformClient, platformAt } from '../support/platform-client.js';
import { type SimulatorClient, simulatorAt } from '../support/simulator-client.js';
import { type System, startSystem } from '../support/system.js';

let system: System;
let simulator: SimulatorClient;
let platform: PlatformClient;
const until = { timeout: 60_000, interval: 100 };

beforeAll(async () => {
  system = await startSystem({ temporalAddress: inject('temporalAddress'), hasPlatform: true });
  simulator = simulatorAt(system.simulatorUrl, 'bush-telegraph');
  platform = platformAt(system.platformUrl);
});
afterAll(() => system?.close());

const ids = (count: number, prefix: string) =>
  Array.from({ length: count }, (_none, index) => `${prefix}-${index}`);

async function inboundTexts(threadId: string): Promise<string[]> {
  const { messages } = await simulator.thread(threadId);
  return messages.filter((one) => one.direction === 'inbound').map((one) => one.text);
}

async function textsFrom(threadId: string, from: 'agent' | 'customer' | 'system') {
  const { bubbles } = await platform.chat(threadId);
  return bubbles.filter((one) => one.from === from).map((one) => one.text);
}

/** Begins a chat of which the contact centre has the first message. */
async function begin(): Promise<string> {
  const threadId = await platform.begin('Gina Giraffe');
  await platform.act(threadId, 'messages', { text: 'hello' });
  await vi.waitFor(async () => expect(await inboundTexts(threadId)).toEqual(['hello']), until);
  return threadId;
}

describe('a platform through the whole system', () => {
  test('talks to an agent, who learns what was delivered', async () => {
    const threadId = await begin();
    const { status, idOnExternalPlatform } = await simulator.reply(threadId, 'Welcome!');
    expect(status).toBe(200);
    await vi.waitFor(async () => {
      const { bubbles } = await platform.chat(threadId);
      expect(bubbles).toMatchObject([
        { text: 'hello', status: 'sent' },
        { text: 'Welcome!', from: 'agent', id: idOnExternalPlatform },
      ]);
    }, until);
    await vi.waitFor(async () => {
      const answers = (await simulator.requests()).map(({ path }) => path);
      expect(answers.filter((path) => path.endsWith('/status'))).toHaveLength(1);
    }, until);
  });

  test('loses, doubles and reorders nothing while the worker is killed, both ways', async () => {
    const threadId = await begin();
    const questions = ids(40, 'question');
    const answers = ids(40, 'answer');
    const talking = Promise.all([
      (async () => {
        for (const text of questions) await platform.act(threadId, 'messages', { text });
      })(),
      (async () => {
        for (const text of answers) {
          expect((await simulator.reply(threadId, text)).status).toBe(200);
        }
      })(),
    ]);
    await vi.waitFor(async () => {
      expect((await textsFrom(threadId, 'agent')).length).toBeGreaterThan(3);
    }, until);
    await system.processes.get('worker-0')?.kill();
    await talking;
    expect(await textsFrom(threadId, 'agent')).not.toHaveLength(answers.length);
    await system.startWorker('worker-1');
    await vi.waitFor(async () => {
      expect(await textsFrom(threadId, 'agent')).toHaveLength(answers.length);
      expect(await inboundTexts(threadId)).toHaveLength(1 + questions.length);
    }, until);
    expect(await textsFrom(threadId, 'agent')).toEqual(answers);
    expect(await inboundTexts(threadId)).toEqual(['hello', ...questions]);
    await vi.waitFor(async () => {
      const { bubbles } = await platform.chat(threadId);
      const statuses = bubbles.filter((one) => one.from === 'customer').map((one) => one.status);
      expect(new Set(statuses)).toEqual(new Set(['sent']));
    }, until);
    expect((await simulator.state()).violations).toEqual([]);
  }, 120_000);

  test('is given what it would not take once it takes it again', async () => {
    const threadId = await begin();
    await platform.answer('fail');
    for (const text of ['one', 'two']) await simulator.reply(threadId, text);
    await platform.act(threadId, 'messages', { text: 'are you there?' });
    await vi.waitFor(async () => expect(await inboundTexts(threadId)).toHaveLength(2), until);
    expect(await textsFrom(threadId, 'agent')).toEqual([]);
    await platform.answer('take');
    await vi.waitFor(async () => {
      expect(await textsFrom(threadId, 'agent')).toEqual(['one', 'two']);
    }, until);
  });

  test('that will never take a message goes on, and the agent is told', async () => {
    const threadId = await begin();
    await vi.waitFor(async () => expect((await platform.chat(threadId)).lastSeq).toBe(2), until);
    await platform.answer('gone');
    const { idOnExternalPlatform } = await simulator.reply(threadId, 'lost');
    const statusPath = `/${encodeURIComponent(idOnExternalPlatform ?? '')}/status`;
    await vi.waitFor(async () => {
      const paths = (await simulator.requests()).map(({ path }) => path);
      expect(paths.filter((path) => path.includes(statusPath))).toHaveLength(1);
    }, until);
    await platform.answer('take');
    await simulator.reply(threadId, 'found');
    await vi.waitFor(async () => {
      expect(await textsFrom(threadId, 'agent')).toEqual(['found']);
    }, until);
  });

  test('ends a chat, and the next message starts it again with a new contact', async () => {
    const threadId = await begin();
    await platform.act(threadId, 'end');
    await vi.waitFor(async () => {
      expect(await platform.chat(threadId)).toMatchObject({
        state: 'closed',
        closedBy: 'customer',
      });
      const { contacts, threads } = await simulator.thread(threadId);
      expect(contacts).toMatchObject([{ status: 'closed' }]);
      expect(threads).toMatchObject([{ canAddMoreMessages: false }]);
    }, until);
    await platform.act(threadId, 'messages', { text: 'one more thing' });
    await vi.waitFor(async () => {
      expect(await inboundTexts(threadId)).toEqual(['hello', 'one more thing']);
      expect(await platform.chat(threadId)).toMatchObject({ state: 'open' });
    }, until);
    expect((await simulator.thread(threadId)).contacts).toHaveLength(2);
  });
});
