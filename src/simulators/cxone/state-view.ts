import type { SimulatorContext } from './context.js';
import type { Fault } from './faults.js';
import type { LimitSettings } from './limits.js';
import type {
  SentEvent,
  StoredChannel,
  StoredContact,
  StoredCustomer,
  StoredFieldDefinition,
  StoredFile,
  StoredMessage,
  StoredThread,
  Violation,
} from './model.js';
import type { RequestCounts } from './operations.js';

/** Is everything that the simulator holds, in the order in which it came. */
export interface SimulatorState {
  readonly channels: readonly StoredChannel[];
  readonly customers: readonly StoredCustomer[];
  readonly threads: readonly StoredThread[];
  /** `id` is the contact number, as DFO calls it. */
  readonly contacts: readonly (StoredContact & { readonly id: string })[];
  /** Ordered by `sequence`; a message that an agent sends is here from the moment of the call. */
  readonly messages: readonly StoredMessage[];
  readonly customFields: readonly StoredFieldDefinition[];
  /** Uploaded files, without their bytes. */
  readonly files: readonly StoredFile[];
  readonly violations: readonly Violation[];
  readonly events: readonly SentEvent[];
  readonly typing: readonly string[];
  readonly faults: readonly Fault[];
  readonly limits: LimitSettings | null;
  /** By the operation's name: how often it was called, and what was answered. */
  readonly requests: RequestCounts['counts'];
}

/** Shows the state, whole or of one channel or thread (by its id on the external platform). */
export function stateOf(
  context: SimulatorContext,
  filter: { thread?: string | undefined; channel?: string | undefined } = {},
): SimulatorState {
  const { store } = context;
  const isWanted = (item: { channelId: string; threadIdOnExternalPlatform: string }) =>
    (filter.thread === undefined || item.threadIdOnExternalPlatform === filter.thread) &&
    (filter.channel === undefined || item.channelId === filter.channel);
  return {
    channels: [...store.all('channels')],
    customers: [...store.all('customers')],
    threads: [...store.all('threads')].filter((thread) =>
      isWanted({ ...thread, threadIdOnExternalPlatform: thread.idOnExternalPlatform }),
    ),
    contacts: [...store.all('contacts')]
      .filter(isWanted)
      .map((contact) => ({ id: contact.number, ...contact })),
    messages: [...store.all('messages')]
      .filter(isWanted)
      .toSorted((left, right) => left.sequence - right.sequence),
    customFields: [...store.all('fields')],
    files: [...store.all('files')],
    violations: [...store.all('violations')],
    events: [...store.all('events')],
    typing: context.typing.list(),
    faults: context.faults.list(),
    limits: context.limits.current(),
    requests: structuredClone(context.requests.counts),
  };
}
