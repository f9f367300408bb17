import { type MessageId, toInboundExternalId } from '../../src/domain/ids.js';
import type { CustomerEvent } from '../../src/domain/messages.js';
import {
  agentMessage,
  customerMessage,
  externalId,
  messageId,
  type NewThreadEvent,
  testRef,
} from './domain-builders.js';
import type { Command } from './domain-commands.js';
import type { EndWatch } from './domain-end-watch.js';
import type { ModelGateway } from './domain-gateways.js';
import type { ModelPlatform } from './domain-platform.js';

/** What a customer and agents write in a world. */
export interface Talk {
  /** The customer's messages in the order in which they came, and when each was taken. */
  readonly accepted: readonly MessageId[];
  readonly acceptedAtMs: ReadonlyMap<string, number>;
  /** What each message was told to answer, by the id of an event. */
  readonly answers: ReadonlyMap<string, string>;
  readonly acceptMessage: (command: Extract<Command, { type: 'inbound' }>) => void;
  readonly acceptReply: (command: Extract<Command, { type: 'reply' }>) => void;
  readonly counts: () => {
    readonly acceptedInTime: number;
    readonly replies: number;
    readonly lateReplies: readonly string[];
  };
}

export function createTalk(world: {
  readonly feed: (event: NewThreadEvent) => void;
  readonly saw: (what: string) => void;
  readonly nowMs: () => number;
  readonly gatewayAt: (index: number) => ModelGateway;
  readonly log: readonly CustomerEvent[];
  readonly end: EndWatch;
  readonly platform: ModelPlatform | null;
}): Talk {
  const { feed, saw, nowMs, gatewayAt, log, end, platform } = world;
  const accepted: MessageId[] = [];
  const acceptedAtMs = new Map<string, number>();
  const answers = new Map<string, string>();
  const lateReplies: string[] = [];
  let acceptedInTime = 0;
  let replies = 0;

  /** Chooses among every message there ever was, and one that never was. */
  function choose(choice: number | null, id: string): string | undefined {
    if (choice === null) return undefined;
    const ids = log.flatMap((event) => (event.type === 'message' ? event.id : []));
    const chosen = [...ids, 'never-was'][choice % (ids.length + 1)];
    if (chosen !== undefined) answers.set(id, chosen);
    return chosen;
  }

  return {
    accepted,
    acceptedAtMs,
    answers,
    counts: () => ({ acceptedInTime, replies, lateReplies }),

    acceptMessage({ repeats, via, delayMs, answers: choice }) {
      const repeated = repeats === null ? undefined : accepted[repeats % (accepted.length || 1)];
      const id = repeated ?? `m-${acceptedAtMs.size + 1}`;
      const bySelf = via === null || platform !== null ? {} : { via: gatewayAt(via).queue };
      const replyTo = repeated === undefined ? choose(choice, id) : undefined;
      const message = customerMessage(id, {
        acceptedAtMs: nowMs() - delayMs,
        ...bySelf,
        ...(replyTo === undefined ? {} : { replyTo }),
      });
      if (repeated === undefined) {
        if (platform !== null) platform.isAway = false;
        acceptedAtMs.set(id, message.acceptedAtMs);
        accepted.push(message.id);
        if (end.by === null) acceptedInTime += 1;
      } else saw('repeat');
      feed({ type: 'inbound', message });
    },

    acceptReply({ repeats, answers: choice }) {
      const isRepeat = repeats !== null && replies > 0;
      const id = `r-${isRepeat ? (repeats % replies) + 1 : replies + 1}`;
      if (!isRepeat) replies += 1;
      if (!isRepeat && end.by !== null) lateReplies.push(id);
      const chosen = isRepeat ? undefined : choose(choice, id);
      const isTheirs = chosen?.startsWith('m-') === true;
      const raw = isTheirs ? toInboundExternalId(testRef, messageId(chosen)) : chosen;
      const replyTo = raw === undefined ? {} : { replyTo: externalId(raw) };
      feed({
        type: 'agentReply',
        message: agentMessage(id, { acceptedAtMs: nowMs(), ...replyTo }),
      });
    },
  };
}
