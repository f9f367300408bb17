/** Threads that an agent opened, and the workflow of a customer to whom agents write first. */
import { parseCustomerId, toCustomerWorkflowId, toWorkflowId } from '../../src/domain/ids.js';
import type { customer } from '../../workflows/customer.js';
import { closeUpdate } from '../../workflows/messages.js';
import { inbound, newRef, reply, startOf } from '../support/thread-fixtures.js';
import { type Scenario, until } from './scenario.js';

/** Their kinds of history, by the name of their file. */
export const outboundScenarios: Readonly<Record<string, Scenario>> = {
  async 'outbound-first'({ engine, gateway }) {
    const ref = newRef('outbound-first');
    const centre = engine.centreOf(ref);
    centre.isShut = true;
    const start = startOf(ref, { mayHaveEnded: true });
    await engine.threads.acceptOutbound(start, reply('r-1'));
    await gateway.openPage(ref);
    await engine.threads.acceptInbound(start, inbound('m-1'));
    await until(() => centre.posts.length === 1);
    await engine.settledLength(ref);
    await engine.threads.acceptReply(ref, reply('r-2'));
    await engine.settledLength(ref);
    return toWorkflowId(ref);
  },

  async 'outbound-first-unanswered'({ engine }) {
    const ref = newRef('outbound-first-unanswered');
    const centre = engine.centreOf(ref);
    await engine.threads.acceptOutbound(startOf(ref), reply('r-1'));
    await until(() => centre.calls.length === 1);
    centre.agentMessages.push('r-1');
    await until(() => centre.calls.length === 2);
    await engine.settledLength(ref);
    await engine.handleOf(ref).executeUpdate(closeUpdate);
    await engine.handleOf(ref).result();
    return toWorkflowId(ref);
  },

  async 'outbound-first-customer'({ engine }) {
    const { client, taskQueue, threads } = engine;
    const { channelId } = newRef();
    const customerId = parseCustomerId('okapi');
    if (customerId === undefined) throw new TypeError('a test id is malformed');
    const workflowId = toCustomerWorkflowId(channelId, customerId);
    await client.workflow.start<typeof customer>('customer', {
      workflowId,
      taskQueue,
      args: [{ channelId, customerId, continueAfterUpdates: 3 }],
    });
    const place = (message: string) =>
      threads.placeMessage(channelId, customerId, { message, candidate: newRef(message).threadId });
    await place('k-1');
    await threads.noteOpened(newRef('given'), customerId);
    await place('k-2');
    await place('k-1');
    await threads.blockCustomer(channelId, customerId, Date.now() + 3_600_000);
    await place('k-3');
    await place('k-4');
    return workflowId;
  },
};
