/** @module What threads ask of the contact centre. Translates; every rule is the thread's. */
import { Context } from '@temporalio/activity';
import type { ContactNumber, ExternalMessageId, ThreadRef } from '../src/domain/ids.js';
import type { EndingStatus } from '../src/domain/policy.js';
import type {
  ContactCentre,
  PostedMessage,
  PostRequest,
  StatusReport,
} from '../src/ports/contact-centre.js';
import { toFailure } from './failure.js';

/** A call that takes longer than this says so now and then, so that a dead worker is found out. */
const heartbeatEveryMs = 1_000;

async function call<Answer>(perform: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
  const context = Context.current();
  const heartbeat = setInterval(() => context.heartbeat(), heartbeatEveryMs);
  try {
    return await perform(context.cancellationSignal);
  } catch (error) {
    throw toFailure(error);
  } finally {
    clearInterval(heartbeat);
  }
}

/** Makes the activities of the lane to the contact centre. */
export function createContactCentreActivities(deps: { readonly contactCentre: ContactCentre }) {
  const { contactCentre } = deps;
  return {
    /** Stores a customer's message. */
    async postMessage(request: PostRequest): Promise<PostedMessage> {
      return await call((signal) => contactCentre.postMessage(request, signal));
    },

    /** Looks a message up; null when it is not there. */
    async findMessage(request: {
      readonly thread: ThreadRef;
      readonly externalId: ExternalMessageId;
    }): Promise<PostedMessage | null> {
      const { thread, externalId } = request;
      return await call(
        async (signal) => (await contactCentre.findMessage(thread, externalId, signal)) ?? null,
      );
    },

    /** Reports what became of an agent's message. */
    async reportStatus(report: StatusReport): Promise<void> {
      await call((signal) => contactCentre.reportStatus(report, signal));
    },

    /** Ends the contact. */
    async endContact(request: {
      readonly contact: ContactNumber;
      readonly status: EndingStatus;
    }): Promise<void> {
      const { contact, status } = request;
      await call((signal) => contactCentre.endContact(contact, status, signal));
    },

    /** Says whether the thread takes more messages. */
    async setThreadOpen(request: {
      readonly thread: ThreadRef;
      readonly isOpen: boolean;
    }): Promise<void> {
      const { thread, isOpen } = request;
      await call((signal) => contactCentre.setThreadOpen(thread, isOpen, signal));
    },
  };
}
