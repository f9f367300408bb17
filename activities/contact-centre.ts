/** @module What threads ask of the contact centre. Translates; every rule is the thread's. */
import { Context } from '@temporalio/activity';
import { EngineError, RemoteError } from '../src/domain/errors.js';
import type { ContactNumber, ExternalMessageId, ThreadRef } from '../src/domain/ids.js';
import type { ContactStatus, EndingStatus } from '../src/domain/policy.js';
import type { ContactSighting } from '../src/domain/thread-state.js';
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

/** Which contact is looked at before a post, and what counts as its end. */
interface ContactCheckRequest {
  readonly contact: ContactNumber;
  /** Not worth a read where the tenant's budget of them is short. */
  readonly isOptional: boolean;
  readonly endedStatuses: readonly ContactStatus[];
}

/** Gives what was seen of a contact that has ended; undefined for one that is open, or unknown. */
async function findEnd(
  contactCentre: ContactCentre,
  { contact, isOptional, endedStatuses }: ContactCheckRequest,
  signal: AbortSignal,
): Promise<ContactSighting | undefined> {
  if (isOptional && !contactCentre.hasReadsToSpare()) return undefined;
  try {
    const sighting = await contactCentre.readContact(contact, signal);
    return endedStatuses.includes(sighting.status) ? sighting : undefined;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    if (error.code === 'CONTACT_CENTRE_REJECTED') return undefined;
    if (error.policy.certain) throw error;
    // Whatever became of the read, nothing was posted.
    throw new RemoteError('CONTACT_CENTRE_UNREACHABLE', 'The contact could not be looked at', {
      cause: error,
    });
  }
}

/** Makes the activities of the lane to the contact centre. */
export function createContactCentreActivities(deps: { readonly contactCentre: ContactCentre }) {
  const { contactCentre } = deps;
  return {
    /** Stores a customer's message, unless a look at its contact shows that it has ended. */
    async postMessage(
      request: PostRequest,
      check: ContactCheckRequest | null = null,
    ): Promise<PostedMessage | { readonly ended: ContactSighting }> {
      return await call(async (signal) => {
        const ended = check === null ? undefined : await findEnd(contactCentre, check, signal);
        return ended === undefined ? await contactCentre.postMessage(request, signal) : { ended };
      });
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
