import { describe, expect, test } from 'vitest';
import { createBackoff } from '../../../src/widget/backoff.js';
import { createOutbox, type Outbox, type OutboxEntry } from '../../../src/widget/outbox.js';
import { createSender, type PostOutcome } from '../../../src/widget/sender.js';
import { createStorage, type KeyValueStorage } from '../../../src/widget/storage.js';
import { createMemoryStorage } from './memory-storage.js';

let made = 0;

function openOutbox(storage: KeyValueStorage, now: () => number = () => 1_000): Outbox {
  return createOutbox({
    storage,
    prefix: 'outbox:',
    createId: () => {
      made += 1;
      return `id-${made}`;
    },
    now,
  });
}

const textsOf = (entries: readonly OutboxEntry[]) => entries.map(({ text }) => text);

describe('the outbox', () => {
  test('keeps the order written while the clock stands still or goes back', () => {
    const times = [5_000, 5_000, 4_000, 1, 6_000];
    const outbox = openOutbox(createMemoryStorage(), () => times.shift() ?? 0);
    for (const text of ['a', 'b', 'c', 'd', 'e']) {
      outbox.add(text, 0);
    }
    expect(textsOf(outbox.list())).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('is the same in two tabs and after a reload', () => {
    const storage = createMemoryStorage();
    const [one, other] = [openOutbox(storage), openOutbox(storage)];
    one.add('a', 0);
    const { id } = other.add('b', 3);
    one.add('c', 0);
    one.update(id, { status: 'failed', reason: 'X', threadId: 't' });
    expect(textsOf(openOutbox(storage).list())).toEqual(['a', 'b', 'c']);
    expect(other.list()[1]).toMatchObject({ id, afterSeq: 3, status: 'failed', threadId: 't' });
  });

  test('keeps what a message has besides its text', () => {
    const storage = createMemoryStorage();
    const attachments = [{ name: 'map.png', url: 'https://chat.example/1' }];
    const replyTo = { id: 'a-1', from: 'agent', text: 'Cold or deep?', threadId: 't' } as const;
    openOutbox(storage).add('', 0, { postback: 'p', attachments, replyTo });
    expect(openOutbox(storage).list()).toMatchObject([
      { text: '', postback: 'p', attachments, replyTo },
    ]);
  });

  test('passes over what is not an entry', () => {
    const storage = createMemoryStorage();
    storage.set('outbox:000000000000001:x', '{broken');
    const outbox = openOutbox(storage);
    outbox.add('a', 0);
    expect(textsOf(outbox.list())).toEqual(['a']);
  });
});

describe('a storage that the page refuses', () => {
  test('lives in memory', () => {
    const storage = createStorage(() => {
      throw new Error('forbidden');
    });
    storage.set('a', '1');
    expect([storage.get('a'), storage.keys()]).toEqual(['1', ['a']]);
    storage.remove('a');
    expect(storage.get('a')).toBeUndefined();
  });

  test('that is full still gives the newest value', () => {
    const storage = createStorage(() => ({
      length: 1,
      key: () => 'a',
      getItem: () => 'old',
      setItem: () => {
        throw new Error('full');
      },
      removeItem: () => undefined,
    }));
    storage.set('a', 'new');
    expect(storage.get('a')).toBe('new');
  });
});

/** A gateway that gives the scripted outcomes and then accepts all. */
function createScene(outcomes: PostOutcome[] = []) {
  const storage = createMemoryStorage();
  const posted: OutboxEntry[] = [];
  const waits: number[] = [];
  let clock = 1_000;
  let heldUntil = 0;
  let lock: Promise<unknown> = Promise.resolve();

  function openTab() {
    const outbox = openOutbox(storage, () => clock);
    const sender = createSender({
      outbox,
      post: async (entry) => {
        posted.push(entry);
        await Promise.resolve();
        return outcomes.shift() ?? { kind: 'accepted' };
      },
      runExclusive: (task) => {
        const turn = lock.then(task);
        lock = turn.catch(() => undefined);
        return turn;
      },
      hold: {
        get: () => heldUntil,
        set: (untilMs) => {
          heldUntil = untilMs;
        },
      },
      onChange: () => undefined,
      now: () => clock,
      pause: {
        wait: async (ms) => {
          waits.push(ms);
          clock += ms;
        },
        wake: () => undefined,
      },
      backoff: createBackoff({ baseMs: 100 }, () => 1),
    });
    return { outbox, sender };
  }

  return {
    openTab,
    posted,
    waits,
    statuses: () =>
      openOutbox(storage)
        .list()
        .map((e) => e.status),
  };
}

describe('the sender', () => {
  test('posts all that waits, in order, each once', async () => {
    const scene = createScene();
    const { outbox, sender } = scene.openTab();
    ['a', 'b', 'c'].forEach((text) => outbox.add(text, 0));
    await Promise.all([sender.flush(), sender.flush()]);
    await sender.flush();
    expect(textsOf(scene.posted)).toEqual(['a', 'b', 'c']);
    expect(scene.statuses()).toEqual(['accepted', 'accepted', 'accepted']);
  });

  test('does not let two tabs send the same message', async () => {
    const scene = createScene();
    const [one, other] = [scene.openTab(), scene.openTab()];
    ['a', 'b'].forEach((text) => one.outbox.add(text, 0));
    other.outbox.add('c', 0);
    await Promise.all([one.sender.flush(), other.sender.flush()]);
    expect(textsOf(scene.posted)).toEqual(['a', 'b', 'c']);
  });

  test('tries the first again, with the same id and growing waits, before the next', async () => {
    const scene = createScene([{ kind: 'later' }, { kind: 'later' }]);
    const { outbox, sender } = scene.openTab();
    ['a', 'b'].forEach((text) => outbox.add(text, 0));
    await sender.flush();
    expect(textsOf(scene.posted)).toEqual(['a', 'a', 'a', 'b']);
    expect(new Set(scene.posted.slice(0, 3).map(({ id }) => id)).size).toBe(1);
    expect(scene.waits).toEqual([100, 200]);
  });

  test('waits as long as the gateway asks, in every tab', async () => {
    const scene = createScene([{ kind: 'later', afterMs: 7_000 }]);
    const [one, other] = [scene.openTab(), scene.openTab()];
    one.outbox.add('a', 0);
    await Promise.all([one.sender.flush(), other.sender.flush()]);
    expect(scene.waits[0]).toBe(7_000);
    expect(textsOf(scene.posted)).toEqual(['a', 'a']);
  });

  test('goes on after one that failed or was refused', async () => {
    const scene = createScene([{ kind: 'failed', reason: 'BODY_INVALID' }, { kind: 'refused' }]);
    const { outbox, sender } = scene.openTab();
    ['a', 'b', 'c'].forEach((text) => outbox.add(text, 0));
    await sender.flush();
    expect(scene.statuses()).toEqual(['failed', 'refused', 'accepted']);
    expect(outbox.list()[0]?.reason).toBe('BODY_INVALID');
  });
});
