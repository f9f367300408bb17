import type { ServerResponse } from 'node:http';

interface FakeEvent {
  readonly seq: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

interface InboundMessage {
  readonly id: string;
  readonly text: string;
  readonly postback?: string | undefined;
  readonly attachments?: unknown;
  readonly replyTo?: string | undefined;
}

/** A thread of the fake gateway: its durable events, its open streams, and what the customer did. */
export interface FakeThread {
  readonly id: string;
  readonly receipts: string[];
  readonly typings: boolean[];
  readonly leaves: string[];
  /** The customer's messages in the order accepted, each once. */
  readonly inbound: () => readonly InboundMessage[];
  readonly hasInbound: (id: string) => boolean;
  readonly takeInbound: (message: InboundMessage) => void;
  /** While held, accepted messages get no event, as with no worker running. */
  readonly hold: (isHeld: boolean) => void;
  readonly agentSays: (text: string, more?: Readonly<Record<string, unknown>>) => void;
  readonly systemSays: (text: string) => void;
  readonly agentTypes: (typing: boolean) => void;
  readonly settle: (id: string, status: string, reason?: string) => void;
  /** Says the warning and starts a countdown, which ends the thread unless something stops it. */
  readonly warn: (countdownMs: number) => void;
  /** Ends a countdown, as an answer does. */
  readonly reopen: () => void;
  readonly end: (closedBy: string) => void;
  /** How often the customer said that they are still there. */
  readonly stillHeres: () => number;
  readonly stillHere: () => void;
  /** The customer ends the thread: at once, or when it is no longer held. */
  readonly endByCustomer: () => void;
  readonly isEndAsked: () => boolean;
  /** The moment at which the countdown that runs closes the thread, in milliseconds. */
  readonly deadline: () => number;
  readonly isClosed: () => boolean;
  readonly closing: () => Readonly<Record<string, unknown>>;
  readonly snapshot: () => unknown;
  /** Returns false when the thread is closed and the reader has everything. */
  readonly openStream: (after: number, response: ServerResponse) => boolean;
  readonly openStreams: () => number;
  /** Cuts the open streams, as a lost line does. */
  readonly dropStreams: () => void;
}

/** Creates an open thread without messages. */
export function createFakeThread(id: string): FakeThread {
  const events: FakeEvent[] = [];
  const streams = new Set<ServerResponse>();
  const inbound: InboundMessage[] = [];
  let held: InboundMessage[] | undefined;
  let state: Readonly<Record<string, unknown>> = { state: 'open' };
  let isEndAsked = false;
  let stillHeres = 0;
  let countdown: ReturnType<typeof setTimeout> | undefined;

  function frame({ seq, type, data }: FakeEvent): string {
    return `id: ${seq}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
  }

  function append(type: string, data: Readonly<Record<string, unknown>>): void {
    const seq = events.length + 1;
    const event = { seq, type, data: { seq, ...data } };
    events.push(event);
    for (const stream of streams) {
      stream.write(frame(event));
    }
  }

  function say(from: string, messageId: string, text: string, more: object = {}): number {
    const atMs = Date.now();
    const at = new Date(atMs).toISOString();
    append('message', { id: messageId, from, text, at, ...more });
    return atMs;
  }

  function setState(next: Readonly<Record<string, unknown>>): void {
    clearTimeout(countdown);
    state = next;
    append('state', state);
  }

  function stopCountdown(): void {
    if (state['state'] === 'warned') {
      setState({ state: 'open' });
    }
  }

  function end(closedBy: string): void {
    setState({ state: 'closed', closedBy, closedAt: new Date().toISOString() });
    for (const stream of streams) {
      stream.end();
    }
    streams.clear();
  }

  /** What an answer carries of the message of that id; one that is not there is left out. */
  function quoted(messageId: string): Readonly<Record<string, unknown>> | undefined {
    const event = events.find(({ type, data }) => type === 'message' && data['id'] === messageId);
    return event && { id: messageId, from: event.data['from'], text: event.data['text'] };
  }

  function extrasOf({ attachments, replyTo }: InboundMessage): object {
    return {
      ...(attachments === undefined ? {} : { attachments }),
      ...(replyTo === undefined ? {} : { replyTo: quoted(replyTo) }),
    };
  }

  const isClosed = () => state['state'] === 'closed';

  function dropStreams(): void {
    for (const stream of streams) {
      stream.destroy();
    }
    streams.clear();
  }

  return {
    id,
    receipts: [],
    typings: [],
    leaves: [],
    inbound: () => inbound,
    hasInbound: (messageId) => inbound.some((message) => message.id === messageId),
    takeInbound: (message) => {
      if (inbound.some(({ id: known }) => known === message.id)) {
        return;
      }
      inbound.push(message);
      stopCountdown();
      if (held === undefined) {
        say('customer', message.id, message.text, extrasOf(message));
      } else {
        held.push(message);
      }
    },
    hold: (isHeld) => {
      const waiting = held ?? [];
      held = isHeld ? waiting : undefined;
      for (const message of isHeld ? [] : waiting) {
        say('customer', message.id, message.text, extrasOf(message));
      }
      if (!isHeld && isEndAsked && !isClosed()) {
        end('customer');
      }
    },
    agentSays: (text, more) => {
      stopCountdown();
      say('agent', `a-${events.length + 1}`, text, { author: { name: 'Rafiki' }, ...more });
    },
    systemSays: (text) => {
      say('system', `s-${events.length + 1}`, text);
    },
    agentTypes: (typing) => {
      const data = JSON.stringify({ typing, author: { name: 'Rafiki' } });
      for (const stream of streams) {
        stream.write(`event: typing\ndata: ${data}\n\n`);
      }
    },
    settle: (messageId, status, reason) => {
      append('message-status', { id: messageId, status, reason });
    },
    warn: (countdownMs) => {
      const saidMs = say('system', `s-${events.length + 1}`, 'Are you still there?');
      const deadlineAt = new Date(saidMs + countdownMs).toISOString();
      setState({ state: 'warned', deadlineAt });
      countdown = setTimeout(() => {
        say('system', `s-${events.length + 1}`, 'This chat was closed because nobody answered.');
        end('idle');
      }, countdownMs);
      countdown.unref();
    },
    reopen: stopCountdown,
    end,
    stillHeres: () => stillHeres,
    stillHere: () => {
      stillHeres += 1;
      stopCountdown();
    },
    endByCustomer: () => {
      isEndAsked = true;
      if (held === undefined && !isClosed()) {
        end('customer');
      }
    },
    isEndAsked: () => isEndAsked,
    deadline: () => Date.parse(String(state['deadlineAt'])),
    isClosed,
    closing: () => ({ closedBy: state['closedBy'], closedAt: state['closedAt'] }),
    snapshot: () => ({
      threadId: id,
      channelId: 'watering-hole',
      ...state,
      messages: events.filter(({ type }) => type === 'message').map(({ data }) => withStatus(data)),
      lastSeq: events.length,
    }),
    openStream: (after, response) => {
      const missed = events.filter(({ seq }) => seq > after);
      if (isClosed() && missed.length === 0) {
        return false;
      }
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.write(`: hello\n\n${missed.map(frame).join('')}`);
      if (isClosed()) {
        response.end();
      } else {
        streams.add(response);
        response.once('close', () => streams.delete(response));
      }
      return true;
    },
    openStreams: () => streams.size,
    dropStreams,
  };

  function withStatus(data: Readonly<Record<string, unknown>>): unknown {
    if (data['from'] !== 'customer') {
      return data;
    }
    const verdict = events.findLast(
      (event) => event.type === 'message-status' && event.data['id'] === data['id'],
    );
    return { ...data, status: verdict?.data['status'] ?? 'accepted' };
  }
}
