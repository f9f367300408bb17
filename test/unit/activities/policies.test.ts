import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import { createPolicyActivities } from '../../../activities/policies.js';
import type { ChannelDefinition } from '../../../src/domain/channel.js';
import { defaultPolicy, type ThreadPolicy } from '../../../src/domain/policy.js';
import { silentTemporalLogger } from '../../support/silent-logger.js';
import { newRef } from '../../support/thread-fixtures.js';

const { channelId } = newRef();

const channel: ChannelDefinition = {
  id: channelId,
  name: 'The Watering Hole',
  adapter: { kind: 'widget', allowedOrigins: [], identity: { kind: 'anonymous' } },
  policy: defaultPolicy,
  limits: { sessionsPerMinute: 300, messagesPerMinute: 1_200 },
  customFields: [],
};

function build() {
  const environment = new MockActivityEnvironment({}, { logger: silentTemporalLogger });
  const channels = new Map([[channelId, channel]]);
  const activities = createPolicyActivities({ channels });
  const ask = (known: ThreadPolicy): Promise<ThreadPolicy | null> =>
    environment.run(() => activities.currentPolicy({ channelId, known }));
  return { channels, ask };
}

test('a thread that knows the policy of its channel is told nothing', async () => {
  const { ask } = build();
  // What a thread knows has been through JSON.
  expect(await ask(JSON.parse(JSON.stringify(defaultPolicy)) as ThreadPolicy)).toBeNull();
});

test.each([
  { idleAfterMs: 7 },
  { reopenAfterMs: { ...defaultPolicy.reopenAfterMs, agent: 7 } },
  { endedStatuses: ['trashed'] as const },
  { blockAfterAgentEndMs: 7 },
])('a change is told as the whole policy: %j', async (change) => {
  const { channels, ask } = build();
  const policy = { ...defaultPolicy, ...change };
  channels.set(channelId, { ...channel, policy });
  expect(await ask(defaultPolicy)).toEqual(policy);
});

test('a thread whose channel is gone keeps what it knows', async () => {
  const { channels, ask } = build();
  channels.clear();
  expect(await ask({ ...defaultPolicy, idleAfterMs: 7 })).toBeNull();
});
