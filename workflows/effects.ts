/** @module Performs what a thread asks for, and gives back the event that each effect owes. */

import type { CheckRequest, PostedMessage } from '../activities/index.js';
import { firstAgentMessageOf } from '../src/domain/agent-opened.js';
import {
  type ContactNumber,
  type ThreadRef,
  toDeliveryId,
  toInboundExternalId,
} from '../src/domain/ids.js';
import type { CustomerEvent } from '../src/domain/messages.js';
import type { ContactStatus } from '../src/domain/policy.js';

import type { Effect, PostCheck, ThreadEvent, ThreadState } from '../src/domain/thread-state.js';
import { contactCentre, engine, pagesAt, platform } from './activity-proxies.js';
import { toDeliveryOutcome, toOutcome } from './outcomes.js';

type Settled = Extract<
  ThreadEvent,
  { type: 'contactCentreSettled' | 'showSettled' | 'deliverySettled' | 'blockSettled' }
>;
type Owed = Settled extends infer Event
  ? Event extends Settled
    ? Omit<Event, 'atMs'>
    : never
  : never;
type ContactCentreEffect = Extract<Effect, { lane: 'contactCentre' }>;
type ContactCentreOwed = Extract<Owed, { type: 'contactCentreSettled' }>;

/** Performs an effect. Never rejects: whatever happens is the event that the effect owes. */
export async function performEffect(effect: Effect, state: ThreadState): Promise<Owed> {
  if (effect.lane === 'contactCentre') {
    try {
      return { type: 'contactCentreSettled', outcome: await callContactCentre(effect, state) };
    } catch (failure) {
      return { type: 'contactCentreSettled', outcome: toOutcome(failure) };
    }
  }
  if (effect.lane === 'customerBlock') return await blockCustomer(effect.untilMs, state);
  if (effect.lane === 'platform') return await deliver(effect.event, state);
  const { gateway, events } = effect;
  try {
    const first = events[0]?.seq;
    const summary =
      first === undefined ? 'is the page there?' : `events ${first}-${events.at(-1)?.seq}`;
    const isShown = await pagesAt(gateway).showToCustomer.executeWithOptions({ summary }, [
      { ref: state.ref, events },
    ]);
    return { type: 'showSettled', gateway, outcome: isShown ? 'shown' : 'noPage' };
  } catch {
    return { type: 'showSettled', gateway, outcome: 'unanswered' };
  }
}

async function deliver(event: CustomerEvent, state: ThreadState): Promise<Owed> {
  const { ref, customer, platform: lane } = state;
  const deliveryId = toDeliveryId(ref, lane?.sinceMs ?? 0, event.seq);
  try {
    await platform.deliverToPlatform.executeWithOptions(
      { summary: `event ${event.seq} to the platform` },
      [{ ref, customerId: customer.id, deliveryId, event }],
    );
    return { type: 'deliverySettled', outcome: { kind: 'taken' } };
  } catch (failure) {
    return { type: 'deliverySettled', outcome: toDeliveryOutcome(failure) };
  }
}

async function blockCustomer(untilMs: number, { ref, customer }: ThreadState): Promise<Owed> {
  try {
    await engine.blockCustomer.executeWithOptions({ summary: 'no new session for a while' }, [
      { channelId: ref.channelId, customerId: customer.id, untilMs },
    ]);
  } catch {
    // Only a worker that does not know the activity at all ends up here; the end must go on.
  }
  return { type: 'blockSettled' };
}

async function callContactCentre(
  { task, contact, check, replyTo }: ContactCentreEffect,
  state: ThreadState,
): Promise<ContactCentreOwed['outcome']> {
  const {
    ref,
    customer,
    policy: { endedStatuses },
    closed,
  } = state;
  switch (task.kind) {
    case 'post': {
      const { id, text, attachments, postback, acceptedAtMs, writtenAtMs } = task.message;
      const externalId = toInboundExternalId(ref, id);
      if (task.stage !== 'post') {
        const found = await contactCentre.findMessage.executeWithOptions(
          { summary: `is message ${id} there?` },
          [{ thread: ref, externalId }],
        );
        return found === null ? { kind: 'absent' } : { kind: 'done', ...contactOf(found) };
      }
      const posted = await contactCentre.postMessage.executeWithOptions(
        { summary: `message ${id}` },
        [
          {
            thread: ref,
            externalId,
            customer,
            text,
            ...(attachments === undefined ? {} : { attachments }),
            ...(postback === undefined ? {} : { postback }),
            ...(replyTo === undefined ? {} : { replyTo }),
            createdAtMs: writtenAtMs ?? acceptedAtMs,
          },
          toCheckRequest(check, contact, ref, endedStatuses),
        ],
      );
      if ('ended' in posted) {
        const { ended } = posted;
        return ended === 'thread'
          ? { kind: 'threadEnded' }
          : { kind: 'contactEnded', sighting: ended };
      }
      return { kind: 'done', ...contactOf(posted) };
    }
    case 'report': {
      const { messageId, status, atMs, reason } = task;
      await contactCentre.reportStatus.executeWithOptions({ summary: `${status} ${messageId}` }, [
        { thread: ref, messageId, status, atMs, ...(reason === undefined ? {} : { reason }) },
      ]);
      return { kind: 'done' };
    }
    case 'endContact': {
      const ended = task.contact ?? contact ?? (await findContact(state));
      if (ended === undefined) return { kind: 'absent' };
      await contactCentre.endContact.executeWithOptions({ summary: `contact ${ended}` }, [
        { contact: ended, status: task.status },
      ]);
      return { kind: 'done', contact: ended };
    }
    case 'shutThread':
      await contactCentre.setThreadOpen.executeWithOptions({ summary: 'take no more messages' }, [
        { thread: ref, isOpen: false },
      ]);
      return { kind: 'done' };
    case 'openThread':
      await contactCentre.setThreadOpen.executeWithOptions({ summary: 'take messages again' }, [
        { thread: ref, isOpen: true },
      ]);
      return { kind: 'done' };
    case 'findContact': {
      const found = await contactCentre.findMessage.executeWithOptions(
        { summary: 'which contact is it?' },
        [{ thread: ref, externalId: task.messageId }],
      );
      return found === null ? { kind: 'absent' } : { kind: 'done', ...contactOf(found) };
    }
    case 'readBack':
      return {
        kind: 'readBack',
        ...(await contactCentre.readBack.executeWithOptions({ summary: 'does the end hold?' }, [
          { thread: ref, contacts: closed?.endedContacts ?? [] },
        ])),
      };
  }
}

/** Finds the contact of a thread that an agent opened by the message that opened it. */
async function findContact(state: ThreadState): Promise<ContactNumber | undefined> {
  const externalId = firstAgentMessageOf(state);
  if (externalId === undefined) return undefined;
  const found = await contactCentre.findMessage.executeWithOptions(
    { summary: 'which contact is it?' },
    [{ thread: state.ref, externalId }],
  );
  return found?.contact;
}

function toCheckRequest(
  check: PostCheck,
  contact: ContactNumber | null,
  thread: ThreadRef,
  endedStatuses: readonly ContactStatus[],
): CheckRequest | null {
  if (check === 'thread') return { thread };
  if (contact === null || check === 'none') return null;
  return { contact, isOptional: check === 'contactIfReadsAreSpare', endedStatuses };
}

function contactOf(posted: PostedMessage): {
  contact?: ContactNumber;
  contactStatus?: ContactStatus;
} {
  const { contact, contactStatus } = posted;
  return {
    ...(contact === undefined ? {} : { contact }),
    ...(contactStatus === undefined ? {} : { contactStatus }),
  };
}
