import { RemoteError } from '../../src/domain/errors.js';
import type { ThreadRef } from '../../src/domain/ids.js';
import type { CustomerEvent } from '../../src/domain/messages.js';
import type { DeliveryRequest, Platforms } from '../../src/ports/platform.js';

/** What befalls a delivery: the platform takes it and its answer is lost, or it does not take it. */
export interface PlatformFault {
  readonly when: 'before' | 'after';
  readonly error: RemoteError;
}

/** What a platform holds of one thread. It knows a repeat by its id. */
export interface FakePlatform {
  /** The events that it has, each once, in the order in which they came. */
  readonly taken: CustomerEvent[];
  /** Every try that was made. */
  readonly tries: DeliveryRequest[];
  /** What befalls the next tries, once each. */
  readonly faults: PlatformFault[];
  isDown: boolean;
  /** A try is answered once this resolves. */
  gate: Promise<void>;
  /** Tries that have no answer yet, and how many there were at once, at most. */
  open: number;
  mostAtOnce: number;
}

/** Platforms in memory. */
export interface FakePlatforms extends Pick<Platforms, 'deliver'> {
  of(ref: ThreadRef): FakePlatform;
}

export function unreachable(retryAfterMs?: number): RemoteError {
  const facts = retryAfterMs === undefined ? {} : { retryAfterMs };
  return new RemoteError('CHANNEL_UNREACHABLE', 'the platform does not answer', facts);
}

export function gone(): RemoteError {
  return new RemoteError('CHANNEL_GONE', 'the platform answered 410');
}

export function createFakePlatforms(): FakePlatforms {
  const platforms = new Map<string, FakePlatform>();
  const known = new Set<string>();

  function of({ channelId, threadId }: ThreadRef): FakePlatform {
    const key = `${channelId}/${threadId}`;
    const platform = platforms.get(key) ?? {
      taken: [],
      tries: [],
      faults: [],
      isDown: false,
      gate: Promise.resolve(),
      open: 0,
      mostAtOnce: 0,
    };
    platforms.set(key, platform);
    return platform;
  }

  return {
    of,
    async deliver(request) {
      const platform = of(request.ref);
      platform.tries.push(request);
      platform.open += 1;
      platform.mostAtOnce = Math.max(platform.mostAtOnce, platform.open);
      try {
        await platform.gate;
        const fault = platform.faults.shift();
        if (platform.isDown) throw unreachable();
        if (fault?.when !== 'before' && !known.has(request.deliveryId)) {
          known.add(request.deliveryId);
          platform.taken.push(request.event);
        }
        if (fault) throw fault.error;
      } finally {
        platform.open -= 1;
      }
    },
  };
}
