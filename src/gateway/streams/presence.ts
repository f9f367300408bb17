/**
 * @module Telling a thread that a page of it is open here, or is not any more.
 *
 * What is to be told is a value; one loop tells it, so that two changes cannot overtake each other.
 */
import type { Logger } from 'pino';
import type { GatewayQueue, ThreadRef } from '../../domain/ids.js';
import type { Clock } from '../../ports/clock.js';
import type { PresenceChange, Threads } from '../../ports/threads.js';
import { createBackOff } from './back-off.js';

/** How long a page that went may take to come back before it counts as gone. */
export const departureGraceMs = 1_000;
const firstRetryMs = 1_000;
const longestRetryMs = 15_000;
/** A thread that cannot be told of a departure finds it out by itself. */
const mostDepartureTries = 5;

/** The presence of one thread's pages at this gateway. */
export interface Presence {
  /** A page opened; resolves to whether the thread knows now, throws when it cannot be asked. */
  opened(): Promise<boolean>;
  /** The last page dropped. */
  dropped(): void;
  /** A page said that it is leaving. */
  left(): void;
  /** A message told the thread of a page here: it exists now, and is told whatever is to be told. */
  threadExists(): void;
  /** The thread was told that nobody is here, so it has forgotten these pages. */
  forgotten(): void;
  /** Tells an open page again after a while, whatever was told before. */
  reannounce(delayMs: number): void;
  /** Tells at once that the pages are gone. */
  goneNow(): Promise<void>;
  /** Says whether nothing is to be told, now or later. */
  isSettled(): boolean;
  stop(): void;
}

/** Makes the presence of a thread of which nothing was told yet. */
export function createPresence(deps: {
  readonly ref: ThreadRef;
  readonly threads: Pick<Threads, 'tellPresence'>;
  readonly gateway: GatewayQueue;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether a page is open now. */
  readonly hasPages: () => boolean;
  /** Called after each later try to tell of an open page: the thread may have come to be. */
  readonly onTriedAgain: () => void;
  /** Called when something that was under way has ended. */
  readonly onSettled: () => void;
}): Presence {
  const { ref, threads, gateway, clock, logger } = deps;
  const backOff = createBackOff(firstRetryMs, longestRetryMs);
  let wanted: PresenceChange | undefined;
  let told: PresenceChange | undefined;
  /** Whether the thread may believe that a page is open here. */
  let isBelieved = false;
  /** Whether the thread forgot these pages while it was being told of one: nobody knows which came first. */
  let isInDoubt = false;
  let tries = 0;
  let telling: Promise<boolean> | undefined;
  let departure: PresenceChange | undefined;
  let departureTimer: NodeJS.Timeout | undefined;
  let retryTimer: NodeJS.Timeout | undefined;
  let reannounceTimer: NodeJS.Timeout | undefined;

  function want(change: PresenceChange): void {
    wanted = change;
    tries = 0;
    backOff.reset();
    clearTimeout(retryTimer);
    retryTimer = undefined;
  }

  function toChange(change: PresenceChange['change']): PresenceChange {
    return { gateway, change, atMs: clock() };
  }

  function giveUp(): void {
    wanted = undefined;
    told = undefined;
    isBelieved = false;
  }

  function retryLater(): void {
    if (retryTimer !== undefined) return;
    retryTimer = setTimeout(() => {
      retryTimer = undefined;
      void tellAgain();
    }, backOff.next());
  }

  async function tellAgain(): Promise<void> {
    // A page that went meanwhile is told of by its departure, if anything was told at all.
    if (wanted?.change === 'opened' && !deps.hasPages()) return;
    await tell().catch(() => false);
    if (deps.hasPages()) deps.onTriedAgain();
  }

  /** Tells until nothing is left to tell; gives whether the thread knows of an open page. */
  async function tellAll(): Promise<boolean> {
    try {
      while (wanted !== undefined && wanted !== told) {
        const change = wanted;
        const isOpening = change.change === 'opened';
        if (isOpening) isBelieved = true;
        tries += 1;
        isInDoubt = false;
        const isKnown = await threads.tellPresence(ref, change);
        if (isOpening && (!isKnown || isInDoubt)) {
          isBelieved = isKnown;
          told = undefined;
          if (wanted !== change) continue;
          if (isKnown && deps.hasPages()) continue;
          if (deps.hasPages()) retryLater();
          else wanted = undefined;
          return false;
        }
        told = change;
        isBelieved = isOpening;
      }
      return told?.change === 'opened';
    } catch (error) {
      logger.debug({ ...ref, err: error }, 'presence not told');
      if (wanted?.change === 'opened' || tries < mostDepartureTries) retryLater();
      else giveUp();
      throw error;
    } finally {
      // In the same step in which the loop saw that nothing is left, so that no change is missed.
      telling = undefined;
      deps.onSettled();
    }
  }

  function tell(): Promise<boolean> {
    if (telling) return telling;
    const started = tellAll();
    // A loop with nothing to tell has ended already.
    if (wanted !== undefined && wanted !== told) telling = started;
    return started;
  }

  function tellQuietly(): void {
    tell().catch(() => undefined);
  }

  function cancelDeparture(): void {
    clearTimeout(departureTimer);
    departure = undefined;
  }

  function depart(change: 'gone' | 'left'): void {
    cancelDeparture();
    departure = toChange(change);
    departureTimer = setTimeout(carryOutDeparture, departureGraceMs);
  }

  function carryOutDeparture(): void {
    const due = departure;
    departure = undefined;
    if (due === undefined) return;
    if (due.change === 'gone' && !isBelieved) {
      // Nothing was told, or it was told that the page left.
      if (wanted?.change === 'opened') giveUp();
      clearTimeout(retryTimer);
      retryTimer = undefined;
      deps.onSettled();
      return;
    }
    want(due);
    tellQuietly();
  }

  function announce(): Promise<boolean> {
    if (wanted?.change !== 'opened') want(toChange('opened'));
    return tell();
  }

  return {
    async opened() {
      cancelDeparture();
      if (told !== undefined && told === wanted && told.change === 'opened') return true;
      return announce();
    },
    dropped() {
      if (departure?.change !== 'left') depart('gone');
    },
    left: () => depart('left'),
    threadExists() {
      if (departure?.change === 'left') return;
      if (!deps.hasPages()) {
        // The message itself told the thread of a page that has gone meanwhile.
        isBelieved = true;
        if (departure === undefined) depart('gone');
        return;
      }
      if (told !== undefined && told === wanted && told.change === 'opened') return;
      want(toChange('opened'));
      void tellAgain();
    },
    forgotten() {
      told = undefined;
      isInDoubt = true;
      // A departure that is due still says when the page went: the thread can only guess.
      isBelieved = departure !== undefined;
    },
    reannounce(delayMs) {
      clearTimeout(reannounceTimer);
      reannounceTimer = setTimeout(() => {
        if (!deps.hasPages()) return;
        want(toChange('opened'));
        void tellAgain();
      }, delayMs);
    },
    async goneNow() {
      cancelDeparture();
      if (!isBelieved) return;
      want(toChange('gone'));
      await tell();
    },
    isSettled: () =>
      departure === undefined &&
      telling === undefined &&
      retryTimer === undefined &&
      (wanted === told || wanted === undefined),
    stop() {
      cancelDeparture();
      clearTimeout(retryTimer);
      clearTimeout(reannounceTimer);
    },
  };
}
