/** A page that reads a thread's events. */
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { expect, onTestFinished } from 'vitest';
import { threadEvents } from '../../../src/gateway/widget/answers.js';
import type { OpenedSession } from './gateway-fixture.js';

export interface ReadEvent {
  readonly id: number | undefined;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

export interface EventReader {
  readonly status: number;
  readonly headers: Headers;
  readonly events: ReadEvent[];
  readonly comments: string[];
  readonly retries: number[];
  /** Whether the server has ended the stream. */
  isEnded(): boolean;
  drop(): void;
}

function toReadEvent({ id, event, data }: EventSourceMessage): ReadEvent {
  return {
    id: id === undefined ? undefined : Number(id),
    event: event ?? 'message',
    data: JSON.parse(data) as Record<string, unknown>,
  };
}

/** Says what of an event the API document does not say. */
function findUndescribed({ event, data }: ReadEvent): string | undefined {
  const schema = Object.entries(threadEvents).find(([name]) => name === event)?.[1];
  return schema === undefined ? event : schema.safeParse(data).error?.message;
}

/** Opens a stream; it is dropped with its test. */
export async function readEvents(
  url: string,
  { threadId, token }: Pick<OpenedSession, 'threadId' | 'token'>,
  options: { readonly lastEventId?: string; readonly after?: string } = {},
): Promise<EventReader> {
  const connection = new AbortController();
  const query = options.after === undefined ? '' : `?after=${options.after}`;
  const response = await fetch(`${url}/v1/threads/${threadId}/events${query}`, {
    headers: {
      authorization: `Bearer ${token}`,
      ...(options.lastEventId === undefined ? {} : { 'last-event-id': options.lastEventId }),
    },
    signal: connection.signal,
  });
  const events: ReadEvent[] = [];
  const comments: string[] = [];
  const retries: number[] = [];
  let isEnded = false;
  const parser = createParser({
    onEvent: (event) => events.push(toReadEvent(event)),
    onComment: (comment) => comments.push(comment),
    onRetry: (retryMs) => retries.push(retryMs),
  });
  async function read(): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body ?? []) {
        parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
      }
      isEnded = true;
    } catch {
      // Dropped.
    }
  }
  void read();
  onTestFinished(() => {
    connection.abort();
    expect(events.map(findUndescribed).filter((what) => what !== undefined)).toEqual([]);
  });
  return {
    status: response.status,
    headers: response.headers,
    events,
    comments,
    retries,
    isEnded: () => isEnded,
    drop: () => connection.abort(),
  };
}
