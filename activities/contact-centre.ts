/** @module What threads ask of the contact centre. Translates; every rule is the thread's. */
import { EngineError, RemoteError } from '../src/domain/errors.js';
import type { ContactNumber, ExternalMessageId, ThreadRef } from '../src/domain/ids.js';
import { type ContactStatus, type EndingStatus, liveStatuses } from '../src/domain/policy.js';
import type { ContactSighting, ReadBack } from '../src/domain/thread-state.js';
import type {
  ContactCentre,
  PostedMessage,
  PostRequest,
  StatusReport,
} from '../src/ports/contact-centre.js';
import { call } from './call.js';

/** What is looked at before a post: its contact, and what counts as its end, or its thread. */
export type CheckRequest =
  | {
      readonly contact: ContactNumber;
      /** Not worth a read where the tenant's budget of them is short. */
      readonly isOptional: boolean;
      readonly endedStatuses: readonly ContactStatus[];
    }
  | { readonly thread: ThreadRef };

/** What a check found: nothing was posted. */
type FoundEnd = { readonly ended: ContactSighting } | { readonly ended: 'thread' };

/** Gives what was seen of something that has ended; undefined for what is open, or unknown. */
async function findEnd(
  contactCentre: ContactCentre,
  check: CheckRequest,
  signal: AbortSignal,
): Promise<FoundEnd | undefined> {
  if ('thread' in check) {
    const thread = await lookFirst(() => contactCentre.readThread(check.thread, signal));
    return thread?.isOpen === false ? { ended: 'thread' } : undefined;
  }
  const { contact, isOptional, endedStatuses } = check;
  if (isOptional && !contactCentre.hasReadsToSpare()) return undefined;
  const sighting = await lookFirst(() => contactCentre.readContact(contact, signal));
  return sighting && endedStatuses.includes(sighting.status) ? { ended: sighting } : undefined;
}

/** Looks before a post; undefined when the contact centre will never say. */
async function lookFirst<Seen>(look: () => Promise<Seen>): Promise<Seen | undefined> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    if (error.code === 'CONTACT_CENTRE_REJECTED') return undefined;
    if (error.policy.certain) throw error;
    // Whatever became of the read, nothing was posted.
    throw new RemoteError('CONTACT_CENTRE_UNREACHABLE', 'What is to be looked at first cannot be', {
      cause: error,
    });
  }
}

/** Makes the activities of the lane to the contact centre. */
export function createContactCentreActivities(deps: { readonly contactCentre: ContactCentre }) {
  const { contactCentre } = deps;
  return {
    /** Stores a customer's message, unless a look at its contact or thread shows its end. */
    async postMessage(
      request: PostRequest,
      check: CheckRequest | null = null,
    ): Promise<PostedMessage | FoundEnd> {
      return await call(async (signal) => {
        const end = check === null ? undefined : await findEnd(contactCentre, check, signal);
        return end ?? (await contactCentre.postMessage(request, signal));
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

    /** Reads an end back: whether the contacts are live, and whether the thread takes messages. */
    async readBack(request: {
      readonly thread: ThreadRef;
      readonly contacts: readonly ContactNumber[];
    }): Promise<ReadBack> {
      return await call(async (signal) => {
        const contacts: { contact: ContactNumber; isLive: boolean }[] = [];
        for (const contact of request.contacts) {
          const seen = await lookFirst(() => contactCentre.readContact(contact, signal));
          if (seen) contacts.push({ contact, isLive: liveStatuses.includes(seen.status) });
        }
        const thread = await lookFirst(() => contactCentre.readThread(request.thread, signal));
        const isOpen = thread?.isOpen;
        return { contacts, ...(isOpen === undefined ? {} : { isThreadOpen: isOpen }) };
      });
    },
  };
}
