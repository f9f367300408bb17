import type { ContactNumber } from '../../src/domain/ids.js';
import type { CustomerEvent, ThreadEnder } from '../../src/domain/messages.js';
import type {
  ContactCentreOutcome,
  ContactSighting,
  ThreadState,
} from '../../src/domain/thread-state.js';
import { insist } from './domain-gateways.js';

/** Follows how a thread is warned and ends, and holds it to the rules of that. */
export interface EndWatch {
  /** Who ended it, by what the customer was told. */
  by: ThreadEnder | null;
  /** Whether an end that was not the customer's became known. */
  isPostingOver: boolean;
  /** The newest change of the contact's status that the thread was told of. */
  knownStatusAtMs: number | null;
  /** Takes a change of state that has just been logged. */
  note(
    event: Extract<CustomerEvent, { type: 'state' }>,
    log: readonly CustomerEvent[],
    nowMs: number,
    facts: { readonly countdownMs: number; readonly isSomebodyWaiting: boolean },
  ): void;
  /** Says whether a thread of this contact must be ended by what it is going to be told. */
  believe(sighting: ContactSighting, contact: ContactNumber | null, nowMs: number): boolean;
  /** Takes how a customer's message went, of a thread as it was before. */
  notePosted(outcome: ContactCentreOutcome, before: ThreadState): void;
}

/** The contact that no answer may contradict: not one that was only found by an agent's message. */
function boundContactOf({ ledger, contact, contactSeenOpenAtMs }: ThreadState) {
  const isAnswered = Object.values(ledger.inbound).includes('sent');
  const hasAgentWritten = Object.keys(ledger.outbound).length > 0;
  return hasAgentWritten && !isAnswered && contactSeenOpenAtMs === null ? null : contact;
}

export function createEndWatch(saw: (what: string) => void): EndWatch {
  const watch: EndWatch = {
    by: null,
    isPostingOver: false,
    knownStatusAtMs: null,

    note(event, log, nowMs, { countdownMs, isSomebodyWaiting }) {
      insist(watch.by === null, `${event.state} after the end`);
      const before = log.findLast((one) => one.type === 'state' && one !== event);
      const warnedUntilMs = before?.type === 'state' ? before.deadlineAtMs : undefined;
      if (event.state === 'open') insist(warnedUntilMs !== undefined, 'opened while it was open');
      if (event.state === 'warned') {
        insist(warnedUntilMs === undefined, 'warned twice');
        insist(event.deadlineAtMs === nowMs + countdownMs, 'another countdown');
        insist(!isSomebodyWaiting, 'a customer who waits with a page open is warned');
      }
      if (event.state !== 'closed' || event.closedBy === undefined) return;
      watch.by = event.closedBy;
      saw(`ended by ${watch.by}`);
      if (watch.by !== 'customer') watch.isPostingOver = true;
      if (watch.by !== 'idle') return;
      insist(warnedUntilMs !== undefined && warnedUntilMs <= nowMs, 'ended before its deadline');
    },

    believe({ contact, status, statusUpdatedAtMs }, own, nowMs) {
      const isOwn = own === null || contact === own;
      const isOld = (statusUpdatedAtMs ?? nowMs) < (watch.knownStatusAtMs ?? 0);
      if (!isOwn || isOld) saw(isOwn ? 'old news' : "another's news");
      if (!isOwn || isOld) return false;
      if (watch.by === null) watch.knownStatusAtMs = statusUpdatedAtMs ?? watch.knownStatusAtMs;
      if (status === 'closed') watch.isPostingOver = true;
      return status === 'closed';
    },

    notePosted(outcome, before) {
      const own = boundContactOf(before);
      const contact = outcome.kind === 'done' ? outcome.contact : undefined;
      if (contact === undefined || own === null || contact === own) return;
      saw('posted to another contact');
      watch.isPostingOver = true;
    },
  };
  return watch;
}
