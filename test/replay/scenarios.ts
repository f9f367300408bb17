/** One thread of each kind, lived through on a real server, so that its history can be recorded. */
import { RemoteError } from '../../src/domain/errors.js';
import {
  parseCustomerId,
  toCustomerWorkflowId,
  toWatchWorkflowId,
  toWorkflowId,
} from '../../src/domain/ids.js';
import { defaultPolicy } from '../../src/domain/policy.js';
import type { channelWatch } from '../../workflows/channel-watch.js';
import type { customer } from '../../workflows/customer.js';
import { liftUpdate, repairUpdate } from '../../workflows/messages.js';
import { silence } from '../support/fake-contact-centre.js';
import { channelOf, idsOf, inbound, newRef, reply } from '../support/thread-fixtures.js';
import { endingScenarios } from './ending-scenarios.js';
import { outboundScenarios } from './outbound-scenarios.js';
import { platformScenarios } from './platform-scenarios.js';
import { type Scenario, until } from './scenario.js';

/** The kinds of history that must replay, by the name of their file. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  ...endingScenarios,
  ...platformScenarios,

  async 'two-way-chat'({ engine, gateway }) {
    const ref = newRef('two-way-chat');
    const { posts, reports } = engine.centreOf(ref);
    await engine.say(ref, inbound('m-1', 'text of m-1', gateway.queue));
    await gateway.openPage(ref);
    await until(() => posts.length === 1);
    for (const id of idsOf('r', 3)) await engine.threads.acceptReply(ref, reply(id));
    await until(() => gateway.pages.shownOf(ref).length >= 3);
    await engine.say(ref, inbound('m-2'));
    await engine.say(ref, inbound('m-2'));
    await engine.threads.tellReceipt(ref, { kind: 'delivered', upToSeq: 4, atMs: Date.now() });
    await engine.threads.tellReceipt(ref, { kind: 'seen', upToSeq: 5, atMs: Date.now() });
    await engine.threads.tellStillHere(ref);
    await until(() => posts.length === 2 && reports.length === 5);
    const left = { gateway: gateway.queue, change: 'left' as const, atMs: Date.now() };
    await engine.threads.tellPresence(ref, left);
    await engine.settledLength(ref);
    return toWorkflowId(ref);
  },

  async 'in-doubt'({ engine }) {
    const ref = newRef('in-doubt');
    const centre = engine.centreOf(ref);
    centre.faults.push(
      { on: 'post', when: 'after', error: silence() },
      { on: 'post', when: 'before', error: silence() },
    );
    await engine.say(ref, inbound('m-1'));
    await engine.say(ref, inbound('m-2'));
    await until(() => centre.posts.length === 2);
    await engine.settledLength(ref);
    return toWorkflowId(ref);
  },

  async rejected({ engine }) {
    const ref = newRef('rejected');
    const centre = engine.centreOf(ref);
    const error = new RemoteError('CONTACT_CENTRE_REJECTED', 'field "thread" is required');
    centre.faults.push({ on: 'post', when: 'before', error });
    await engine.say(ref, inbound('m-1'));
    await engine.say(ref, inbound('m-2'));
    await until(() => centre.posts.length === 1);
    await engine.settledLength(ref);
    return toWorkflowId(ref);
  },

  async deferred({ engine }) {
    const ref = newRef('deferred');
    const centre = engine.centreOf(ref);
    const limited = new RemoteError('CONTACT_CENTRE_RATE_LIMITED', 'too many', {
      retryAfterMs: 1_200,
    });
    const unreachable = new RemoteError('CONTACT_CENTRE_UNREACHABLE', 'refused');
    centre.faults.push(
      { on: 'post', when: 'before', error: limited },
      { on: 'post', when: 'before', error: unreachable },
    );
    await engine.say(ref, inbound('m-1'));
    await until(() => centre.posts.length === 1);
    centre.isDown = true;
    await engine.say(ref, inbound('m-2'));
    await engine.say(ref, inbound('m-3'));
    await until(() => centre.calls.length === 5);
    await engine.settledLength(ref);
    await engine.handleOf(ref).executeUpdate(repairUpdate, { args: [{ action: 'giveUp' }] });
    centre.isDown = false;
    await until(() => centre.posts.length === 2);
    await engine.settledLength(ref);
    return toWorkflowId(ref);
  },

  async continued({ engine, gateway }) {
    const ref = newRef('continued');
    const { posts } = engine.centreOf(ref);
    await engine.say(ref, inbound('m-0'), { continueAfterEvents: 30, keptLogSize: 500 });
    await gateway.openPage(ref);
    for (const id of idsOf('m', 8)) {
      await Promise.all([
        engine.say(ref, inbound(id)),
        engine.threads.acceptReply(ref, reply(`r-${id}`)),
      ]);
    }
    await until(() => posts.length === 9);
    await engine.settledLength(ref);
    return toWorkflowId(ref);
  },

  async customer({ engine }) {
    const { channelId } = newRef();
    const customerId = parseCustomerId('giraffe');
    if (customerId === undefined) throw new TypeError('a test id is malformed');
    const first = newRef('customer-first');
    const second = newRef('customer-second');
    const ask = ({ threadId }: typeof first) =>
      engine.threads.currentThread(channelId, customerId, threadId);
    await ask(first);
    await engine.say(first, inbound('m-1'));
    await ask(second);
    await engine.threads.tellCustomerEnd(first);
    await engine.handleOf(first).result();
    await ask(second);
    return toCustomerWorkflowId(channelId, customerId);
  },

  async 'customer-blocked'({ engine }) {
    const { client, taskQueue, threads } = engine;
    const { channelId } = newRef();
    const customerId = parseCustomerId('crocodile');
    if (customerId === undefined) throw new TypeError('a test id is malformed');
    const workflowId = toCustomerWorkflowId(channelId, customerId);
    const untilMs = Date.now() + 3_600_000;
    await client.workflow.start<typeof customer>('customer', {
      workflowId,
      taskQueue,
      args: [{ channelId, customerId, continueAfterUpdates: 5 }],
    });
    const ask = () =>
      threads.currentThread(channelId, customerId, newRef('customer-blocked').threadId);
    await ask();
    await threads.blockCustomer(channelId, customerId, untilMs);
    await threads.blockCustomer(channelId, customerId, untilMs - 1);
    await ask();
    await ask();
    await client.workflow.getHandle<typeof customer>(workflowId).executeUpdate(liftUpdate);
    await threads.blockCustomer(channelId, customerId, untilMs);
    await ask();
    return workflowId;
  },

  ...outboundScenarios,

  async 'repeat-window'({ engine }) {
    const fingerprint = 'same-text';
    await engine.threads.repeatKey(fingerprint, 800);
    await engine.threads.repeatKey(fingerprint, 800);
    const workflowId = `repeat/${fingerprint}`;
    // It ends by its timer or by its time limit, whichever the server takes first.
    await engine.client.workflow
      .getHandle(workflowId)
      .result()
      .catch(() => undefined);
    return workflowId;
  },

  async 'channel-watch'({ engine }) {
    const ref = newRef('watched');
    const { channelId } = ref;
    const centre = engine.centreOf(ref);
    const { list } = engine.contactCentre;
    const policy = { ...defaultPolicy, contactCheckMs: 500 };
    engine.channels.set(channelId, channelOf(channelId, policy));
    await engine.say(ref, inbound('m-1'), { policy });
    await until(() => centre.posts.length === 1);
    const workflowId = toWatchWorkflowId(channelId);
    const watcher = await engine.client.workflow.start<typeof channelWatch>('channelWatch', {
      taskQueue: engine.taskQueue,
      workflowId,
      args: [{ channelId, continueAfterRounds: 4 }],
    });
    await until(() => list.queries.length >= 2);
    list.error = new RemoteError('CONTACT_CENTRE_UNREACHABLE', 'refused');
    const failedFrom = list.queries.length;
    await until(() => list.queries.length >= failedFrom + 3);
    list.error = undefined;
    centre.status = 'closed';
    await engine.handleOf(ref).result();
    engine.channels.delete(channelId);
    await watcher.result();
    return workflowId;
  },
};
