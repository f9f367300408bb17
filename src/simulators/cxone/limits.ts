/** Names the limits of a tenant (cxone.md 3.7). */
export interface LimitSettings {
  /** Stored inbound messages of the tenant. */
  inboundPerSecond?: number | undefined;
  /** Reads of contacts and messages. */
  readsPerSecond?: number | undefined;
  /** Updates of one contact: messages, message updates and status changes. */
  contactBurst?: number | undefined;
  contactPerMinute?: number | undefined;
}

/** Is what NICE publishes for a tenant. */
export const publishedLimits: Readonly<Required<LimitSettings>> = {
  inboundPerSecond: 100,
  readsPerSecond: 120_000 / 3600,
  contactBurst: 250,
  contactPerMinute: 17,
};

/** Counts calls against the tenant's limits. */
export interface Limits {
  current(): LimitSettings | null;
  /** Sets the limits and forgets what was counted; null switches them off. */
  set(settings: LimitSettings | null): void;
  /** Takes one call of each kind; answers the seconds to wait when one of them is used up. */
  take(call: { inbound?: boolean; read?: boolean; contactNumber?: string | undefined }): number;
}

interface Bucket {
  level: number;
  at: number;
}

/** Creates the limits of a tenant, each a bucket that refills steadily. */
export function createLimits(now: () => number, initial: LimitSettings | null): Limits {
  let settings = initial;
  let buckets = new Map<string, Bucket>();

  function waitFor(name: string, capacity: number, perSecond: number): number {
    const at = now();
    const bucket = buckets.get(name) ?? { level: capacity, at };
    bucket.level = Math.min(capacity, bucket.level + ((at - bucket.at) / 1000) * perSecond);
    bucket.at = at;
    buckets.set(name, bucket);
    return bucket.level >= 1 ? 0 : (1 - bucket.level) / perSecond;
  }

  return {
    current: () => settings,
    set(next) {
      settings = next;
      buckets = new Map();
    },
    take(call) {
      if (settings === null) return 0;
      const used: string[] = [];
      let wait = 0;
      const use = (name: string, capacity: number, perSecond: number) => {
        used.push(name);
        wait = Math.max(wait, waitFor(name, capacity, perSecond));
      };
      const { inboundPerSecond, readsPerSecond, contactBurst, contactPerMinute } = settings;
      if (call.inbound && inboundPerSecond !== undefined) {
        use('inbound', Math.max(1, inboundPerSecond), inboundPerSecond);
      }
      if (call.read && readsPerSecond !== undefined) {
        use('reads', Math.max(1, readsPerSecond), readsPerSecond);
      }
      if (call.contactNumber !== undefined && contactPerMinute !== undefined) {
        use(`contact ${call.contactNumber}`, contactBurst ?? 1, contactPerMinute / 60);
      }
      if (wait > 0) return wait;
      for (const name of used) {
        const bucket = buckets.get(name);
        if (bucket) bucket.level -= 1;
      }
      return 0;
    },
  };
}
