import { expect, test } from 'vitest';
import { createDelivery } from '../../../src/widget/delivery.js';
import { createOutbox } from '../../../src/widget/outbox.js';
import type { MessageRequest } from '../../../src/widget/wire.js';
import { createMemoryStorage } from './memory-storage.js';

/** A gateway whose customer has a session of this thread, and that takes everything. */
function startScene(threadId: string) {
  const posted: MessageRequest[] = [];
  const outbox = createOutbox({
    storage: createMemoryStorage(),
    prefix: 'outbox:',
    createId: () => 'id-1',
    now: () => 1_000,
  });
  const deliver = createDelivery({
    api: {
      postMessage: async (_session, message) => {
        posted.push(message);
      },
    },
    outbox,
    withSession: (call) => call({ token: 'token', expiresAt: '', threadId }),
    onAccepted: () => undefined,
    onClosed: () => undefined,
    onGivenUp: () => undefined,
  });
  return { outbox, deliver, posted };
}

const replyTo = { id: 'a-1', from: 'agent', text: 'Cold or deep?', threadId: 't' } as const;

test('a message names the one that it answers', async () => {
  const { outbox, deliver, posted } = startScene('t');
  expect(await deliver(outbox.add('Deep.', 1, { replyTo }))).toEqual({ kind: 'accepted' });
  expect(posted).toMatchObject([{ id: 'id-1', text: 'Deep.', replyTo: 'a-1' }]);
});

test('a message that another thread gets answers nothing there', async () => {
  const { outbox, deliver, posted } = startScene('next');
  expect(await deliver(outbox.add('Deep.', 1, { replyTo }))).toEqual({ kind: 'accepted' });
  expect(posted).toMatchObject([{ id: 'id-1', text: 'Deep.', replyTo: undefined }]);
});
