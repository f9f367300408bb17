import { expect, test } from 'vitest';
import { type AnyThreadState, liftThread } from '../../../src/domain/thread-versions.js';
import { endOf, freshThread } from '../../support/domain-builders.js';

test("a state of today's version stays as it is", () => {
  const state = freshThread();
  expect(liftThread(state)).toBe(state);
});

test('a state of the second version knows no platform', () => {
  const { platform: _platform, ...rest } = freshThread({ lastSeq: 7 });
  const lifted = liftThread({ ...rest, version: 2 });
  expect(lifted).toEqual(freshThread({ lastSeq: 7 }));
});

test('a state of the first version has nothing of its end confirmed or missing', () => {
  const {
    block: _block,
    mayHaveEnded: _mayHaveEnded,
    formerContact: _formerContact,
    platform: _platform,
    ...rest
  } = freshThread();
  const open: AnyThreadState = { ...rest, version: 1, closed: null };
  expect(liftThread(open)).toEqual(freshThread());
  const closed: AnyThreadState = { ...rest, version: 1, closed: { by: 'idle', atMs: 7 } };
  expect(liftThread(closed)).toEqual(freshThread({ closed: endOf('idle', 7) }));
});
