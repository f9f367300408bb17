/** @module How an agent's message comes to its thread, which it opens where the call lets it. */
import type { ChannelDefinition } from '../../domain/channel.js';
import { RequestError } from '../../domain/errors.js';
import {
  type ExternalMessageId,
  type ThreadRef,
  toOutboundExternalId,
  toOutboundThreadId,
} from '../../domain/ids.js';
import type { Clock } from '../../ports/clock.js';
import type { Recipient } from '../../ports/platform.js';
import type { ThreadStart, Threads } from '../../ports/threads.js';
import { hasCode } from '../problem.js';
import { hasMessageId, toCallKey } from './call-key.js';
import type { LenientBody } from './lenient-body.js';
import type { ReplyContent } from './reply.js';
import type { ThreadCandidates } from './thread-look-up.js';

/** A message that is durable. */
export interface AcceptedMessage {
  readonly ref: ThreadRef;
  readonly id: ExternalMessageId;
  readonly acceptedAtMs: number;
}

/** What an agent says, and the call that says it. */
export interface AgentCall {
  readonly body: LenientBody;
  readonly content: ReplyContent;
}

/** Brings agents' messages to their threads. */
export interface AgentMessages {
  /**
   * Hands a message to the first candidate that exists; undefined where none does. Throws
   * `THREAD_CLOSED` where that one is closed.
   */
  reply(candidates: ThreadCandidates, call: AgentCall): Promise<AcceptedMessage | undefined>;
  /** Opens a thread of this id with a message. */
  open(ref: ThreadRef, recipient: Recipient, call: AgentCall): Promise<AcceptedMessage>;
  /** Hands a message to the recipient's open thread on a channel, or opens one. */
  writeTo(
    channel: ChannelDefinition,
    recipient: Recipient,
    call: AgentCall,
  ): Promise<AcceptedMessage>;
}

/** Makes the way of agents' messages. */
export function createAgentMessages(deps: {
  readonly threads: Threads;
  readonly channels: ReadonlyMap<ThreadRef['channelId'], ChannelDefinition>;
  readonly clock: Clock;
}): AgentMessages {
  const { threads, channels, clock } = deps;

  async function isUnknown(ref: ThreadRef): Promise<boolean> {
    return (await threads.standing(ref)).kind === 'unknown';
  }

  /** Hands a message over under the id that its key makes in this thread. */
  async function take(
    ref: ThreadRef,
    key: string,
    { content }: AgentCall,
    accept: (message: ReplyContent & Omit<AcceptedMessage, 'ref'>) => Promise<void>,
  ): Promise<AcceptedMessage> {
    const accepted = { ref, id: toOutboundExternalId(ref, key), acceptedAtMs: clock() };
    await accept({ ...content, id: accepted.id, acceptedAtMs: accepted.acceptedAtMs });
    return accepted;
  }

  /** `mayHaveEnded`: nobody here knows how old a thread's id is that was not made just now. */
  function toStart(ref: ThreadRef, recipient: Recipient, mayHaveEnded: boolean): ThreadStart {
    const channel = channels.get(ref.channelId);
    if (!channel) throw new RequestError('CHANNEL_UNKNOWN', 'There is no such channel.');
    const delivery = channel.adapter.kind === 'webhook' ? 'platform' : 'pages';
    return { ref, customer: recipient, policy: channel.policy, mayHaveEnded, delivery };
  }

  return {
    async reply({ refs, lookedAt }, call) {
      for (const ref of refs) {
        // A key for a call without an id is durable, so it is made for a thread that exists only.
        if (!hasMessageId(call.body) && (await isUnknown(ref))) continue;
        const key = await toCallKey(threads, ref.channelId, call.body);
        try {
          return await take(ref, key, call, (message) => threads.acceptReply(ref, message));
        } catch (error) {
          if (hasCode(error, 'THREAD_UNKNOWN')) continue;
          if (!hasCode(error, 'THREAD_CLOSED')) throw error;
          throw new RequestError('THREAD_CLOSED', 'The thread is closed.', {
            details: { lookedAt, threadId: ref.threadId },
            cause: error,
          });
        }
      }
      return undefined;
    },

    async open(ref, recipient, call) {
      const key = await toCallKey(threads, ref.channelId, call.body);
      const start = toStart(ref, recipient, true);
      // The customer finds it at the next session, so that is known before the thread begins.
      await threads.noteOpened(ref, recipient.id);
      return await take(ref, key, call, (message) => threads.acceptOutbound(start, message));
    },

    async writeTo({ id: channelId }, recipient, call) {
      const key = await toCallKey(threads, channelId, call.body);
      const candidate = toOutboundThreadId(key);
      const write = async (closed?: ThreadRef['threadId']): Promise<AcceptedMessage> => {
        const request = { message: key, candidate, ...(closed === undefined ? {} : { closed }) };
        const threadId = await threads.placeMessage(channelId, recipient.id, request);
        const ref = { channelId, threadId };
        const start = toStart(ref, recipient, threadId !== candidate);
        try {
          return await take(ref, key, call, (message) => threads.acceptOutbound(start, message));
        } catch (error) {
          if (closed !== undefined || !hasCode(error, 'THREAD_CLOSED')) throw error;
          // It has ended, and without this message: the next one is opened.
          return await write(threadId);
        }
      };
      return await write();
    },
  };
}
