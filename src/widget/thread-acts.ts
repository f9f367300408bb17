/** What the customer decides about the thread as a whole: to stay, or to end it. */
import type { Backoff, Pause } from './backoff.js';
import { GatewayError, isFinal, isThreadGone } from './gateway-error.js';
import type { ChatAction, ChatState } from './store.js';
import type { ThreadStanding } from './wire.js';

/** The customer's decisions, each told to the gateway until it knows. */
export interface ThreadActs {
  /** Says that the customer is there; ends a countdown. */
  readonly stillHere: () => Promise<void>;
  /** Ends the thread, after what the customer has written before. */
  readonly end: () => Promise<void>;
  /** Goes on with an end that waited for a message to be sent. */
  readonly goOn: () => Promise<void>;
  /** Tells nothing any more. */
  readonly stop: () => void;
}

/** Creates the acts; `postStillHere` and `postEnd` throw as the API client does. */
export function createThreadActs(deps: {
  readonly postStillHere: (threadId: string) => Promise<void>;
  readonly postEnd: (threadId: string) => Promise<void>;
  readonly state: () => ChatState;
  readonly dispatch: (action: ChatAction) => void;
  /** Tells whether a message that was written before still waits in this page. */
  readonly hasUnsent: () => boolean;
  readonly pause: Pause;
  readonly createBackoff: () => Backoff;
}): ThreadActs {
  const { postStillHere, postEnd, state, dispatch, hasUnsent, pause, createBackoff } = deps;
  let isEndOnItsWay = false;
  let isStopped = false;

  /** Posts until it worked or is not wanted any more; returns false when the gateway will not have it. */
  async function insist(
    post: (threadId: string) => Promise<void>,
    isWanted: () => boolean,
  ): Promise<boolean> {
    const backoff = createBackoff();
    const { threadId = '' } = state();
    const isOn = () => !isStopped && state().threadId === threadId && isWanted();
    while (isOn()) {
      try {
        await post(threadId);
        return true;
      } catch (error) {
        const closing = closingIn(error);
        if (closing !== undefined) {
          dispatch({ type: 'standing', standing: closing });
          return true;
        }
        if (isFinal(error)) {
          return false;
        }
        const askedMs = error instanceof GatewayError ? (error.retryAfterMs ?? 0) : 0;
        await pause.wait(Math.max(askedMs, backoff.next()));
      }
    }
    return true;
  }

  async function goOn(): Promise<void> {
    if (!state().isEnding || isEndOnItsWay || hasUnsent()) {
      return;
    }
    isEndOnItsWay = true;
    const isTaken = await insist(postEnd, () => state().isEnding);
    isEndOnItsWay = false;
    if (!isTaken) {
      dispatch({ type: 'ending', isEnding: false });
    }
  }

  return {
    goOn,
    stop: () => {
      isStopped = true;
      pause.wake();
    },
    end: async () => {
      dispatch({ type: 'ending', isEnding: true });
      await goOn();
    },
    stillHere: async () => {
      const { standing, isAnswering } = state();
      if (isAnswering || standing.state !== 'warned') {
        return;
      }
      dispatch({ type: 'answering', isAnswering: true });
      if (!(await insist(postStillHere, () => state().isAnswering))) {
        dispatch({ type: 'answering', isAnswering: false });
      }
    },
  };
}

function closingIn(error: unknown): ThreadStanding | undefined {
  if (error instanceof GatewayError && error.problem.code === 'THREAD_CLOSED') {
    const { closedBy, closedAt } = error.problem;
    return { state: 'closed', closedBy, closedAt };
  }
  return isThreadGone(error) ? { state: 'closed' } : undefined;
}
