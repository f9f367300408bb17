import { expect, test } from 'vitest';
import { createDraft } from '../../../src/widget/draft.js';
import { createOutbox, isLeftBehind } from '../../../src/widget/outbox.js';
import { createOwnMessages } from '../../../src/widget/own-messages.js';
import {
  type ChatAction,
  type ChatState,
  initialState,
  reduce,
} from '../../../src/widget/store.js';
import type { ThreadEvent } from '../../../src/widget/wire.js';
import { createMemoryStorage } from './memory-storage.js';

function startScene() {
  let made = 0;
  let state: ChatState = reduce(initialState, { type: 'thread', threadId: 't', readUpTo: 0 });
  const outbox = createOutbox({
    storage: createMemoryStorage(),
    prefix: 'outbox:',
    createId: () => `id-${++made}`,
    now: () => 1_000,
  });
  const own = createOwnMessages({ outbox, state: () => state });

  function dispatch(action: ChatAction): void {
    state = reduce(state, action);
    if (own.settle()) {
      state = reduce(state, { type: 'outbox', entries: outbox.list() });
    }
  }
  const readOutbox = () => dispatch({ type: 'outbox', entries: outbox.list() });
  const hear = (event: ThreadEvent) => dispatch({ type: 'event', event });
  const show = (id: string, text: string, seq: number) =>
    hear({
      type: 'message',
      seq,
      message: { seq, id, from: 'customer', text, attachments: [], at: '' },
    });
  return { outbox, own, readOutbox, hear, show, dispatch, state: () => state };
}

const carried = (outbox: ReturnType<typeof startScene>['outbox']) =>
  outbox.list().map(({ text, postback, status }) => ({ text, postback, status }));

test('a message that the thread shows is let go of', () => {
  const { outbox, own, readOutbox, show } = startScene();
  own.write('hello');
  readOutbox();
  show('id-1', 'hello', 1);
  expect(outbox.list()).toEqual([]);
});

test('a choice is kept with what it carries as long as the thread goes on', () => {
  const { outbox, own, readOutbox, show } = startScene();
  own.write('Cold', { postback: 'mud:cold' });
  readOutbox();
  show('id-1', 'Cold', 1);
  expect(carried(outbox)).toEqual([{ text: 'Cold', postback: 'mud:cold', status: 'accepted' }]);
  const [entry] = outbox.list();
  expect(entry && [isLeftBehind(entry, 't'), isLeftBehind(entry, 'next')]).toEqual([false, true]);
  expect(own.settle()).toBe(false);
});

test('a choice that failed here is tried again under its id', () => {
  const { outbox, own, readOutbox } = startScene();
  own.write('Cold', { postback: 'mud:cold' });
  outbox.update('id-1', { status: 'failed' });
  readOutbox();
  own.retry('id-1');
  expect(outbox.list()).toMatchObject([{ id: 'id-1', postback: 'mud:cold', status: 'waiting' }]);
});

test('a choice whose verdict was bad is tried again as another message that carries the same', () => {
  const { outbox, own, readOutbox, show, hear } = startScene();
  own.write('Cold', { postback: 'mud:cold' });
  readOutbox();
  show('id-1', 'Cold', 1);
  hear({ type: 'message-status', seq: 2, id: 'id-1', status: 'failed' });
  own.retry('id-1');
  expect(outbox.list().slice(1)).toMatchObject([
    { id: 'id-2', text: 'Cold', postback: 'mud:cold', status: 'waiting' },
  ]);
});

test('an answer whose verdict was bad is tried again as another answer to the same message', () => {
  const { outbox, own, readOutbox, hear } = startScene();
  const replyTo = { id: 'a-1', from: 'agent', text: 'Cold or deep?' } as const;
  own.write('Deep.', { replyTo: { ...replyTo, threadId: 't' } });
  readOutbox();
  const message = { seq: 1, id: 'id-1', from: 'customer', text: 'Deep.', replyTo } as const;
  hear({ type: 'message', seq: 1, message: { ...message, attachments: [], at: '' } });
  expect(outbox.list()).toEqual([]);
  hear({ type: 'message-status', seq: 2, id: 'id-1', status: 'failed' });
  own.retry('id-1');
  expect(outbox.list()).toMatchObject([
    { id: 'id-2', text: 'Deep.', replyTo: { ...replyTo, threadId: 't' }, status: 'waiting' },
  ]);
});

test('what goes with a message goes with one message', () => {
  const { dispatch, state } = startScene();
  const files = [{ name: 'map.png', url: 'https://chat.example/1' }];
  const draft = createDraft({ uploads: { take: () => files.splice(0) }, state, dispatch });
  draft.replyTo({ id: 'a-1', from: 'agent', text: 'Cold or deep?' });
  expect(draft.take()).toEqual({
    attachments: [{ name: 'map.png', url: 'https://chat.example/1' }],
    replyTo: { id: 'a-1', from: 'agent', text: 'Cold or deep?', threadId: 't' },
  });
  expect(draft.take()).toEqual({ attachments: undefined, replyTo: undefined });
});
