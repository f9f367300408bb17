/** @module Customers' session tokens: all that the gateway knows of a customer travels in them. */
import { z } from 'zod';
import { parseChannelId, parseCustomerId, parseThreadId, type ThreadRef } from '../domain/ids.js';
import type { Customer } from '../domain/messages.js';
import type { Clock } from '../ports/clock.js';
import { createSignedTokens, tokenInvalid } from './signed-tokens.js';

/** What a session token vouches for. */
export interface Session {
  readonly ref: ThreadRef;
  readonly customer: Customer;
  /** When the thread's id was made; absent where nobody knows. */
  readonly threadSinceMs?: number;
}

/** Signs and reads session tokens. */
export interface SessionTokens {
  issue(session: Session): Promise<{ token: string; expiresAtMs: number }>;
  /** Reads a token that is good now; throws `TOKEN_INVALID`. */
  read(token: string): Promise<Session>;
  /** Reads a token that may have run out less than 30 days ago; throws `TOKEN_INVALID`. */
  readForResume(token: string): Promise<Session>;
}

const audience = 'isthmus:session';
const resumeGraceMs = 30 * 24 * 60 * 60 * 1_000;

const claimsSchema = z.object({
  sub: z.string(),
  channel: z.string(),
  thread: z.string(),
  since: z.number().optional(),
  name: z.string().optional(),
  fields: z.record(z.string(), z.string()).optional(),
});

/** Makes the session tokens of one key; every gateway that has the key reads them. */
export function createSessionTokens(deps: {
  readonly key: string;
  readonly ttlMs: number;
  readonly clock: Clock;
}): SessionTokens {
  const tokens = createSignedTokens(deps.key, audience, deps.clock);

  async function readWithin(token: string, graceMs: number): Promise<Session> {
    const claims = claimsSchema.safeParse(await tokens.read(token, graceMs));
    const channelId = claims.success ? parseChannelId(claims.data.channel) : undefined;
    const threadId = claims.success ? parseThreadId(claims.data.thread) : undefined;
    const id = claims.success ? parseCustomerId(claims.data.sub) : undefined;
    if (!claims.success || !channelId || !threadId || !id) {
      throw tokenInvalid('The token does not name a session.');
    }
    const { name, fields, since: threadSinceMs } = claims.data;
    return {
      ref: { channelId, threadId },
      customer: {
        id,
        ...(name === undefined ? {} : { name }),
        ...(fields === undefined ? {} : { fields }),
      },
      ...(threadSinceMs === undefined ? {} : { threadSinceMs }),
    };
  }

  return {
    issue({ ref, customer, threadSinceMs }) {
      const { id, name, fields } = customer;
      return tokens.sign(
        {
          sub: id,
          channel: ref.channelId,
          thread: ref.threadId,
          ...(threadSinceMs === undefined ? {} : { since: threadSinceMs }),
          ...(name === undefined ? {} : { name }),
          ...(fields === undefined ? {} : { fields }),
        },
        deps.ttlMs,
      );
    },
    read: (token) => readWithin(token, 0),
    readForResume: (token) => readWithin(token, resumeGraceMs),
  };
}
