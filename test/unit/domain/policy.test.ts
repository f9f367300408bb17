import { expect, test } from 'vitest';
import { defaultPolicy, nameOfPolicy, type ThreadPolicy } from '../../../src/domain/policy.js';

const changes: readonly Partial<ThreadPolicy>[] = [
  { idleAfterMs: 1 },
  { countdownMs: 1 },
  { onIdle: 'resolved' },
  { onEnd: 'resolved' },
  { contactFreshMs: 1 },
  { contactCheckMs: 1 },
  { endedStatuses: ['closed'] },
  { endedStatuses: ['trashed', 'closed'] },
  { reopenAfterMs: { ...defaultPolicy.reopenAfterMs, agent: 0 } },
  { blockAfterAgentEndMs: 0 },
  { texts: { ...defaultPolicy.texts, idleWarning: 'Still there?' } },
];

test('two policies that differ have different names', () => {
  const names = [{}, ...changes].map((change) => nameOfPolicy({ ...defaultPolicy, ...change }));
  expect(new Set(names).size).toBe(1 + changes.length);
});

test('the name is the same whatever the order of the keys, and after a way as JSON', () => {
  const turned: ThreadPolicy = JSON.parse(
    JSON.stringify(Object.fromEntries(Object.entries(defaultPolicy).toReversed())),
  );
  expect(Object.keys(turned)).not.toEqual(Object.keys(defaultPolicy));
  expect(nameOfPolicy(turned)).toBe(nameOfPolicy(defaultPolicy));
});
