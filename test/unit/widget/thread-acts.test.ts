import { expect, test, vi } from 'vitest';
import { GatewayError } from '../../../src/widget/gateway-error.js';
import { type ChatState, initialState, reduce } from '../../../src/widget/store.js';
import { createThreadActs } from '../../../src/widget/thread-acts.js';

/** A warned thread at a gateway that gives these answers, and 2xx after them. */
function createScene(...answers: GatewayError[]) {
  let state: ChatState = [
    { type: 'thread', threadId: 't', readUpTo: 0 } as const,
    { type: 'standing', standing: { state: 'warned', deadlineAt: 'soon' } } as const,
  ].reduce(reduce, initialState);
  const posts: string[] = [];
  const waits: number[] = [];
  let hasUnsent = false;
  let onWait = () => {};

  async function post(name: string): Promise<void> {
    posts.push(name);
    const answer = answers.shift();
    if (answer !== undefined) {
      throw answer;
    }
  }

  const acts = createThreadActs({
    postStillHere: (threadId) => post(`still-here ${threadId}`),
    postEnd: (threadId) => post(`end ${threadId}`),
    state: () => state,
    dispatch: (action) => {
      state = reduce(state, action);
    },
    hasUnsent: () => hasUnsent,
    pause: {
      wait: async (ms) => {
        waits.push(ms);
        onWait();
      },
      wake: () => undefined,
    },
    createBackoff: () => ({ next: () => 100, reset: () => undefined }),
  });
  return {
    acts,
    posts,
    waits,
    state: () => state,
    dispatch: (action: Parameters<typeof reduce>[1]) => {
      state = reduce(state, action);
    },
    setUnsent: (isUnsent: boolean) => {
      hasUnsent = isUnsent;
    },
    whileWaiting: (task: () => void) => {
      onWait = task;
    },
  };
}

const busy = (retryAfterMs?: number) =>
  new GatewayError(503, { code: 'UNAVAILABLE' }, retryAfterMs);
const closed = new GatewayError(
  409,
  { code: 'THREAD_CLOSED', closedBy: 'idle', closedAt: '2026-01-01T00:00:00.000Z' },
  undefined,
);

test('an answer to the warning is told until the gateway knows, and not before it said', async () => {
  const scene = createScene(busy(), busy(700));
  await scene.acts.stillHere();
  expect(scene.posts).toEqual(['still-here t', 'still-here t', 'still-here t']);
  expect(scene.waits).toEqual([100, 700]);
});

test('an answer that nobody waits for any more is not told again', async () => {
  const scene = createScene(busy(), busy());
  scene.whileWaiting(() => scene.dispatch({ type: 'standing', standing: { state: 'open' } }));
  await scene.acts.stillHere();
  expect(scene.posts).toHaveLength(1);
});

test('an answer that came too late shows how the thread ended', async () => {
  const scene = createScene(closed);
  await scene.acts.stillHere();
  expect(scene.state().standing).toMatchObject({ state: 'closed', closedBy: 'idle' });
});

test('an answer that the gateway will not have can be given again', async () => {
  const scene = createScene(new GatewayError(403, { code: 'THREAD_FORBIDDEN' }, undefined));
  await scene.acts.stillHere();
  expect(scene.state().isAnswering).toBe(false);
  await scene.acts.stillHere();
  expect(scene.posts).toHaveLength(2);
});

test('a chat that was stopped tells nothing any more', async () => {
  const scene = createScene(busy(), busy());
  scene.whileWaiting(() => scene.acts.stop());
  await scene.acts.stillHere();
  expect(scene.posts).toHaveLength(1);
});

test('an end waits for what was written before it', async () => {
  const scene = createScene();
  scene.setUnsent(true);
  await scene.acts.end();
  expect(scene.posts).toEqual([]);
  expect(scene.state().isEnding).toBe(true);
  scene.setUnsent(false);
  await Promise.all([scene.acts.goOn(), scene.acts.goOn()]);
  expect(scene.posts).toEqual(['end t']);
});

test('an end is told until the gateway knows, but to no other thread', async () => {
  const scene = createScene(busy(), busy());
  scene.whileWaiting(() => {
    if (scene.posts.length === 2) {
      scene.dispatch({ type: 'thread', threadId: 'u', readUpTo: 0 });
    }
  });
  await scene.acts.end();
  expect(scene.posts).toEqual(['end t', 'end t']);
});

test('an end that the gateway will not have leaves the thread as it was', async () => {
  const scene = createScene(new GatewayError(403, { code: 'THREAD_FORBIDDEN' }, undefined));
  await scene.acts.end();
  await vi.waitFor(() => expect(scene.state().isEnding).toBe(false));
});
