/** @module How a platform tells Isthmus of its customers: signed, in order, until it is taken. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Webhook } from 'standardwebhooks';
import { limitedBy } from '../time-limit.js';

const pauseMs = 500;
const answerWithinMs = 10_000;

/** What became of an event: taken, or refused for good with a code. */
export type Told = { readonly isTaken: true } | { readonly isTaken: false; readonly code: string };

/** An event as it goes over the wire. */
type PlatformEvent = { readonly threadId: string; readonly type: string } & Record<string, unknown>;

/** Tells of one event after the other, each thread's in its order. */
export interface GatewayClient {
  tell(event: PlatformEvent): Promise<Told>;
  close(): void;
}

export function createGatewayClient(deps: {
  readonly url: string;
  readonly webhook: Webhook;
}): GatewayClient {
  const { url, webhook } = deps;
  const lanes = new Map<string, Promise<unknown>>();
  const leaving = new AbortController();

  async function tryOnce(id: string, body: string): Promise<Told | undefined> {
    // The id stays; the moment is that of the try, or a late one would be refused as a replay.
    const now = new Date();
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
          'webhook-signature': webhook.sign(id, now, body),
        },
        body,
        signal: limitedBy(answerWithinMs, leaving.signal),
      });
      if (answer.ok) return { isTaken: true };
      if (answer.status === 429 || answer.status >= 500) return undefined;
      const problem: unknown = await answer.json();
      const code: unknown = Object(problem)['code'];
      return { isTaken: false, code: typeof code === 'string' ? code : String(answer.status) };
    } catch {
      return undefined;
    }
  }

  async function tell(event: PlatformEvent): Promise<Told> {
    const id = `msg_${randomUUID()}`;
    const body = JSON.stringify(event);
    for (;;) {
      const told = await tryOnce(id, body);
      if (told) return told;
      await pause(pauseMs, undefined, { signal: leaving.signal });
    }
  }

  return {
    tell(event) {
      const { threadId } = event;
      const before = lanes.get(threadId) ?? Promise.resolve();
      const told = before.then(() => tell(event));
      const done = told.catch(() => undefined);
      lanes.set(threadId, done);
      return told;
    },
    close: () => leaving.abort(),
  };
}
