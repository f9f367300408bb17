import type { EngineErrorCode } from '../../src/domain/errors.js';
import type { ContactNumber, MessageId } from '../../src/domain/ids.js';
import { lookAfterMs } from '../../src/domain/lane-pace.js';
import type { ContactCentreOutcome, ContactCentreTask } from '../../src/domain/thread-state.js';
import { contactNumber, nameOf } from './domain-builders.js';
import type { Fate } from './domain-commands.js';
import { insist } from './domain-gateways.js';

/** The contact that answers name as the thread's, and another one. */
export const ownContact: ContactNumber = contactNumber('1001');
export const otherContact: ContactNumber = contactNumber('2002');

/** The contact that a call may find ended, and the newest change of its status that is known. */
export interface LookedAt {
  readonly contact: ContactNumber;
  readonly knownAtMs: number | null;
  /** The contacts that the thread has ended. */
  readonly endedContacts: readonly ContactNumber[];
}

/**
 * A contact centre that knows no repeats: what is posted twice is there twice, which never may
 * happen. Its index lags by up to two waits before a look.
 */
export interface ModelContactCentre {
  /** The messages that are there, in the order in which they came. */
  readonly stored: readonly MessageId[];
  /** Every other task that came to its end, in order. */
  readonly calls: readonly string[];
  has(id: MessageId): boolean;
  /** Whether the thread takes messages; whether a contact is live. */
  isOpen(): boolean;
  isLive(contact: ContactNumber): boolean;
  /** Lets a call meet its fate, and gives what the thread is told of it. */
  meet(
    fate: Fate,
    task: ContactCentreTask,
    startedAtMs: number,
    nowMs: number,
    looked: LookedAt,
  ): ContactCentreOutcome;
}

export function createModelContactCentre(): ModelContactCentre {
  const visibleAtMs = new Map<MessageId, number>();
  const stored: MessageId[] = [];
  const calls: string[] = [];
  const ended = new Set<ContactNumber>();
  let isShut = false;
  /** Calls of an end that were taken since the end was last read back. */
  let fresh = new Set<string>();

  function store(id: MessageId, atMs: number, indexLagMs: number): void {
    insist(!visibleAtMs.has(id), `${id} is there twice`);
    stored.push(id);
    visibleAtMs.set(id, atMs + Math.min(indexLagMs, 2 * lookAfterMs));
  }

  /** A task of the lane is taken once, but for what a read-back found not to hold. */
  function take(task: ContactCentreTask, looked: LookedAt): void {
    const isOnlyRead = task.kind === 'readBack' || task.kind === 'findContact';
    if (task.kind === 'post' || isOnlyRead) return;
    const name = nameOf(task);
    const isAgain = task.kind === 'report' ? calls.includes(name) : fresh.has(name);
    insist(!isAgain, `${name} is done twice`);
    fresh.add(name);
    if (!calls.includes(name)) calls.push(name);
    if (task.kind === 'endContact') ended.add(task.contact ?? looked.contact);
    if (task.kind === 'shutThread') isShut = true;
  }

  /** An index that lags shows everything as it was before the end. */
  function readBack(contacts: readonly ContactNumber[], isLate: boolean): ContactCentreOutcome {
    fresh = new Set();
    return {
      kind: 'readBack',
      contacts: contacts.map((contact) => ({ contact, isLive: isLate || !ended.has(contact) })),
      isThreadOpen: isLate || !isShut,
    };
  }

  return {
    stored,
    calls,
    has: (id) => visibleAtMs.has(id),
    isOpen: () => !isShut,
    isLive: (contact) => !ended.has(contact),
    meet(fate, task, startedAtMs, nowMs, looked) {
      switch (fate.kind) {
        case 'done':
        case 'lostAfter': {
          const isPost = task.kind === 'post' && task.stage === 'post';
          if (isPost) store(task.message.id, nowMs, fate.indexLagMs);
          if (fate.kind === 'lostAfter') return { kind: 'inDoubt' };
          take(task, looked);
          if (task.kind === 'readBack') {
            return readBack(looked.endedContacts, fate.indexLagMs > 0);
          }
          if (task.kind === 'findContact') {
            // A message that is not indexed yet names no contact.
            return fate.names === null ? { kind: 'absent' } : { kind: 'done', contact: ownContact };
          }
          // The contact of a thread that an agent opened is found where it is ended.
          if (task.kind === 'endContact')
            return { kind: 'done', contact: task.contact ?? looked.contact };
          if (task.kind !== 'post') return { kind: 'done' };
          const visibleMs = visibleAtMs.get(task.message.id) ?? Number.POSITIVE_INFINITY;
          if (!isPost && visibleMs > startedAtMs) return { kind: 'absent' };
          if (fate.names === null) return { kind: 'done' };
          return { kind: 'done', contact: fate.names === 'own' ? ownContact : otherContact };
        }
        case 'contactEnded': {
          const { contact, knownAtMs } = looked;
          const statusUpdatedAtMs = fate.isOld ? (knownAtMs ?? nowMs) - 1 : nowMs;
          return {
            kind: 'contactEnded',
            sighting: { contact, status: 'closed', statusUpdatedAtMs },
          };
        }
        case 'lostBefore':
          return { kind: 'inDoubt' };
        case 'rejected':
          if (task.kind === 'report') take(task, looked);
          return { kind: 'rejected', code: 'CONTACT_CENTRE_REJECTED' satisfies EngineErrorCode };
        case 'deferred': {
          const { retryAfterMs } = fate;
          const code = 'CONTACT_CENTRE_RATE_LIMITED' satisfies EngineErrorCode;
          return { kind: 'deferred', code, ...(retryAfterMs === null ? {} : { retryAfterMs }) };
        }
      }
    },
  };
}
