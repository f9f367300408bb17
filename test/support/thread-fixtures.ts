/** Threads of the test channel, and what is said in them. */
import { randomUUID } from 'node:crypto';
import type { ChannelDefinition } from '../../src/domain/channel.js';
import {
  type ChannelId,
  type GatewayQueue,
  parseChannelId,
  parseCustomerId,
  parseExternalMessageId,
  parsePlatformMessageId,
  parseThreadId,
  type ThreadRef,
} from '../../src/domain/ids.js';
import type { AgentMessage, InboundMessage } from '../../src/domain/messages.js';
import { defaultPolicy } from '../../src/domain/policy.js';
import type { ThreadStart } from '../../src/ports/threads.js';
import type { ThreadInput } from '../../workflows/messages.js';

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('a test id is malformed');
  return value;
}

/** Names a thread. */
export function refOf(channelId: string, threadId: string): ThreadRef {
  return { channelId: must(parseChannelId(channelId)), threadId: must(parseThreadId(threadId)) };
}

/** Names a new thread on the test channel. */
export function newRef(threadId: string = randomUUID()): ThreadRef {
  return refOf('watering-hole', threadId);
}

/** What a thread of the test channel starts with; options reach its workflow as they are. */
export function startOf(
  ref: ThreadRef,
  options: Partial<ThreadInput> = {},
): ThreadInput & ThreadStart {
  const id = must(parseCustomerId(`zebra-${ref.threadId.slice(0, 8)}`));
  const customer = { id, name: 'Zed Zebra' };
  const usual = { policy: defaultPolicy, mayHaveEnded: false, delivery: 'pages' as const };
  return { ref, customer, ...usual, ...options };
}

/** Makes a customer's message; `via` names the gateway that follows what becomes of it. */
export function inbound(id: string, text = `text of ${id}`, via?: GatewayQueue): InboundMessage {
  return {
    id: must(parsePlatformMessageId(id)),
    text,
    acceptedAtMs: Date.now(),
    ...(via === undefined ? {} : { via }),
  };
}

/** Makes an agent's message. */
export function reply(id: string, text = `text of ${id}`): AgentMessage {
  return {
    id: must(parseExternalMessageId(id)),
    text,
    author: { name: 'Gina' },
    acceptedAtMs: Date.now(),
  };
}

/** Gives `count` ids, in order. */
export function idsOf(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`);
}

/** Describes a widget channel as its owner would, with every default but what is given. */
export function channelOf(
  id: ChannelId,
  policy: Partial<ChannelDefinition['policy']> = {},
): ChannelDefinition {
  return {
    id,
    name: id,
    adapter: { kind: 'widget', allowedOrigins: [], identity: { kind: 'anonymous' } },
    policy: { ...defaultPolicy, ...policy },
    limits: { sessionsPerMinute: 300, messagesPerMinute: 1_200 },
    customFields: [],
  };
}
