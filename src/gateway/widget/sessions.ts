/** @module Opening a session: who the customer is, and which thread is theirs. */
import type { z } from 'zod';
import { RequestError } from '../../domain/errors.js';
import type { Customer } from '../../domain/messages.js';
import type { Clock } from '../../ports/clock.js';
import type { Threads } from '../../ports/threads.js';
import { toIsoMoment } from '../customer-event-json.js';
import type { IdentityReader } from '../identity.js';
import { newCustomerId, newThreadId } from '../new-ids.js';
import type { WidgetChannel } from '../origins.js';
import { bodyInvalid, hasCode } from '../problem.js';
import type { RateLimit } from '../rate-limits.js';
import { checkBody } from '../request-body.js';
import type { Handler } from '../routes.js';
import type { Session, SessionTokens } from '../session-tokens.js';
import { tokenInvalid } from '../signed-tokens.js';
import { type Admission, jsonOf } from './admission.js';
import { sessionSchema } from './schemas.js';

/** A token travels in a header, and servers take some 16 KiB of those. */
const mostCustomerBytes = 8 * 1024;

type SessionRequest = z.output<typeof sessionSchema>;

/** Checks what a customer says of themself against what the channel knows. */
function checkCustomer(channel: WidgetChannel, { customer }: SessionRequest): void {
  const idents = new Map(channel.customFields.map((field) => [field.ident, field]));
  for (const [ident, value] of Object.entries(customer?.fields ?? {})) {
    const field = idents.get(ident);
    if (!field) throw bodyInvalid('customer.fields: names a field that the channel does not have');
    if (field.values !== undefined && !field.values.includes(value)) {
      throw bodyInvalid(`customer.fields.${ident}: must be one of the channel's values`);
    }
  }
  if (Buffer.byteLength(JSON.stringify(customer ?? {})) > mostCustomerBytes) {
    throw bodyInvalid(`customer: must have at most ${mostCustomerBytes} bytes`);
  }
}

/** Puts together what is known of a customer: what their site vouches for goes first. */
function toCustomer(
  id: Customer['id'],
  known: { readonly name?: string },
  resumed: Session | undefined,
  { customer }: SessionRequest,
): Customer {
  const name = known.name ?? customer?.name ?? resumed?.customer.name;
  const fields = customer?.fields ?? resumed?.customer.fields;
  return {
    id,
    ...(name === undefined ? {} : { name }),
    ...(fields === undefined ? {} : { fields }),
  };
}

/** Makes the handler of `POST /v1/channels/{channelId}/sessions`. */
export function createSessionHandler(deps: {
  readonly admission: Admission;
  readonly sessionTokens: SessionTokens;
  readonly readIdentity: IdentityReader;
  readonly threads: Pick<Threads, 'currentThread' | 'openThreadOf' | 'blockedUntil'>;
  readonly limit: RateLimit;
  readonly clock: Clock;
}): Handler {
  const { admission, sessionTokens, readIdentity, threads, limit, clock } = deps;

  /** Reads an earlier session, which must be of this channel. */
  async function readResumed(channel: WidgetChannel, token: string | undefined) {
    if (token === undefined) return undefined;
    const session = await sessionTokens.readForResume(token);
    if (session.ref.channelId !== channel.id) {
      throw tokenInvalid('The session is of another channel.');
    }
    return session;
  }

  /** Throws `CUSTOMER_BLOCKED` for a customer whose thread an agent has ended a short while ago. */
  async function refuseBlocked(channel: WidgetChannel, id: Customer['id']): Promise<void> {
    if (channel.policy.blockAfterAgentEndMs === null) return;
    const untilMs = await threads.blockedUntil(channel.id, id);
    if (untilMs === undefined) return;
    throw new RequestError('CUSTOMER_BLOCKED', 'An agent has ended the chat; none begins yet.', {
      details: { until: toIsoMoment(untilMs) },
    });
  }

  /** The thread of an earlier session is good enough for a customer while nobody can be asked. */
  async function findOpened(channel: WidgetChannel, id: Customer['id']) {
    try {
      return await threads.openThreadOf(channel.id, id);
    } catch (error) {
      if (hasCode(error, 'UNAVAILABLE')) return undefined;
      throw error;
    }
  }

  /** An anonymous customer goes on in the thread that an agent has opened for them, if that is open. */
  async function openAnonymous(
    channel: WidgetChannel,
    resumed: Session | undefined,
    request: SessionRequest,
  ): Promise<Session> {
    if (resumed) {
      const { id } = resumed.customer;
      await refuseBlocked(channel, id);
      const customer = toCustomer(id, {}, resumed, request);
      const threadId = await findOpened(channel, id);
      return threadId === undefined || threadId === resumed.ref.threadId
        ? { ...resumed, customer }
        : { ref: { channelId: channel.id, threadId }, customer };
    }
    return {
      ref: { channelId: channel.id, threadId: newThreadId() },
      customer: toCustomer(newCustomerId(), {}, undefined, request),
      threadSinceMs: clock(),
    };
  }

  async function openIdentified(
    channel: WidgetChannel,
    resumed: Session | undefined,
    request: SessionRequest,
  ): Promise<Session> {
    const { identity } = channel.adapter;
    if (identity.kind !== 'jwt') throw bodyInvalid('identityToken: the channel takes none');
    if (request.identityToken === undefined) {
      throw tokenInvalid('This channel needs an identity token.');
    }
    const identified = await readIdentity(identity, request.identityToken);
    if (resumed && resumed.customer.id !== identified.id) {
      throw tokenInvalid('The session is of another customer.');
    }
    await refuseBlocked(channel, identified.id);
    const candidate = resumed
      ? { threadId: resumed.ref.threadId, threadSinceMs: resumed.threadSinceMs }
      : { threadId: newThreadId(), threadSinceMs: clock() };
    const threadId = await threads.currentThread(channel.id, identified.id, candidate.threadId);
    // Of a thread that another session began nobody here knows since when there is one.
    const threadSinceMs = threadId === candidate.threadId ? candidate.threadSinceMs : undefined;
    return {
      ref: { channelId: channel.id, threadId },
      customer: toCustomer(identified.id, identified, resumed, request),
      ...(threadSinceMs === undefined ? {} : { threadSinceMs }),
    };
  }

  return async (req, res) => {
    const { channel, body } = await admission.admitToChannel(req, res);
    limit.spend(`${channel.id} ${req.ip}`, channel.limits.sessionsPerMinute);
    const request = checkBody(body.length === 0 ? {} : jsonOf(req, body), sessionSchema);
    checkCustomer(channel, request);
    const resumed = await readResumed(channel, request.resume);
    const session =
      channel.adapter.identity.kind === 'jwt' || request.identityToken !== undefined
        ? await openIdentified(channel, resumed, request)
        : await openAnonymous(channel, resumed, request);
    const { token, expiresAtMs } = await sessionTokens.issue(session);
    const { id, name } = session.customer;
    res.status(201).json({
      token,
      expiresAt: toIsoMoment(expiresAtMs),
      channelId: session.ref.channelId,
      threadId: session.ref.threadId,
      customer: { id, ...(name === undefined ? {} : { name }) },
    });
  };
}
