import { describe, expect, test } from 'vitest';
import {
  type Admissions,
  type LoadSample,
  nextAdmissions,
  openAdmissions,
} from '../../../src/domain/admission.js';

const calm: LoadSample = {
  atMs: 0,
  backlogCount: 0,
  backlogAgeMs: 0,
  acceptMs: 10,
  acceptedPerSecond: 20,
};

/** Samples a second apart, each changed from a calm one. */
function after(...changes: readonly Partial<LoadSample>[]): Admissions {
  return changes.reduce<Admissions>(
    (now, change, index) => nextAdmissions(now, { ...calm, atMs: (index + 1) * 1_000, ...change }),
    openAdmissions,
  );
}

const behind = { backlogCount: 80, backlogAgeMs: 2_000, acceptedPerSecond: 100 };

describe('admission', () => {
  test('lets everything in while nothing waits', () => {
    expect(after({}, {}, {}).limitPerSecond).toBeNull();
  });

  test('lets in less than was accepted, when tasks wait long and are worked on', () => {
    expect(after(behind, behind).limitPerSecond).toBe(60);
    expect(after(behind, behind, { ...behind, acceptedPerSecond: 60 }).limitPerSecond).toBe(36);
  });

  test('holds nothing back while nobody works on what waits', () => {
    const ages = [1_000, 2_000, 3_000, 4_000].map((backlogAgeMs) => ({ ...behind, backlogAgeMs }));
    expect(after(...ages).limitPerSecond).toBeNull();
  });

  test('holds nothing back for a few threads that have trouble of their own', () => {
    const few = { ...behind, backlogCount: 10 };
    expect(after(few, few).limitPerSecond).toBeNull();
  });

  test('holds back when accepting itself is slow', () => {
    expect(after({ acceptMs: 1_500, acceptedPerSecond: 50 }).limitPerSecond).toBe(30);
  });

  test('never holds back everything', () => {
    const none = { ...behind, acceptedPerSecond: 0 };
    expect(after(none, none, none).limitPerSecond).toBe(10);
  });

  test('lets in more and more afterwards, and everything again when nobody asks for more', () => {
    const over = after(behind, behind);
    const busy = { ...calm, atMs: 3_000, acceptedPerSecond: 60 };
    const raised = nextAdmissions(over, busy);
    expect(raised.limitPerSecond).toBe(70);
    const quiet = nextAdmissions(raised, { ...calm, atMs: 4_000, acceptedPerSecond: 5 });
    expect(quiet.limitPerSecond).toBeNull();
  });
});
