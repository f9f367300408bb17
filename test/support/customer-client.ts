import { setTimeout as pause } from 'node:timers/promises';
import { createParser } from 'eventsource-parser';

/** A durable event as a page gets it. */
export interface PageEvent {
  readonly type: string;
  readonly seq: number;
  readonly id?: string;
  readonly from?: string;
  readonly text?: string;
  readonly status?: string;
  readonly state?: string;
  readonly closedBy?: string;
  readonly closedAt?: string;
  readonly at?: string;
  readonly arrivedAtMs: number;
}

/** A thread as a page reads it. */
interface Snapshot {
  readonly lastSeq: number;
  readonly messages: readonly PageEvent[];
  readonly state: string;
  readonly deadlineAt?: string;
  readonly closedAt?: string;
}

/** A customer who speaks the widget API over real HTTP. */
export interface CustomerClient {
  readonly threadId: string;
  readonly token: string;
  /** Sends a message through a gateway; gives the answer's status. */
  send(gatewayUrl: string, id: string, text?: string): Promise<number>;
  call(gatewayUrl: string, path: string, body?: unknown): Promise<Response>;
  snapshot(gatewayUrl: string): Promise<Snapshot>;
  /** Opens an event stream. */
  open(gatewayUrl: string, after?: number): PageStream;
}

/** An open page: every durable event that it was given, in the order of arrival. */
export interface PageStream {
  readonly events: PageEvent[];
  readonly typing: { typing: boolean }[];
  /** Resolves to the status that the gateway answered; 0 for no answer. */
  readonly answered: Promise<number>;
  /** Resolves when the stream has ended, whoever ended it. */
  readonly ended: Promise<void>;
  hasEnded(): boolean;
  close(): void;
}

/** Opens a session and gives its customer. */
export async function openSession(
  gatewayUrl: string,
  channelId = 'watering-hole',
  body: unknown = { customer: { name: 'Zed Zebra' } },
): Promise<CustomerClient> {
  const answer = await fetch(`${gatewayUrl}/v1/channels/${channelId}/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (answer.status !== 201) throw new Error(`session: ${answer.status} ${await answer.text()}`);
  const { token, threadId } = (await answer.json()) as { token: string; threadId: string };
  const authorization = { authorization: `Bearer ${token}` };
  const urlOf = (gateway: string, path: string) => `${gateway}/v1/threads/${threadId}${path}`;

  const client: CustomerClient = {
    threadId,
    token,
    call: (gateway, path, content) =>
      fetch(urlOf(gateway, path), {
        method: 'POST',
        headers: { ...authorization, 'content-type': 'application/json' },
        body: JSON.stringify(content ?? {}),
      }),
    async send(gateway, id, text = `text of ${id}`) {
      const sent = await client.call(gateway, '/messages', { id, text });
      await sent.arrayBuffer();
      return sent.status;
    },
    async snapshot(gateway) {
      const got = await fetch(urlOf(gateway, ''), { headers: authorization });
      if (got.status !== 200) throw new Error(`snapshot: ${got.status} ${await got.text()}`);
      return (await got.json()) as Snapshot;
    },
    open(gateway, after = 0) {
      return openStream(`${urlOf(gateway, '/events')}?after=${after}`, authorization);
    },
  };
  return client;
}

/** Opens an event stream as a widget does: again, while the gateway has too much to do. */
export async function openPage(
  customer: CustomerClient,
  gatewayUrl: string,
  after = 0,
): Promise<PageStream> {
  for (;;) {
    const page = customer.open(gatewayUrl, after);
    page.ended.catch(() => undefined);
    if ((await page.answered) !== 503) return page;
    await pause(500);
  }
}

function openStream(url: string, headers: Record<string, string>): PageStream {
  const closing = new AbortController();
  const events: PageEvent[] = [];
  const typing: { typing: boolean }[] = [];
  const parser = createParser({
    onEvent({ event, data, id }) {
      const parsed = JSON.parse(data) as Record<string, unknown>;
      if (event === 'typing') typing.push(parsed as { typing: boolean });
      else if (id !== undefined) {
        events.push({ ...parsed, type: event, arrivedAtMs: Date.now() } as PageEvent);
      }
    },
  });
  const asked = fetch(url, { headers, signal: closing.signal });
  const read = async (): Promise<void> => {
    const answer = await asked;
    if (answer.status === 204) return;
    if (answer.status !== 200) throw new Error(`events: ${answer.status}`);
    const decoder = new TextDecoder();
    for await (const chunk of answer.body ?? []) {
      parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
    }
  };
  let hasEnded = false;
  return {
    events,
    typing,
    hasEnded: () => hasEnded,
    answered: asked.then(
      (answer) => answer.status,
      () => 0,
    ),
    ended: read()
      .catch((error: unknown) => {
        if (error instanceof Error && error.message.startsWith('events:')) throw error;
      })
      .finally(() => {
        hasEnded = true;
      }),
    close: () => closing.abort(),
  };
}
