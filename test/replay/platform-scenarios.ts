/** Threads of a platform, for the histories that must replay. */
import { toWorkflowId } from '../../src/domain/ids.js';
import { closeUpdate } from '../../workflows/messages.js';
import { gone, unreachable } from '../support/fake-platforms.js';
import { idsOf, inbound, newRef, reply } from '../support/thread-fixtures.js';
import { type Scenario, until } from './scenario.js';

/** A chat with a platform that loses answers, and one in which a message is gone. */
export const platformScenarios: Readonly<Record<string, Scenario>> = {
  async 'platform-chat'({ engine }) {
    const ref = newRef('platform-chat');
    const { taken, faults } = engine.platforms.of(ref);
    const tell = (change: 'left' | 'returned') =>
      engine.threads.tellWhereabouts(ref, { change, atMs: Date.now() });
    await engine.say(ref, inbound('m-1'), { delivery: 'platform' });
    await until(() => taken.length === 1);
    faults.push(
      { when: 'after', error: unreachable() },
      { when: 'before', error: unreachable(700) },
    );
    for (const id of idsOf('r', 2)) await engine.threads.acceptReply(ref, reply(id));
    await until(() => taken.length === 3);
    const { id: messageId } = reply('r-2');
    await engine.threads.tellReceipt(ref, { kind: 'seen', messageId, atMs: Date.now() });
    await tell('left');
    await tell('returned');
    await engine.say(ref, inbound('m-2'));
    await until(() => taken.length === 4);
    await engine.threads.tellCustomerEnd(ref);
    await engine.handleOf(ref).result();
    return toWorkflowId(ref);
  },

  async 'platform-gone'({ engine }) {
    const ref = newRef('platform-gone');
    const { taken, faults } = engine.platforms.of(ref);
    await engine.say(ref, inbound('m-1'), { delivery: 'platform', continueAfterEvents: 40 });
    await until(() => taken.length === 1);
    faults.push({ when: 'before', error: gone() });
    for (const id of idsOf('r', 3)) await engine.threads.acceptReply(ref, reply(id));
    await until(() => taken.length === 3 && engine.centreOf(ref).reports.length === 1);
    await engine.settledLength(ref);
    await engine.handleOf(ref).executeUpdate(closeUpdate);
    await engine.handleOf(ref).result();
    return toWorkflowId(ref);
  },
};
