/** Threads that end, and what becomes of them, for the histories that must replay. */
import { setTimeout as pause } from 'node:timers/promises';
import { RemoteError } from '../../src/domain/errors.js';
import { toWorkflowId } from '../../src/domain/ids.js';
import { defaultPolicy } from '../../src/domain/policy.js';
import { closeUpdate, contactEndedSignal } from '../../workflows/messages.js';
import { channelOf, inbound, newRef, reply } from '../support/thread-fixtures.js';
import { type Scenario, until } from './scenario.js';

/** Each kind of end, and threads whose end is followed by something. */
export const endingScenarios: Readonly<Record<string, Scenario>> = {
  async 'ended-by-customer'({ engine, gateway }) {
    const ref = newRef('ended-by-customer');
    await engine.say(ref, inbound('m-1'));
    await gateway.openPage(ref);
    await engine.threads.acceptReply(ref, reply('r-1'));
    await engine.threads.tellCustomerEnd(ref);
    await engine.handleOf(ref).result();
    return toWorkflowId(ref);
  },

  async 'ended-by-operator'({ engine }) {
    const ref = newRef('ended-by-operator');
    await engine.say(ref, inbound('m-1'));
    await until(() => engine.centreOf(ref).posts.length === 1);
    await engine.settledLength(ref);
    await engine.handleOf(ref).executeUpdate(closeUpdate);
    await engine.handleOf(ref).result();
    return toWorkflowId(ref);
  },

  async 'ended-by-agent'({ engine }) {
    const ref = newRef('ended-by-agent');
    const centre = engine.centreOf(ref);
    await engine.say(ref, inbound('m-1'));
    await until(() => centre.posts.length === 1);
    await engine.settledLength(ref);
    centre.isDown = true;
    await engine.say(ref, inbound('m-2'));
    await engine.say(ref, inbound('m-3'));
    await until(() => centre.calls.length === 2);
    await engine.settledLength(ref);
    await engine.handleOf(ref).signal(contactEndedSignal, {
      contact: centre.contact,
      status: 'closed',
      statusUpdatedAtMs: Date.now(),
    });
    await until(() => centre.calls.length > 2);
    centre.isDown = false;
    await engine.handleOf(ref).result();
    return toWorkflowId(ref);
  },

  async 'ended-by-agent-unannounced'({ engine }) {
    const ref = newRef('ended-by-agent-unannounced');
    const centre = engine.centreOf(ref);
    const policy = { ...defaultPolicy, contactFreshMs: 0, contactCheckMs: 0 };
    await engine.say(ref, inbound('m-1'), { policy });
    await until(() => centre.posts.length === 1);
    await engine.settledLength(ref);
    centre.status = 'closed';
    await engine.say(ref, inbound('m-2'));
    await engine.handleOf(ref).result();
    return toWorkflowId(ref);
  },

  async 'ended-and-unconfirmed'({ engine }) {
    const ref = newRef('ended-and-unconfirmed');
    const centre = engine.centreOf(ref);
    const refused = new RemoteError('CONTACT_CENTRE_REJECTED', 'there is no such contact');
    const limited = new RemoteError('CONTACT_CENTRE_RATE_LIMITED', 'too many');
    centre.faults.push(
      { on: 'end', when: 'before', error: limited },
      { on: 'end', when: 'before', error: refused },
      { on: 'read', when: 'before', error: refused },
    );
    await engine.say(ref, inbound('m-1'));
    await until(() => centre.posts.length === 1);
    await engine.settledLength(ref);
    await engine.handleOf(ref).executeUpdate(closeUpdate);
    await engine.handleOf(ref).result();
    return toWorkflowId(ref);
  },

  async 'ended-at-second-look'({ engine }) {
    const ref = newRef('ended-at-second-look');
    const centre = engine.centreOf(ref);
    centre.staleReadBacks = 2;
    await engine.say(ref, inbound('m-1'));
    await until(() => centre.posts.length === 1);
    await engine.settledLength(ref);
    await engine.threads.tellCustomerEnd(ref);
    await engine.handleOf(ref).result();
    return toWorkflowId(ref);
  },

  async 'ended-by-agent-blocked'({ engine }) {
    const ref = newRef('ended-by-agent-blocked');
    const centre = engine.centreOf(ref);
    const policy = { ...defaultPolicy, blockAfterAgentEndMs: 60_000 };
    await engine.say(ref, inbound('m-1'), { policy });
    await until(() => centre.posts.length === 1);
    await engine.settledLength(ref);
    await engine.handleOf(ref).signal(contactEndedSignal, {
      contact: centre.contact,
      status: 'closed',
      statusUpdatedAtMs: Date.now(),
    });
    await engine.handleOf(ref).result();
    return toWorkflowId(ref);
  },

  async 'ended-long-ago'({ engine }) {
    const ref = newRef('ended-long-ago');
    engine.centreOf(ref).isShut = true;
    await engine.say(ref, inbound('m-1'), { mayHaveEnded: true });
    await engine.handleOf(ref).result();
    return toWorkflowId(ref);
  },

  async 'started-again'({ engine }) {
    const ref = newRef('started-again');
    const centre = engine.centreOf(ref);
    const reopenAfterMs = { ...defaultPolicy.reopenAfterMs, customer: 0 };
    const policy = { ...defaultPolicy, reopenAfterMs };
    await engine.say(ref, inbound('m-1'), { policy });
    await until(() => centre.posts.length === 1);
    await engine.threads.tellCustomerEnd(ref);
    await engine.handleOf(ref).result();
    await engine.say(ref, inbound('m-2'), { policy });
    await until(() => centre.posts.length === 2);
    await engine.settledLength(ref);
    return toWorkflowId(ref);
  },

  async 'policy-changed'({ engine }) {
    const ref = newRef('policy-changed');
    const policy = { ...defaultPolicy, idleAfterMs: 200, countdownMs: 200 };
    await engine.say(ref, inbound('m-1'));
    await until(() => engine.centreOf(ref).posts.length === 1);
    await pause(1_100);
    engine.channels.set(ref.channelId, channelOf(ref.channelId, policy));
    await engine.threads.acceptReply(ref, reply('r-1'));
    await engine.handleOf(ref).result();
    return toWorkflowId(ref);
  },

  async 'ended-by-idle'({ engine, gateway }) {
    const ref = newRef('ended-by-idle');
    const policy = { ...defaultPolicy, idleAfterMs: 1_000, countdownMs: 500 };
    await engine.say(ref, inbound('m-1', 'text of m-1', gateway.queue), { policy });
    await gateway.openPage(ref);
    const gone = { gateway: gateway.queue, change: 'gone' as const };
    await pause(300);
    await engine.threads.tellPresence(ref, { ...gone, atMs: Date.now() });
    await pause(1_200);
    await engine.threads.tellStillHere(ref);
    await engine.threads.acceptReply(ref, reply('r-1'));
    await engine.handleOf(ref).result();
    return toWorkflowId(ref);
  },
};
