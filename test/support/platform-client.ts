/** The example of a platform, as its own page drives it. */
import { createParser } from 'eventsource-parser';
import type { Chat } from '../../src/simulators/platform/chats.js';

export interface PlatformClient {
  /** Begins a chat, and gives its thread's id. */
  begin(name: string): Promise<string>;
  chat(threadId: string): Promise<Chat>;
  /** Does something in a chat: `messages`, `left`, `returned`, `end`. */
  act(threadId: string, what: string, body?: unknown): Promise<void>;
  answer(answering: 'take' | 'fail' | 'gone' | 'slow'): Promise<void>;
}

export function platformAt(url: string): PlatformClient {
  const post = async (path: string, body: unknown): Promise<Response> => {
    const answer = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer;
  };
  return {
    async begin(name) {
      const begun = (await (await post('/api/chats', { name })).json()) as { threadId: string };
      return begun.threadId;
    },
    async chat(threadId) {
      const { chats } = (await firstEvent(`${url}/api/feed`)) as { chats: Chat[] };
      const chat = chats.find((one) => one.threadId === threadId);
      if (!chat) throw new Error(`there is no chat ${threadId}`);
      return chat;
    },
    async act(threadId, what, body = {}) {
      await post(`/api/chats/${threadId}/${what}`, body);
    },
    async answer(answering) {
      await post('/api/answering', { answering });
    },
  };
}

async function firstEvent(url: string): Promise<unknown> {
  const leaving = new AbortController();
  try {
    const answer = await fetch(url, { signal: leaving.signal });
    let found: string | undefined;
    const parser = createParser({ onEvent: ({ data }) => (found ??= data) });
    for await (const chunk of answer.body ?? []) {
      parser.feed(new TextDecoder().decode(chunk as Uint8Array, { stream: true }));
      if (found !== undefined) return JSON.parse(found);
    }
    throw new Error(`${url} ended without an event`);
  } finally {
    leaving.abort();
  }
}
