import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createContactCentreActivities } from '../../../activities/contact-centre.js';
import { RemoteError } from '../../../src/domain/errors.js';
import { toInboundExternalId } from '../../../src/domain/ids.js';
import type { EndingStatus } from '../../../src/domain/policy.js';
import type { PostRequest, StatusReport } from '../../../src/ports/contact-centre.js';
import {
  createFakeContactCentre,
  type FakeContactCentre,
  type Fault,
} from '../../support/fake-contact-centre.js';
import { silentTemporalLogger } from '../../support/silent-logger.js';
import { inbound, newRef, reply, startOf } from '../../support/thread-fixtures.js';

const ref = newRef('t-1');
const closed: EndingStatus = 'closed';
const resolved: EndingStatus = 'resolved';
const message = inbound('m-1', 'hello');
const post: PostRequest = {
  thread: ref,
  externalId: toInboundExternalId(ref, message.id),
  customer: startOf(ref).customer,
  text: 'hello',
  createdAtMs: message.acceptedAtMs,
};
const report: StatusReport = {
  thread: ref,
  messageId: reply('r-1').id,
  status: 'seen',
  atMs: 1_700_000_000_000,
};

let environment: MockActivityEnvironment;
const inActivity = <Answer>(call: () => Promise<Answer>): Promise<Answer> => environment.run(call);
let contactCentre: FakeContactCentre;
let activities: ReturnType<typeof createContactCentreActivities>;
const store = () =>
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- the receiver is no window
  inActivity(() => activities.postMessage(post));
beforeEach(() => {
  environment = new MockActivityEnvironment({}, { logger: silentTemporalLogger });
  contactCentre = createFakeContactCentre();
  activities = createContactCentreActivities({ contactCentre });
});

test('a post stores the message and answers its contact', async () => {
  const { contact, posts } = contactCentre.of(ref);
  expect(await store()).toMatchObject({ contact });
  expect(posts).toEqual([post]);
});

test('a look answers the message when it is there, and null when it is not', async () => {
  const look = { thread: ref, externalId: post.externalId };
  expect(await inActivity(() => activities.findMessage(look))).toBeNull();
  await store();
  const { contact } = contactCentre.of(ref);
  expect(await inActivity(() => activities.findMessage(look))).toMatchObject({ contact });
});

test('a report, an end and a shut thread arrive as they are', async () => {
  const thread = contactCentre.of(ref);
  const { contact } = thread;
  await inActivity(() => activities.reportStatus(report));
  await inActivity(() => activities.endContact({ contact, status: resolved }));
  await inActivity(() => activities.setThreadOpen({ thread: ref, isOpen: false }));
  expect(thread.reports).toEqual([report]);
  expect(thread.endedWith).toBe('resolved');
  expect(thread.isShut).toBe(true);
  await inActivity(() => activities.setThreadOpen({ thread: ref, isOpen: true }));
  expect(thread.isShut).toBe(false);
});

describe('an error of the contact centre', () => {
  const limited = new RemoteError('CONTACT_CENTRE_RATE_LIMITED', 'too many', {
    retryAfterMs: 900,
  });
  const calls: readonly [Fault['on'], () => Promise<unknown>][] = [
    ['post', store],
    [
      'find',
      () => inActivity(() => activities.findMessage({ thread: ref, externalId: post.externalId })),
    ],
    ['report', () => inActivity(() => activities.reportStatus(report))],
    [
      'end',
      () =>
        inActivity(() =>
          activities.endContact({
            contact: contactCentre.of(ref).contact,
            status: closed,
          }),
        ),
    ],
    ['setOpen', () => inActivity(() => activities.setThreadOpen({ thread: ref, isOpen: false }))],
  ];

  test.each(calls)('of %s becomes a failure of its code', async (on, call) => {
    contactCentre.of(ref).faults.push({ on, when: 'before', error: limited });
    await expect(call()).rejects.toMatchObject({
      name: 'ApplicationFailure',
      type: 'CONTACT_CENTRE_RATE_LIMITED',
      nonRetryable: true,
      details: [{ retryAfterMs: 900 }],
    });
  });
});

describe('a call that takes long', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  test('shows each second that its worker lives, and no longer than it takes', async () => {
    let open: () => void = () => undefined;
    contactCentre.of(ref).gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    let beats = 0;
    environment.on('heartbeat', () => {
      beats += 1;
    });
    const call = store();
    await vi.advanceTimersByTimeAsync(900);
    expect(beats).toBe(0);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(beats).toBe(3);
    open();
    await call;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(beats).toBe(3);
  });

  test('is given up when the activity is cancelled', async () => {
    const thread = contactCentre.of(ref);
    thread.gate = new Promise<void>(() => undefined);
    const call = store();
    const failure = call.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(10);
    expect(thread.inFlight).toBe(1);
    environment.cancel();
    expect(await failure).toMatchObject({ name: 'CancelledFailure' });
    expect(thread.inFlight).toBe(0);
    expect(thread.posts).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a look before a post', () => {
  const uncertain = new RemoteError('CONTACT_CENTRE_SILENT', 'reset');
  const refused = new RemoteError('CONTACT_CENTRE_REJECTED', 'no such thread');
  const storeAfterLook = () =>
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- the receiver is no window
    inActivity(() => activities.postMessage(post, { thread: ref }));

  test('at a thread that takes no more messages posts nothing', async () => {
    const thread = contactCentre.of(ref);
    thread.isShut = true;
    expect(await storeAfterLook()).toEqual({ ended: 'thread' });
    expect(thread.posts).toEqual([]);
  });

  test('at a thread that nobody knows, or cannot be told of, posts', async () => {
    const thread = contactCentre.of(ref);
    await storeAfterLook();
    thread.isShut = true;
    thread.faults.push({ on: 'readThread', when: 'before', error: refused });
    await storeAfterLook();
    expect(thread.posts).toHaveLength(2);
  });

  test('that is in doubt is a failure after which nothing was posted for certain', async () => {
    const thread = contactCentre.of(ref);
    thread.faults.push({ on: 'readThread', when: 'before', error: uncertain });
    await expect(storeAfterLook()).rejects.toMatchObject({ type: 'CONTACT_CENTRE_UNREACHABLE' });
    expect(thread.posts).toEqual([]);
  });
});

describe('a read-back', () => {
  const readBack = () =>
    inActivity(() =>
      activities.readBack({ thread: ref, contacts: [contactCentre.of(ref).contact] }),
    );

  test.each([
    ['new', true],
    ['open', true],
    ['pending', true],
    ['escalated', true],
    ['resolved', false],
    ['closed', false],
    ['trashed', false],
  ] as const)('calls a contact that is %s live: %s', async (status, isLive) => {
    const thread = contactCentre.of(ref);
    thread.status = status;
    await store();
    expect(await readBack()).toEqual({
      contacts: [{ contact: thread.contact, isLive }],
      isThreadOpen: true,
    });
  });

  test('leaves out what the contact centre does not know or refuses to say', async () => {
    const thread = contactCentre.of(ref);
    const error = new RemoteError('CONTACT_CENTRE_REJECTED', 'no such contact');
    thread.faults.push({ on: 'read', when: 'before', error });
    expect(await readBack()).toEqual({ contacts: [] });
  });

  test('that cannot be made is a failure', async () => {
    contactCentre.of(ref).isDown = true;
    await expect(readBack()).rejects.toMatchObject({ type: 'CONTACT_CENTRE_UNREACHABLE' });
  });
});
