/** When a process that died is started again, and when that is pointless. */

/** A run of a process that has ended. */
export interface EndedRun {
  readonly startedAt: number;
  readonly endedAt: number;
}

/** What to do after a process died. */
export type RestartDecision =
  | { readonly kind: 'restart'; readonly delayMs: number }
  | { readonly kind: 'give up'; readonly quickDeaths: number };

/** A run shorter than this is a quick death. */
const quickDeathMs = 20_000;
/** So many quick deaths in a row mean that the next run would die too. */
const mostQuickDeaths = 5;
const firstDelayMs = 250;
const longestDelayMs = 5_000;

/** Decides from all runs so far, the latest last; at least one run is needed. */
export function decideRestart(runs: readonly EndedRun[]): RestartDecision {
  const lastLong = runs.findLastIndex((run) => run.endedAt - run.startedAt >= quickDeathMs);
  const quickDeaths = runs.length - 1 - lastLong;
  if (quickDeaths >= mostQuickDeaths) return { kind: 'give up', quickDeaths };
  const doublings = Math.max(0, quickDeaths - 1);
  return { kind: 'restart', delayMs: Math.min(longestDelayMs, firstDelayMs * 2 ** doublings) };
}
