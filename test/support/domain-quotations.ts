import { isDeepStrictEqual } from 'node:util';
import { type MessageId, toInboundExternalId } from '../../src/domain/ids.js';
import type { CustomerEvent, MessageEvent, Verdict } from '../../src/domain/messages.js';
import type { Effect, ThreadState } from '../../src/domain/thread-state.js';
import { externalId, testRef } from './domain-builders.js';
import { insist } from './domain-gateways.js';

type ContactCentreEffect = Extract<Effect, { lane: 'contactCentre' }>;

/** Holds a thread to quoting what a message was told to answer, wherever that can be quoted. */
export interface QuotationWatch {
  /** Takes a message that has just been logged, by a thread as it was before. */
  note(event: MessageEvent, before: ThreadState): void;
  /** Takes a call that is started. */
  checkCall(call: ContactCentreEffect): void;
  /** Takes that a call was refused for good. */
  noteRefusal(call: ContactCentreEffect): void;
}

export function createQuotationWatch(world: {
  readonly saw: (what: string) => void;
  readonly log: readonly CustomerEvent[];
  /** What each message was told to answer, by the id of an event. */
  readonly answers: ReadonlyMap<string, string>;
  readonly verdicts: ReadonlyMap<MessageId, Verdict>;
}): QuotationWatch {
  const { saw, log, answers, verdicts } = world;
  const refused = new Set<MessageId>();

  function quotable(id: string | undefined, by: MessageEvent, before: ThreadState) {
    const meant = before.log.find((one) => one.type === 'message' && one.id === id);
    if (meant?.type !== 'message' || meant.from === 'system') return undefined;
    const isLost = before.log.some(
      (one) => one.type === 'message-status' && one.id === id && one.status !== 'sent',
    );
    const { from, text } = meant;
    return isLost && by.from === 'customer' ? undefined : { id: meant.id, from, text };
  }

  /** What a post must name: nothing that is not there, and nothing that it was refused for. */
  function referenceOf(id: MessageId) {
    const shown = log.find((one) => one.type === 'message' && one.id === id);
    const quoted = shown?.type === 'message' ? shown.replyTo : undefined;
    if (quoted === undefined || refused.has(id)) return undefined;
    if (quoted.from === 'agent') return externalId(quoted.id);
    const [theirs] = [...verdicts].find(([one]) => one === quoted.id) ?? [];
    if (theirs === undefined || verdicts.get(theirs) !== 'sent') return undefined;
    return toInboundExternalId(testRef, theirs);
  }

  return {
    note(event, before) {
      const told = answers.get(event.id);
      const quoted = quotable(told, event, before);
      insist(isDeepStrictEqual(event.replyTo, quoted), `${event.id} does not quote ${told}`);
      if (told !== undefined) saw(`${event.from} ${quoted ? 'quotes' : 'quotes nothing'}`);
    },

    checkCall({ task, replyTo }) {
      const isPost = task.kind === 'post' && task.stage === 'post';
      const due = isPost ? referenceOf(task.message.id) : undefined;
      insist(replyTo === due, `a call answers ${replyTo}, not ${due}`);
      if (replyTo !== undefined) saw('posted as an answer');
    },

    noteRefusal({ task, replyTo }) {
      if (task.kind !== 'post' || replyTo === undefined) return;
      refused.add(task.message.id);
      saw('refused with what it answers');
    },
  };
}
