/** @module Performs what a thread asks for, and gives back the event that each effect owes. */

import type { PostedMessage } from '../activities/index.js';
import { type ContactNumber, toInboundExternalId } from '../src/domain/ids.js';
import type { ContactStatus } from '../src/domain/policy.js';
import type { Effect, ThreadEvent, ThreadState } from '../src/domain/thread-state.js';
import { contactCentre, pagesAt } from './activity-proxies.js';
import { toOutcome } from './outcomes.js';

type Settled = Extract<ThreadEvent, { type: 'contactCentreSettled' | 'showSettled' }>;
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
  const { gateway, events } = effect;
  try {
    const first = events[0]?.seq;
    const summary =
      first === undefined ? 'is the page there?' : `events ${first}-${events.at(-1)?.seq}`;
    const isShown = await pagesAt(gateway).showToCustomer.executeWithOptions({ summary }, [
      { ref: state.ref, events },
    ]);
    return { type: 'showSettled', gateway, isShown };
  } catch {
    return { type: 'showSettled', gateway, isShown: false };
  }
}

async function callContactCentre(
  { task, contact, contactCheck }: ContactCentreEffect,
  { ref, customer, policy: { endedStatuses } }: ThreadState,
): Promise<ContactCentreOwed['outcome']> {
  switch (task.kind) {
    case 'post': {
      const { id, text, attachments, postback, acceptedAtMs } = task.message;
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
            createdAtMs: acceptedAtMs,
          },
          contact === null || contactCheck === 'none'
            ? null
            : { contact, isOptional: contactCheck === 'ifReadsAreSpare', endedStatuses },
        ],
      );
      if ('ended' in posted) return { kind: 'contactEnded', sighting: posted.ended };
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
      const ended = task.contact ?? contact;
      if (ended === null) return { kind: 'done' };
      await contactCentre.endContact.executeWithOptions({ summary: `contact ${ended}` }, [
        { contact: ended, status: task.status },
      ]);
      return { kind: 'done' };
    }
    case 'shutThread':
      await contactCentre.setThreadOpen.executeWithOptions({ summary: 'take no more messages' }, [
        { thread: ref, isOpen: false },
      ]);
      return { kind: 'done' };
  }
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
