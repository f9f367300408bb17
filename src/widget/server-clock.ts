/**
 * The gateway's time, as far as the page can tell: a page's own clock may be wrong by minutes. Each
 * answer's Date header holds the gateway's time between two bounds; several answers narrow them.
 */

/** What the gateway's clock shows. */
export interface ServerClock {
  /** Returns the gateway's time in milliseconds; the page's own until something is known. */
  readonly now: () => number;
  /** Takes an answer's Date header, with the page's time when its request was sent. */
  readonly heardAnswer: (date: string | null, sentAtMs: number) => void;
  /** Takes the moment of an event; `isNews` says that it happened just now, and not while nobody listened. */
  readonly heardEvent: (at: string, isNews: boolean) => void;
}

/** A Date header leaves out the milliseconds. */
const dateGrainMs = 1_000;

/** Creates a clock on the page's own, `pageNow`, in milliseconds. */
export function createServerClock(pageNow: () => number): ServerClock {
  let bounds: { readonly least: number; readonly most: number } | undefined;
  let newestEvent: number | undefined;

  /** Returns by how much the gateway's clock is ahead of the page's. */
  function offset(): number {
    if (bounds === undefined) {
      return newestEvent ?? 0;
    }
    const { least, most } = bounds;
    // An event's moment is the finer one: it was a latency ago, unless the bounds say that it is older.
    return newestEvent !== undefined && newestEvent >= least ? newestEvent : (least + most) / 2;
  }

  return {
    now: () => Math.round(pageNow() + offset()),
    heardAnswer: (date, sentAtMs) => {
      const secondMs = Date.parse(date ?? '');
      const least = secondMs - pageNow();
      const most = secondMs + dateGrainMs - sentAtMs;
      // Not so without a header, and when the page's clock was set back meanwhile.
      if (!(least <= most)) {
        return;
      }
      if (bounds === undefined || least > bounds.most || most < bounds.least) {
        // One of the two clocks was set: what was known before is worth nothing.
        bounds = { least, most };
        newestEvent = undefined;
      } else {
        bounds = { least: Math.max(least, bounds.least), most: Math.min(most, bounds.most) };
        newestEvent = (newestEvent ?? 0) > bounds.most ? undefined : newestEvent;
      }
    },
    heardEvent: (at, isNews) => {
      const ahead = Date.parse(at) - pageNow();
      if (bounds === undefined ? isNews && !Number.isNaN(ahead) : ahead <= bounds.most) {
        newestEvent = Math.max(ahead, newestEvent ?? ahead);
      }
    },
  };
}
