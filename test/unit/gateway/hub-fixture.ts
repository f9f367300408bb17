/** A hub with threads in memory and pages without sockets. */
import { pino } from 'pino';
import {
  parseClientMessageId,
  type ThreadRef,
  toGatewayQueue,
  toOutboundExternalId,
} from '../../../src/domain/ids.js';
import type { AgentMessage, InboundMessage } from '../../../src/domain/messages.js';
import { defaultPolicy } from '../../../src/domain/policy.js';
import { createAttachmentLinks } from '../../../src/gateway/attachments/attachment-links.js';
import { newCustomerId } from '../../../src/gateway/new-ids.js';
import { createStreamHub, type StreamHub } from '../../../src/gateway/streams/stream-hub.js';
import type { StreamSink } from '../../../src/gateway/streams/stream-sink.js';
import type { ThreadStart } from '../../../src/ports/threads.js';
import { createFakeThreads, type FakeThreads } from '../../support/fake-threads.js';

export const queue = toGatewayQueue('first');

export function startOf(ref: ThreadRef): ThreadStart {
  return {
    ref,
    customer: { id: newCustomerId() },
    policy: defaultPolicy,
    mayHaveEnded: false,
    delivery: 'pages',
  };
}

export function inboundMessage(raw: string, isFollowed = false): InboundMessage {
  const id = parseClientMessageId(raw);
  if (!id) throw new TypeError(raw);
  return {
    id,
    text: `text of ${raw}`,
    acceptedAtMs: Date.now(),
    ...(isFollowed ? { via: queue } : {}),
  };
}

export function agentMessage(ref: ThreadRef, key: string): AgentMessage {
  return {
    id: toOutboundExternalId(ref, key),
    text: `text of ${key}`,
    acceptedAtMs: Date.now(),
  };
}

/** A page without a socket: it remembers what it saw, over every connection that it made. */
export interface FakePage {
  readonly seqs: number[];
  readonly frames: string[];
  /** Whether a connection is open now. */
  isOpen(): boolean;
  pendingBytes: number;
  /** Connects after what it saw last; resolves to whether there was anything left to come. */
  connect(afterSeq?: number): Promise<boolean>;
  drop(): void;
}

export interface HubFixture {
  readonly hub: StreamHub;
  readonly threads: FakeThreads;
  readonly newPage: (ref: ThreadRef) => FakePage;
  /** Takes a customer's message as the gateway's route does. */
  readonly accept: (ref: ThreadRef, rawId: string) => Promise<void>;
}

export function createHubFixture(): HubFixture {
  const threads = createFakeThreads(Date.now);
  const hub = createStreamHub({
    threads,
    gateway: queue,
    links: createAttachmentLinks({ key: 'k'.repeat(32), publicUrl: 'https://chat.example' }),
    clock: Date.now,
    logger: pino({ level: 'silent' }),
  });
  threads.attach(queue, hub);

  function newPage(ref: ThreadRef): FakePage {
    let connection: AbortController | undefined;
    function openSink(mine: AbortController): StreamSink {
      return {
        write(frame) {
          if (connection !== mine) return;
          page.frames.push(frame);
          const seq = /^id: (\d+)$/m.exec(frame)?.[1];
          if (seq !== undefined) page.seqs.push(Number(seq));
        },
        pendingBytes: () => page.pendingBytes,
        drained: () => Promise.resolve(),
        end(frame) {
          page.frames.push(frame);
          if (connection === mine) page.drop();
        },
        drop() {
          if (connection === mine) page.drop();
        },
      };
    }
    const page: FakePage = {
      seqs: [],
      frames: [],
      pendingBytes: 0,
      isOpen: () => connection !== undefined,
      async connect(afterSeq) {
        page.drop();
        const mine = new AbortController();
        connection = mine;
        try {
          const stream = await hub.open(ref, afterSeq ?? page.seqs.at(-1) ?? 0, mine.signal);
          if (stream && connection === mine) stream.start(openSink(mine));
          else if (connection === mine) page.drop();
          return stream !== undefined;
        } catch (error) {
          if (connection === mine) page.drop();
          throw error;
        }
      },
      drop() {
        const dropped = connection;
        connection = undefined;
        dropped?.abort();
      },
    };
    return page;
  }

  return {
    hub,
    threads,
    newPage,
    async accept(ref, rawId) {
      const isFollowed = hub.hasPages(ref);
      const message = inboundMessage(rawId, isFollowed);
      try {
        await threads.acceptInbound(startOf(ref), message);
      } finally {
        if (isFollowed) hub.follow(ref, message.id);
      }
    },
  };
}
