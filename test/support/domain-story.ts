import { isDeepStrictEqual } from 'node:util';
import type { MessageId } from '../../src/domain/ids.js';
import type { CustomerEvent, ThreadEnder, Verdict } from '../../src/domain/messages.js';
import { isFinished, isQuiet } from '../../src/domain/thread.js';
import type { ThreadState } from '../../src/domain/thread-state.js';
import { insist } from './domain-gateways.js';

/** All that happened to a thread, once nothing is left to do. */
export interface Story {
  /** The customer's messages in the order in which they came, and how many came before the end. */
  readonly accepted: readonly MessageId[];
  readonly acceptedInTime: number;
  readonly verdicts: ReadonlyMap<MessageId, Verdict>;
  /** Messages, and names of other tasks, that an operator gave up. */
  readonly givenUp: ReadonlySet<string>;
  /** How many messages agents sent, and which of them after the end. */
  readonly replies: number;
  readonly lateReplies: readonly string[];
  readonly ended: ThreadEnder | null;
  /** Whether an end that was not the customer's became known. */
  readonly isPostingOver: boolean;
  /** What the contact centre has, and the other calls that it took. */
  readonly stored: readonly MessageId[];
  readonly calls: readonly string[];
  /** Whether the contact centre's thread takes messages, and its contact is live, in the end. */
  readonly isOpenThere: boolean;
  readonly isContactLive: boolean;
  readonly log: readonly CustomerEvent[];
  readonly state: ThreadState;
}

/** Holds a story to what a thread owes in the end. */
export function checkStory(story: Story): void {
  checkMessages(story);
  checkReplies(story);
  checkEnd(story);
}

function checkMessages({ accepted, acceptedInTime, verdicts, ...story }: Story): void {
  for (const [index, id] of accepted.entries()) {
    const verdict = verdicts.get(id);
    const isThere = story.stored.includes(id);
    insist(verdict !== undefined, `${id} has no verdict`);
    insist(isThere === (verdict === 'sent') || story.givenUp.has(id), `${id} is not ${verdict}`);
    if (index >= acceptedInTime) insist(verdict === 'refused', `${id} came after the end`);
    else insist(verdict !== 'refused' || story.isPostingOver, `${id} came in time and is refused`);
  }
  const inOrder = accepted.filter((id) => story.stored.includes(id));
  insist(isDeepStrictEqual(inOrder, story.stored), `stored as ${story.stored.join()}`);
  const shown = idsFrom('customer', story.log);
  insist(isDeepStrictEqual(shown, accepted.slice(0, acceptedInTime)), `shown as ${shown.join()}`);
}

function checkReplies(story: Story): void {
  const ids = Array.from({ length: story.replies }, (_, index) => `r-${index + 1}`);
  const inTime = ids.filter((id) => !story.lateReplies.includes(id));
  const shown = idsFrom('agent', story.log);
  insist(isDeepStrictEqual(shown, inTime), `replies as ${shown.join()}`);
  const owed = [
    ...story.lateReplies.map((id) => `report failed ${id}`),
    ...Object.entries(story.state.ledger.outbound)
      .filter(([, { status }]) => status === 'seen' || status === 'delivered')
      .map(([id, { status }]) => `report ${status} ${id}`),
  ];
  for (const report of owed) insist(isDone(story, report), `no ${report}`);
}

function checkEnd(story: Story): void {
  const { ended, state, log, verdicts } = story;
  insist(isQuiet(state), 'something is on its way for ever');
  insist(isFinished(state) === (ended !== null), 'the thread does not know that it is finished');
  if (ended === null) return;
  const isKnownThere = [...verdicts.values()].includes('sent');
  const missing = state.closed?.missing ?? [];
  const isShut = !story.isOpenThere || missing.includes('thread');
  insist(!isKnownThere || isShut, 'the thread still takes messages');
  const mustClose = isKnownThere && ended !== 'agent' && state.contact !== null;
  const isClosed = !story.isContactLive || missing.includes('contact');
  insist(!mustClose || isClosed, 'the contact is still open');
  insist(state.block === null || state.block.standing === 'done', 'the block is still owed');
  insist((state.block !== null) === (ended === 'agent'), 'the customer is blocked for nothing');
  insist(
    ended !== 'agent' || !isDone(story, 'endContact closed'),
    'the agent has ended it already',
  );
  const last = log.findLast((event) => event.type !== 'message-status');
  insist(last?.type === 'state' && last.closedBy === ended, 'the end is not the last word');
}

function isDone({ calls, givenUp }: Story, call: string): boolean {
  return calls.includes(call) || givenUp.has(call);
}

function idsFrom(from: 'customer' | 'agent', log: readonly CustomerEvent[]): string[] {
  return log.flatMap((event) => (event.type === 'message' && event.from === from ? event.id : []));
}
