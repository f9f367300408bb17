/** @module The box: the calls that the contact centre makes on us (cxone.md 1.2). */
import { createHash } from 'node:crypto';
import type { Application, Request, Response } from 'express';
import { RequestError } from '../../domain/errors.js';
import {
  type ChannelId,
  type ExternalMessageId,
  parseChannelId,
  type ThreadRef,
  toOutboundExternalId,
} from '../../domain/ids.js';
import { toIsoMoment } from '../customer-event-json.js';
import type { GatewayDeps } from '../gateway-deps.js';
import type { GatewayMetrics } from '../metrics.js';
import { pathParam } from '../path-param.js';
import { bodyInvalid, hasCode } from '../problem.js';
import { createBodyReader, parseJson } from '../request-body.js';
import { requestIdOf } from '../request-id.js';
import { mount } from '../routes.js';
import { createBoxTokens } from './box-tokens.js';
import { canonicalJson, type LenientBody, listAt, textAt, valueAt } from './lenient-body.js';
import { readAuthor, readReply, textPlaces } from './reply.js';
import { findThreadCandidates, type ThreadCandidates } from './thread-look-up.js';

const boxPath = '/integration/box';
/** A rich message's text is kept twice, and one payload of a thread holds two megabytes. */
const bodyLimitBytes = 512 * 1024;
/** Calls without an id and with the same body are one call within this time. */
const repeatWindowMs = 10_000;
/** 192 bits of a digest: nobody meets another's. */
const keyLength = 32;

interface AcceptedReply {
  readonly ref: ThreadRef;
  readonly id: ExternalMessageId;
  readonly acceptedAtMs: number;
}

function digest(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('base64url');
}

/** Mounts the box. */
export function mountBox(
  app: Application,
  deps: GatewayDeps & { readonly gatewayMetrics: GatewayMetrics },
): void {
  const { threads, channels, clock, logger, settings, gatewayMetrics } = deps;
  const readBody = createBodyReader(bodyLimitBytes);
  const boxTokens = createBoxTokens({ settings, clock, readBody });

  async function admit(req: Request, res: Response): Promise<LenientBody> {
    await boxTokens.admit(req);
    const body = parseJson(await readBody(req, res));
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      throw bodyInvalid('The body must be a JSON object.');
    }
    return body;
  }

  function requireChannel(req: Request): ChannelId {
    const channelId = parseChannelId(pathParam(req, 'channelId'));
    if (channelId === undefined || !channels.has(channelId)) {
      throw new RequestError('CHANNEL_UNKNOWN', 'There is no such channel.');
    }
    return channelId;
  }

  /** Makes the key that is the same when the contact centre makes the same call again. */
  function replyKey({ channelId }: ThreadRef, body: LenientBody): string | Promise<string> {
    const id = textAt(body, 'id');
    if (id !== undefined) return digest(channelId, id).slice(0, keyLength);
    return threads.repeatKey(digest(channelId, canonicalJson(body)), repeatWindowMs);
  }

  async function isUnknown(ref: ThreadRef): Promise<boolean> {
    return (await threads.standing(ref)).kind === 'unknown';
  }

  /** Hands a reply to the first of its candidates that exists. */
  async function acceptReply(
    { refs, lookedAt }: ThreadCandidates,
    body: LenientBody,
  ): Promise<AcceptedReply> {
    const reply = readReply(body);
    if (!reply)
      throw bodyInvalid(`Nothing to show; looked at ${textPlaces.join(', ')}, attachments`);
    const hasId = textAt(body, 'id') !== undefined;
    for (const ref of refs) {
      // A key for a call without an id is durable, so it is made for a thread that exists only.
      if (!hasId && (await isUnknown(ref))) continue;
      const id = toOutboundExternalId(ref, await replyKey(ref, body));
      const acceptedAtMs = clock();
      try {
        await threads.acceptReply(ref, { id, ...reply, acceptedAtMs });
        return { ref, id, acceptedAtMs };
      } catch (error) {
        if (hasCode(error, 'THREAD_UNKNOWN')) continue;
        if (!hasCode(error, 'THREAD_CLOSED')) throw error;
        throw new RequestError('THREAD_CLOSED', 'The thread is closed.', {
          details: { lookedAt, threadId: ref.threadId },
          cause: error,
        });
      }
    }
    throw new RequestError('THREAD_UNKNOWN', 'No thread was found for this call.', {
      details: { lookedAt },
    });
  }

  function note({ ref, id }: AcceptedReply, res: Response): void {
    gatewayMetrics.accepted('outbound', ref.channelId);
    logger.info({ ...ref, messageId: id, requestId: requestIdOf(res) }, 'reply accepted');
  }

  mount(app, `${boxPath}/1.0/token`, { POST: boxTokens.tokenHandler });

  mount(app, `${boxPath}/1.0/posts/:postId/messages`, {
    POST: async (req, res) => {
      const body = await admit(req, res);
      const path = { postId: pathParam(req, 'postId') };
      const accepted = await acceptReply(findThreadCandidates(channels, path, body), body);
      note(accepted, res);
      res.json({ idOnExternalPlatform: accepted.id });
    },
  });

  mount(app, `${boxPath}/2.0/channel/:channelId/outbound`, {
    POST: async (req, res) => {
      const body = await admit(req, res);
      const channelId = requireChannel(req);
      // A call that names no thread, or one that does not exist, begins one: here, once agents may.
      const accepted = await acceptReply(findThreadCandidates(channels, { channelId }, body), body);
      note(accepted, res);
      res.json(toOutboundAnswer(accepted, body));
    },
  });

  /** Writes every field that the contact centre expects (cxone.md 1.5). */
  function toOutboundAnswer({ ref, id, acceptedAtMs }: AcceptedReply, body: LenientBody) {
    return {
      message: {
        idOnExternalPlatform: id,
        createdAtWithMilliseconds: toIsoMoment(acceptedAtMs),
        url: `${settings.publicUrl}/`,
      },
      thread: { idOnExternalPlatform: ref.threadId },
      endUserIdentities: [],
      recipients: listAt(body, 'endUserRecipients').map((recipient) => ({
        idOnExternalPlatform: textAt(recipient, 'idOnExternalPlatform') ?? '',
        name: textAt(recipient, 'name') ?? '',
        isPrimary: valueAt(recipient, 'isPrimary') === true,
        isPrivate: valueAt(recipient, 'isPrivate') === true,
        anonymizedAt: null,
        anonymizedReason: null,
      })),
    };
  }

  /** An agent's typing is lost without harm, so only a malformed call is refused (cxone.md 1.7). */
  mount(app, `${boxPath}/1.0/channel/:channelId/thread/:threadId/sender-action`, {
    POST: async (req, res) => {
      const body = await admit(req, res);
      const path = { channelId: requireChannel(req), threadId: pathParam(req, 'threadId') };
      const action = textAt(body, 'senderAction.action');
      if (action !== 'isTypingOn' && action !== 'isTypingOff') {
        throw bodyInvalid('senderAction.action: must be isTypingOn or isTypingOff');
      }
      const { refs } = findThreadCandidates(channels, path, undefined);
      const ref = refs.length > 1 ? await firstKnown(refs) : refs[0];
      const authorName = readAuthor(body)?.name;
      if (ref) {
        const typing = { isTyping: action === 'isTypingOn' };
        const shown = authorName === undefined ? typing : { ...typing, authorName };
        threads.showTyping(ref, shown).catch((error: unknown) => {
          logger.debug({ ...ref, err: error }, 'typing not shown');
        });
      }
      res.status(204).end();
    },
  });

  async function firstKnown(refs: readonly ThreadRef[]): Promise<ThreadRef | undefined> {
    for (const ref of refs) {
      if (!(await isUnknown(ref))) return ref;
    }
    return undefined;
  }
}
