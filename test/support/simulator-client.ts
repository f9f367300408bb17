/** A message as the simulator holds it. */
export interface SimulatedMessage {
  readonly id: string;
  readonly idOnExternalPlatform: string | null;
  readonly direction: 'inbound' | 'outbound';
  readonly text: string;
  readonly threadIdOnExternalPlatform: string;
  readonly contactNumber: string;
  readonly receivedAt: string;
  /** What was posted, for a message of a customer's. */
  readonly request?: unknown;
}

/** A contact as the simulator holds it; `id` is its number. */
export interface SimulatedContact {
  readonly id: string;
  readonly status: string;
  readonly threadIdOnExternalPlatform: string;
  readonly createdAt: string;
  readonly statusHistory: readonly {
    readonly status: string;
    readonly at: string;
    readonly by: 'system' | 'agent' | 'api';
  }[];
}

/** Something that a correct middleware never does. */
interface SimulatedViolation {
  readonly kind: string;
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
}

/** A request as the simulator counts it, at the moment at which it came. */
export interface SimulatedRequest {
  readonly at: string;
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  /** The status that was answered, or `reset`. */
  readonly answer: string;
}

export interface SimulatedState {
  readonly messages: SimulatedMessage[];
  readonly contacts: SimulatedContact[];
  readonly threads: {
    readonly idOnExternalPlatform: string;
    readonly canAddMoreMessages: boolean;
  }[];
  /** Of all threads, whichever was asked for. */
  readonly violations: SimulatedViolation[];
  /** The signed events that it has sent, of all threads as well. */
  readonly events: {
    readonly eventType: string;
    readonly contactNumber: string;
    readonly status: number | null;
  }[];
  readonly channels: unknown[];
  readonly customFields: unknown[];
  readonly requests: Record<string, { count: number; answers: Record<string, number> }>;
}

/** The simulator's own API, as a test drives it. */
export interface SimulatorClient {
  /** What it holds of one thread. */
  thread(threadId: string): Promise<SimulatedState>;
  state(): Promise<SimulatedState>;
  /** Lets the agent write; resolves to what the box answered. */
  reply(
    threadId: string,
    text: string,
    more?: Record<string, unknown>,
  ): Promise<{ status: number | null; idOnExternalPlatform: string | null; answers: unknown[] }>;
  /** Switches a fault on; resolves to its id. */
  fault(fault: Record<string, unknown>): Promise<string>;
  removeFault(id: string): Promise<void>;
  clearFaults(): Promise<void>;
  /** The newest 500 requests, the oldest first. */
  requests(): Promise<SimulatedRequest[]>;
  post(path: string, body?: unknown): Promise<unknown>;
  put(path: string, body: unknown): Promise<unknown>;
}

/** Speaks to the simulator at this address. */
export function simulatorAt(url: string, channelId = 'watering-hole'): SimulatorClient {
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(`${url}/simulator${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  return {
    thread: async (id) =>
      (await call('GET', `/state?thread=${encodeURIComponent(id)}`)) as SimulatedState,
    state: async () => (await call('GET', '/state')) as SimulatedState,
    reply: async (threadIdOnExternalPlatform, text, more) =>
      (await call('POST', '/agent/replies', {
        channelId,
        threadIdOnExternalPlatform,
        text,
        ...more,
      })) as Awaited<ReturnType<SimulatorClient['reply']>>,
    fault: async (fault) => ((await call('POST', '/faults', fault)) as { id: string }).id,
    removeFault: async (id) => void (await call('DELETE', `/faults/${id}`)),
    clearFaults: async () => void (await call('DELETE', '/faults')),
    requests: async () => (await call('GET', '/requests')) as SimulatedRequest[],
    post: (path, body) => call('POST', path, body ?? {}),
    put: (path, body) => call('PUT', path, body),
  };
}
