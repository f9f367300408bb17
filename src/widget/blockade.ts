/** A gateway that will not have this customer or this channel, and when it may again. */
import type { GatewayError } from './gateway-error.js';
import type { ChatAction, ChatState } from './store.js';

/** Shows that the chat is not available, for as long as that lasts. */
export interface Blockade {
  readonly giveUp: (error: GatewayError) => void;
  readonly stop: () => void;
}

/** A timer that is set for longer goes off at once. */
const longestTimerMs = 2 ** 31 - 1_000;
/** The gateway's time is known no better than this, and to come back too early is to be blocked again. */
const clockDoubtMs = 600;

/** Creates a blockade that ends by the gateway's clock, `serverNow`, in milliseconds. */
export function createBlockade(deps: {
  readonly serverNow: () => number;
  readonly state: () => ChatState;
  readonly dispatch: (action: ChatAction) => void;
}): Blockade {
  const { serverNow, state, dispatch } = deps;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function lift(): void {
    if (state().connection === 'unavailable') {
      dispatch({ type: 'connection', connection: 'idle' });
    }
  }

  return {
    giveUp: ({ problem: { code, until } }) => {
      const isBlocked = code === 'CUSTOMER_BLOCKED';
      const reason = isBlocked ? (until ?? 'blocked') : undefined;
      dispatch({ type: 'connection', connection: 'unavailable', reason });
      clearTimeout(timer);
      const waitMs = Date.parse(until ?? '') - serverNow();
      if (isBlocked && waitMs < longestTimerMs) {
        timer = setTimeout(lift, Math.max(0, waitMs + clockDoubtMs));
      }
    },
    stop: () => clearTimeout(timer),
  };
}
