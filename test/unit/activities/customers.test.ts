import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import { createCustomerActivities } from '../../../activities/customers.js';
import { createFakeThreads } from '../../support/fake-threads.js';
import { silentTemporalLogger } from '../../support/silent-logger.js';
import { newRef, startOf } from '../../support/thread-fixtures.js';

const { channelId } = newRef();
const customerId = startOf(newRef('t-1')).customer.id;

function build() {
  const environment = new MockActivityEnvironment({}, { logger: silentTemporalLogger });
  const threads = createFakeThreads(() => 1_000);
  const activities = createCustomerActivities({ threads });
  const block = (untilMs: number): Promise<void> =>
    environment.run(() => activities.blockCustomer({ channelId, customerId, untilMs }));
  return { threads, block };
}

test('a customer is blocked until the moment that was said, also when it is said again', async () => {
  const { threads, block } = build();
  await block(5_000);
  await block(5_000);
  expect(await threads.blockedUntil(channelId, customerId)).toBe(5_000);
});

test('while the threads do not answer, the call may be repeated as it is', async () => {
  const { threads, block } = build();
  threads.isDown = true;
  const failure = await block(5_000).catch((error: unknown) => error);
  if (!(failure instanceof ApplicationFailure)) throw new Error('it is no failure of an activity');
  expect(failure).toMatchObject({ type: 'UNAVAILABLE', nonRetryable: false });
});
