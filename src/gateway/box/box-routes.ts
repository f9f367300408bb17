/** @module The box: the calls that the contact centre makes on us (cxone.md 1.2). */
import type { Request, Response } from 'express';
import type { ChannelDefinition } from '../../domain/channel.js';
import { RequestError } from '../../domain/errors.js';
import { parseChannelId, parseThreadId, type ThreadRef } from '../../domain/ids.js';
import type { AgentTyping } from '../../ports/channel.js';
import { toIsoMoment } from '../customer-event-json.js';
import type { GatewayDeps } from '../gateway-deps.js';
import type { GatewayMetrics } from '../metrics.js';
import { pathParam } from '../path-param.js';
import { bodyInvalid, hasCode } from '../problem.js';
import { createBodyReader, parseJson } from '../request-body.js';
import { requestIdOf } from '../request-id.js';
import type { Handler, Routes } from '../routes.js';
import { type AcceptedMessage, type AgentCall, createAgentMessages } from './agent-messages.js';
import { createBoxTokens } from './box-tokens.js';
import { type LenientBody, placesOf, textAt } from './lenient-body.js';
import {
  issueBoxToken,
  takeOutbound,
  takeReply,
  takeSenderAction,
  validateRecipients,
} from './operations.js';
import { createRecipientCheck } from './recipient-check.js';
import {
  outboundInvalid,
  readFirstRecipient,
  readRecipients,
  toAnsweredRecipients,
} from './recipients.js';
import { readAuthor, readReply, textPlaces } from './reply.js';
import { findThreadCandidates, type ThreadCandidates } from './thread-look-up.js';

const boxPath = '/integration/box';
/** A rich message's text is kept twice, and one payload of a thread holds two megabytes. */
const bodyLimitBytes = 512 * 1024;
const recipientPlace = 'endUserRecipients.0.idOnExternalPlatform';

/** Mounts the box. */
export function mountBox(
  routes: Routes,
  deps: GatewayDeps & { readonly gatewayMetrics: GatewayMetrics },
): void {
  const { threads, platforms, channels, clock, logger, settings, gatewayMetrics } = deps;
  const readBody = createBodyReader(bodyLimitBytes);
  const boxTokens = createBoxTokens({ settings, clock, readBody, logger });
  const checkRecipients = createRecipientCheck(deps);
  const agentMessages = createAgentMessages({ threads, channels, clock });

  async function admit(req: Request, res: Response): Promise<LenientBody> {
    await boxTokens.admit(req);
    const body = parseJson(await readBody(req, res));
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      throw bodyInvalid('The body must be a JSON object.');
    }
    return body;
  }

  function requireChannel(req: Request): ChannelDefinition {
    const channelId = parseChannelId(pathParam(req, 'channelId'));
    const channel = channelId && channels.get(channelId);
    if (!channel) throw new RequestError('CHANNEL_UNKNOWN', 'There is no such channel.');
    return channel;
  }

  /** A call of an unknown shape is told from a lost thread by what the log says of it. */
  function logLookUp(res: Response, body: LenientBody, lookedAt: readonly string[]): void {
    const facts = { lookedAt, found: placesOf(body), requestId: requestIdOf(res) };
    logger.warn(facts, 'no thread found for a call');
  }

  function note({ ref, id }: AcceptedMessage, res: Response): void {
    gatewayMetrics.accepted('outbound', ref.channelId);
    logger.info({ ...ref, messageId: id, requestId: requestIdOf(res) }, 'reply accepted');
  }

  routes.mount(`${boxPath}/1.0/token`, {
    POST: { operation: issueBoxToken, handle: boxTokens.tokenHandler },
  });

  routes.mount(`${boxPath}/1.0/posts/:postId/messages`, {
    POST: {
      operation: takeReply,
      handle: async (req, res) => {
        const body = await admit(req, res);
        const path = { postId: pathParam(req, 'postId') };
        const candidates = findThreadCandidates(channels, path, body);
        const accepted = await agentMessages.reply(candidates, toCall(body));
        if (!accepted) {
          logLookUp(res, body, candidates.lookedAt);
          throw threadUnknown(candidates.lookedAt);
        }
        note(accepted, res);
        res.json({ idOnExternalPlatform: accepted.id });
      },
    },
  });

  /** An agent writes first: into the thread that the call gives, or that the recipient has. */
  async function writeFirst(
    res: Response,
    channel: ChannelDefinition,
    { given, lookedAt }: ThreadCandidates,
    call: AgentCall,
  ): Promise<AcceptedMessage> {
    const recipient = readFirstRecipient(channel, call.body);
    if (recipient && given === undefined) {
      return await agentMessages.writeTo(channel, recipient, call);
    }
    const ref = given === undefined ? undefined : readGiven(channel, given);
    if (recipient && ref) return await agentMessages.open(ref, recipient, call);
    const places = [...lookedAt, recipientPlace];
    logLookUp(res, call.body, places);
    if (ref) throw threadUnknown(places);
    throw outboundInvalid(['endUserRecipients'], 'The call names no thread and no recipient.', {
      lookedAt: places,
    });
  }

  routes.mount(`${boxPath}/2.0/channel/:channelId/outbound`, {
    POST: {
      operation: takeOutbound,
      handle: inEnvelope(async (req, res) => {
        const body = await admit(req, res);
        const channel = requireChannel(req);
        const call = toCall(body);
        const candidates = findThreadCandidates(channels, { channelId: channel.id }, body);
        const accepted =
          (await agentMessages.reply(candidates, call)) ??
          (await writeFirst(res, channel, candidates, call));
        note(accepted, res);
        res.json(toOutboundAnswer(accepted, body));
      }),
    },
  });

  /** Writes every field that the contact centre expects (cxone.md 1.5). */
  function toOutboundAnswer({ ref, id, acceptedAtMs }: AcceptedMessage, body: LenientBody) {
    return {
      message: {
        idOnExternalPlatform: id,
        createdAtWithMilliseconds: toIsoMoment(acceptedAtMs),
        url: `${settings.publicUrl}/`,
      },
      thread: { idOnExternalPlatform: ref.threadId },
      ...toAnsweredRecipients(body),
    };
  }

  routes.mount(`${boxPath}/1.0/channel/:channelId/recipients/validation`, {
    POST: {
      operation: validateRecipients,
      handle: inEnvelope(async (req, res) => {
        const body = await admit(req, res);
        const channel = requireChannel(req);
        await checkRecipients(channel, readRecipients(channel, body), requestIdOf(res));
        res.json({ status: 'valid' });
      }),
    },
  });

  /** An agent's typing is lost without harm, so only a malformed call is refused (cxone.md 1.7). */
  routes.mount(`${boxPath}/1.0/channel/:channelId/thread/:threadId/sender-action`, {
    POST: {
      operation: takeSenderAction,
      handle: async (req, res) => {
        const body = await admit(req, res);
        const path = { channelId: requireChannel(req).id, threadId: pathParam(req, 'threadId') };
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
          showTyping(ref, shown).catch((error: unknown) => {
            logger.debug({ ...ref, err: error }, 'typing not shown');
          });
        }
        res.status(204).end();
      },
    },
  });

  async function showTyping(ref: ThreadRef, typing: AgentTyping): Promise<void> {
    if (channels.get(ref.channelId)?.adapter.kind !== 'webhook') {
      return await threads.showTyping(ref, typing);
    }
    const customerId = await threads.customerOf(ref);
    if (customerId !== undefined) await platforms.showTyping(ref, customerId, typing);
  }

  async function firstKnown(refs: readonly ThreadRef[]): Promise<ThreadRef | undefined> {
    for (const ref of refs) {
      if ((await threads.standing(ref)).kind !== 'unknown') return ref;
    }
    return undefined;
  }
}

function threadUnknown(lookedAt: readonly string[]): RequestError {
  const details = { lookedAt };
  return new RequestError('THREAD_UNKNOWN', 'No thread was found for this call.', { details });
}

function toCall(body: LenientBody): AgentCall {
  const content = readReply(body);
  if (content) return { body, content };
  throw bodyInvalid(`Nothing to show; looked at ${textPlaces.join(', ')}, attachments`);
}

/** Reads the id of a thread that a call gives and that does not exist yet. */
function readGiven(channel: ChannelDefinition, given: string): ThreadRef {
  const threadId = parseThreadId(given);
  if (threadId) return { channelId: channel.id, threadId };
  throw outboundInvalid(
    ['thread', 'idOnExternalPlatform'],
    'The id of a thread has 1 to 128 characters, each a letter, a digit or one of _ . : -',
  );
}

/** Tells of a body that is wrong in the form that an agent is shown, wherever that is found out. */
function inEnvelope(handler: Handler): Handler {
  return async (req, res) => {
    try {
      await handler(req, res);
    } catch (error) {
      const isTold = !(error instanceof RequestError) || 'errorCode' in error.details;
      if (isTold || !hasCode(error, 'BODY_INVALID')) throw error;
      throw outboundInvalid([], error.message, { cause: error });
    }
  };
}
