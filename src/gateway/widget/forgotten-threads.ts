/** @module Threads that may have ended so long ago that only the contact centre remembers it. */
import type { Session } from '../session-tokens.js';

/** A thread is remembered for a day after its end, at the least. */
const rememberedMs = 12 * 60 * 60 * 1_000;

/** Says whether a session's thread is old enough to have ended and been forgotten. */
export function mayHaveEnded({ threadSinceMs }: Session, nowMs: number): boolean {
  return threadSinceMs === undefined || nowMs - threadSinceMs > rememberedMs;
}
