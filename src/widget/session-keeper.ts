/** Holds the customer's session: kept over a reload, shared by the tabs, renewed when it runs out. */
import type { ApiClient, CustomerDetails, SessionRequest } from './api-client.js';
import { parseFields } from './fields.js';
import { GatewayError, isGatewayError } from './gateway-error.js';
import type { KeyValueStorage } from './storage.js';
import { parseSession, type Session } from './wire.js';

/** A session, and whether its thread was made by this very call and so is empty. */
export interface HeldSession {
  readonly session: Session;
  readonly isFresh: boolean;
}

/** The one way to a session. */
export interface SessionKeeper {
  /** Returns the session that is stored, without asking the gateway. */
  readonly stored: () => Session | undefined;
  /** Returns a session, opening or resuming one when this page has not done so yet. */
  readonly ensure: () => Promise<HeldSession>;
  /** Replaces a session that the gateway refused; another tab's newer one is taken over. */
  readonly renew: (refused: Session) => Promise<HeldSession>;
  /** Takes over what another tab stored. */
  readonly adopt: () => void;
  /** Forgets the session, so that the next one is a new thread. */
  readonly forget: () => void;
}

/** Creates a keeper that stores under `key`. */
export function createSessionKeeper(deps: {
  readonly api: ApiClient;
  readonly storage: KeyValueStorage;
  readonly key: string;
  readonly runExclusive: <T>(task: () => Promise<T>) => Promise<T>;
  readonly customer: () => CustomerDetails;
  readonly identityToken: () => Promise<string | undefined>;
  readonly now: () => number;
}): SessionKeeper {
  const { api, storage, key, runExclusive, customer, identityToken, now } = deps;
  let held: Session | undefined;
  let opening: Promise<HeldSession> | undefined;

  const stored = () => parseSession(parseFields(storage.get(key) ?? ''));

  function keep(session: Session, isFresh: boolean): HeldSession {
    storage.set(key, JSON.stringify(session));
    held = session;
    return { session, isFresh };
  }

  async function requestFor(earlier: Session | undefined): Promise<SessionRequest> {
    const token = await identityToken();
    if (token !== undefined) {
      // The site vouches for the customer; whoever used this browser before does not matter.
      return { customer: customer(), identityToken: token };
    }
    return { customer: customer(), ...(earlier === undefined ? {} : { resume: earlier.token }) };
  }

  async function open(earlier: Session | undefined): Promise<HeldSession> {
    const request = await requestFor(earlier);
    try {
      const session = await api.openSession(request);
      return keep(session, earlier === undefined && request.identityToken === undefined);
    } catch (error) {
      if (request.resume !== undefined && isGatewayError(error, 401)) {
        return keep(await api.openSession({ customer: customer() }), true);
      }
      throw error;
    }
  }

  async function openOrUse(): Promise<HeldSession> {
    const earlier = stored();
    try {
      return await open(earlier);
    } catch (error) {
      // Resuming is a courtesy: while the stored token is good, the chat can go on without it.
      const isRefused = error instanceof GatewayError && error.status < 429;
      if (earlier !== undefined && !isRefused && Date.parse(earlier.expiresAt) > now()) {
        held = earlier;
        return { session: earlier, isFresh: false };
      }
      throw error;
    }
  }

  function once(task: () => Promise<HeldSession>): Promise<HeldSession> {
    opening ??= runExclusive(task).finally(() => {
      opening = undefined;
    });
    return opening;
  }

  return {
    stored,
    ensure: async () => (held === undefined ? once(openOrUse) : { session: held, isFresh: false }),
    renew: (refused) =>
      once(async () => {
        const current = stored();
        if (current !== undefined && current.token !== refused.token) {
          held = current;
          return { session: current, isFresh: false };
        }
        return open(refused);
      }),
    adopt: () => {
      held = stored() ?? held;
    },
    forget: () => {
      held = undefined;
      storage.remove(key);
    },
  };
}
