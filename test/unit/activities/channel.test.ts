import { MockActivityEnvironment } from '@temporalio/testing';
import { beforeEach, expect, test } from 'vitest';
import { createGatewayActivities, type GatewayActivities } from '../../../activities/index.js';
import { RemoteError } from '../../../src/domain/errors.js';
import type { CustomerEvent } from '../../../src/domain/messages.js';
import { createFakePages, type FakePages } from '../../support/fake-pages.js';
import { silentTemporalLogger } from '../../support/silent-logger.js';
import { newRef } from '../../support/thread-fixtures.js';

const ref = newRef('t-1');
const events: readonly CustomerEvent[] = [
  { seq: 1, type: 'message', id: 'r-1', from: 'agent', text: 'hello', atMs: 1 },
  { seq: 2, type: 'state', state: 'open' },
];

let environment: MockActivityEnvironment;
const inActivity = <Answer>(call: () => Promise<Answer>): Promise<Answer> => environment.run(call);
let pages: FakePages;
let activities: GatewayActivities;
beforeEach(() => {
  environment = new MockActivityEnvironment({}, { logger: silentTemporalLogger });
  pages = createFakePages();
  activities = createGatewayActivities({ pages });
});

test('events reach the open page, and the thread learns that there is one', async () => {
  pages.open.add(ref.threadId);
  expect(await inActivity(() => activities.showToCustomer({ ref, events }))).toBe(true);
  expect(pages.shownOf(ref)).toEqual(events);
});

test('the thread learns that no page is open', async () => {
  expect(await inActivity(() => activities.showToCustomer({ ref, events }))).toBe(false);
  expect(pages.shownOf(ref)).toEqual([]);
});

test('a page that cannot be reached fails with its code', async () => {
  const error = new RemoteError('CHANNEL_UNREACHABLE', 'the stream broke');
  const broken = createGatewayActivities({
    pages: { ...pages, show: () => Promise.reject(error) },
  });
  await expect(inActivity(() => broken.showToCustomer({ ref, events }))).rejects.toMatchObject({
    type: 'CHANNEL_UNREACHABLE',
    nonRetryable: true,
  });
});

test('an agent who types is shown', async () => {
  const typing = { isTyping: true, authorName: 'Gina' };
  await inActivity(() => activities.showTyping({ ref, typing }));
  expect(pages.typing.get(ref.threadId)).toEqual([typing]);
});
