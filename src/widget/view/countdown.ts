import { countdownText, labels, leftText } from '../texts.js';
import { element, setText } from './dom.js';

/** A countdown that runs: until when, and since when where that is known, in the server's time. */
export interface RunningCountdown {
  readonly deadlineMs: number;
  readonly sinceMs: number | undefined;
  /** True while the customer's answer is on its way. */
  readonly isAnswering: boolean;
}

/** The time that is left before an idle thread closes, and the button that stops it. */
export interface Countdown {
  readonly root: HTMLElement;
  /** Shows a countdown; undefined when none runs. */
  readonly render: (running: RunningCountdown | undefined, isSeen: boolean) => void;
}

const secondMs = 1_000;
/** What was announced is out of date soon, and must not be found beside the time that is left. */
const announcementMs = 5_000;

/** Creates a countdown by `serverNow`, in milliseconds. */
export function createCountdown(deps: {
  readonly serverNow: () => number;
  readonly onStillHere: () => void;
}): Countdown {
  const { serverNow, onStillHere } = deps;
  // A screen reader says once how long there is; the text that changes each second is silent.
  const announcement = element('p', { class: 'hushed', role: 'status' });
  const left = element('p', { class: 'time-left', role: 'timer', 'aria-live': 'off' });
  const bar = element('progress', { 'aria-hidden': 'true' });
  const stillHere = element('button', { class: 'still-here primary', type: 'button' }, [
    labels.stillHere,
  ]);
  const shown = element('div', { class: 'countdown', hidden: true }, [left, bar, stillHere]);
  const root = element('div', {}, [announcement, shown]);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let announcedUntilMs: number | undefined;
  let current: { deadlineMs: number; totalMs: number } | undefined;

  stillHere.addEventListener('click', () => {
    if (stillHere.getAttribute('aria-disabled') !== 'true') {
      onStillHere();
    }
  });

  /** What is not certain about the server's time must not show more than there ever was. */
  function leftMs({ deadlineMs, totalMs }: { deadlineMs: number; totalMs: number }): number {
    return Math.min(Math.max(0, deadlineMs - serverNow()), totalMs);
  }

  function tick(): void {
    clearTimeout(timer);
    if (current === undefined) {
      return;
    }
    const ms = leftMs(current);
    setText(left, countdownText(Math.ceil(ms / secondMs)));
    bar.max = Math.max(current.totalMs, 1);
    bar.value = ms;
    if (announcedUntilMs !== undefined && serverNow() > announcedUntilMs) {
      setText(announcement, '');
    }
    // The moment at which the number changes; at the end the server's word is waited for.
    timer = setTimeout(tick, (ms % secondMs) + (ms > 0 ? 1 : secondMs));
  }

  return {
    root,
    render: (running, isSeen) => {
      shown.hidden = running === undefined;
      if (running === undefined) {
        current = undefined;
        announcedUntilMs = undefined;
        setText(announcement, '');
        clearTimeout(timer);
        return;
      }
      const { deadlineMs, sinceMs, isAnswering } = running;
      if (current?.deadlineMs !== deadlineMs) {
        current = { deadlineMs, totalMs: deadlineMs - (sinceMs ?? serverNow()) };
        announcedUntilMs = undefined;
      }
      if (isSeen && announcedUntilMs === undefined) {
        setText(announcement, leftText(Math.ceil(leftMs(current) / secondMs)));
        announcedUntilMs = serverNow() + announcementMs;
      }
      stillHere.setAttribute('aria-disabled', String(isAnswering));
      tick();
    },
  };
}
