/**
 * @module What the outcome of a task means: for the message, for the lane, for the contact.
 *
 * A post has exactly one verdict. One whose outcome is unknown is never simply sent again: it is
 * looked up twice first. What is certainly not there, is put off and tried again for as long as it
 * takes, unless the thread was closed meanwhile.
 */
import { hasAgentWritten } from './agent-opened.js';
import { endThread } from './closing.js';
import { deferBehindLegs, giveUpLeg, isLeg, settleLeg } from './closing-legs.js';
import { noteContact, notePostedTo } from './contact.js';
import {
  frontOf,
  giveVerdict,
  isPostingAllowed,
  type Post,
  refuse,
  withInboundStatus,
  withLane,
} from './contact-centre-lane.js';
import { settleSearch } from './contact-search.js';
import { deferTask, finishTask, lookAfterMs, pauseTask, toWait } from './lane-pace.js';
import { referenceOf, withoutReplyTo } from './quotation.js';
import type { ContactCentreOutcome, ContactCentreTask, ThreadState } from './thread-state.js';

/** Notes how the task in flight ended. */
export function settleTask(
  state: ThreadState,
  outcome: ContactCentreOutcome,
  atMs: number,
): ThreadState {
  const { current, isInFlight } = state.contactCentreLane;
  if (current === null || !isInFlight) return state;
  if (current.kind === 'post') return settlePost(state, current, outcome, atMs);
  if (current.kind === 'findContact') return settleSearch(state, current, outcome, atMs);
  return isLeg(current)
    ? settleLeg(state, current, outcome, atMs)
    : settleOther(state, current, outcome, atMs);
}

function settlePost(
  state: ThreadState,
  task: Post,
  outcome: ContactCentreOutcome,
  atMs: number,
): ThreadState {
  const { message, stage } = task;
  switch (outcome.kind) {
    case 'done': {
      const { startedAtMs } = state.contactCentreLane;
      const known = { ...state, mayHaveEnded: false };
      const sent = finishTask(giveVerdict(known, message, 'sent', atMs));
      if (outcome.contact === undefined) return sent;
      // A look finds the message; only a post says that its contact was open just now.
      const seenOpenAtMs = stage === 'post' ? startedAtMs : null;
      return notePostedTo(sent, outcome.contact, outcome.contactStatus, seenOpenAtMs, atMs);
    }
    case 'contactEnded': {
      const ended = noteContact(finishTask(refuse(state, message, atMs)), outcome.sighting, atMs);
      // Older news than the thread has: the contact is looked at again.
      return isPostingAllowed(ended) ? deferTask(state, task, atMs) : ended;
    }
    case 'threadEnded':
      if (isPostingAllowed(state) && hasAgentWritten(state)) {
        return openFirst(state, task);
      }
      // Who ended it is forgotten; the customer is told that the service did.
      return endThread(finishTask(refuse(state, message, atMs)), 'operator', atMs);
    case 'absent':
      if (stage === 'look') {
        return pauseTask(state, { ...task, stage: 'lookAgain' }, atMs + lookAfterMs, 0);
      }
      if (!isPostingAllowed(state)) return finishTask(refuse(state, message, atMs));
      return pauseTask(state, { ...task, stage: 'post' }, atMs, 0);
    case 'inDoubt':
      // A look that is in doubt itself is simply made again.
      if (stage !== 'post') return deferTask(state, task, atMs);
      return pauseTask(
        withInboundStatus(state, message, 'inDoubt'),
        { ...task, stage: 'look' },
        atMs + lookAfterMs,
        0,
      );
    case 'rejected':
      // A look that is refused says nothing about the message.
      if (stage !== 'post') return deferTask(state, task, atMs);
      // Perhaps it was refused only for what it answers: it is not there, and goes without that.
      if (isPostingAllowed(state) && referenceOf(state, message) !== undefined) {
        return pauseTask(state, { ...task, message: withoutReplyTo(message) }, atMs, 0);
      }
      return finishTask(giveVerdict(state, message, 'failed', atMs, outcome.code));
    case 'readBack':
      return state;
    case 'deferred':
      if (stage === 'post' && !isPostingAllowed(state)) {
        const pausedUntilMs = atMs + toWait(outcome.retryAfterMs);
        return withLane(finishTask(refuse(state, message, atMs)), { pausedUntilMs });
      }
      return deferTask(state, task, atMs, outcome.retryAfterMs);
  }
}

/** An agent has opened an ended thread anew: the contact centre lets it take messages before this one. */
function openFirst(state: ThreadState, task: Post): ThreadState {
  const { waiting } = state.contactCentreLane;
  const opened = withLane(finishTask(state), {
    waiting: [{ kind: 'openThread' }, task, ...waiting],
  });
  return { ...opened, mayHaveEnded: false };
}

/**
 * An operator mends the lane: `retry` ends a pause, but not the second before a look, without which
 * a look means nothing; `giveUp` drops the task at the front, which fails a message. Nothing happens
 * while an effect is on its way: its outcome comes first.
 */
export function repairLane(
  state: ThreadState,
  action: 'retry' | 'giveUp',
  atMs: number,
): ThreadState {
  const { current, waiting, isInFlight, deferrals } = state.contactCentreLane;
  if (isInFlight) return state;
  const front = frontOf(state);
  if (action === 'retry' || front === null) {
    if (current?.kind === 'post' && current.stage !== 'post' && deferrals === 0) return state;
    return withLane(state, { pausedUntilMs: 0, deferrals: 0 });
  }
  // A leg that was put off waits behind the others.
  const lane = current === null ? withLane(state, { waiting: waiting.slice(1) }) : state;
  if (isLeg(front)) return giveUpLeg(lane, front);
  return finishTask(
    front.kind === 'post' ? giveVerdict(lane, front.message, 'failed', atMs, 'OPERATOR') : lane,
  );
}

/** Every other task is safe to repeat, so a doubt is no different from a deferral. */
function settleOther(
  state: ThreadState,
  task: ContactCentreTask,
  outcome: ContactCentreOutcome,
  atMs: number,
): ThreadState {
  switch (outcome.kind) {
    case 'done':
    case 'absent':
    case 'rejected':
    case 'contactEnded':
    case 'threadEnded':
    case 'readBack':
      return finishTask(state);
    case 'inDoubt':
      return deferBehindLegs(state, task, atMs);
    case 'deferred':
      return deferBehindLegs(state, task, atMs, outcome.retryAfterMs);
  }
}
