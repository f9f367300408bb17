import { randomUUID } from 'node:crypto';
import { type Journal, memoryJournal, openJournal } from './journal.js';
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

/** Names each collection with what it holds. */
interface Collections {
  channels: StoredChannel;
  customers: StoredCustomer;
  threads: StoredThread;
  contacts: StoredContact;
  messages: StoredMessage;
  fields: StoredFieldDefinition;
  files: StoredFile;
  violations: Violation;
  events: SentEvent;
  settings: { name: string; value: unknown };
}

type CollectionName = keyof Collections;

/** Is told of every change, after it was made in memory. */
type ChangeListener = (name: CollectionName, key: string) => void;

/** Holds the tenant's state in memory and, with a folder, on disk. */
export interface Store {
  readonly now: () => number;
  /** The values of one collection, in the order of their creation. */
  all<N extends CollectionName>(name: N): IterableIterator<Collections[N]>;
  get<N extends CollectionName>(name: N, key: string): Collections[N] | undefined;
  /** Adds or replaces a value; durable once `durable()` has resolved. */
  put<N extends CollectionName>(name: N, value: Collections[N]): void;
  /** Resolves when everything put so far survives a crash of this process. */
  durable(): Promise<void>;
  /** The messages of one contact, oldest first. */
  messagesOf(contactNumber: string): readonly StoredMessage[];
  /** A message by the id that the external platform gave it, unique within its channel. */
  messageByExternalId(channelId: string, externalId: string): StoredMessage | undefined;
  violate(kind: Violation['kind'], message: string, facts: Violation['facts']): void;
  nextNumber(name: 'contact' | 'message'): number;
  onChange(listener: ChangeListener): () => void;
  onReset(listener: () => void): () => void;
  /** Forgets everything but its settings. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

const collectionNames = [
  'channels',
  'customers',
  'threads',
  'contacts',
  'messages',
  'fields',
  'files',
  'violations',
  'events',
  'settings',
] as const satisfies readonly CollectionName[];

const keys: { [N in CollectionName]: (value: Collections[N]) => string } = {
  channels: (channel) => channel.id,
  customers: (customer) => customer.id,
  threads: (thread) => thread.id,
  contacts: (contact) => contact.number,
  messages: (message) => message.id,
  fields: (field) => field.ident,
  files: (file) => file.id,
  violations: (violation) => violation.id,
  events: (event) => event.eventId,
  settings: (setting) => setting.name,
};

interface JournalLine<N extends CollectionName = CollectionName> {
  collection: N;
  value: Collections[N];
}

const firstContactNumber = 400_001;

/** Opens the store; with a folder it resumes what the last process knew. */
export async function openStore(options: {
  dataDir?: string | undefined;
  now?: (() => number) | undefined;
}): Promise<Store> {
  if (options.dataDir === undefined) return createStore(memoryJournal, [], options.now);
  const { journal, lines } = await openJournal(options.dataDir);
  const store = createStore(journal, lines, options.now);
  await journal.rewrite(contentOf(store));
  return store;
}

function contentOf(store: Store): string[] {
  return collectionNames.flatMap((name) =>
    [...store.all(name)].map((value) => JSON.stringify({ collection: name, value })),
  );
}

function createStore(
  journal: Journal,
  lines: readonly string[],
  now: () => number = Date.now,
): Store {
  const maps: { [N in CollectionName]: Map<string, Collections[N]> } = {
    channels: new Map(),
    customers: new Map(),
    threads: new Map(),
    contacts: new Map(),
    messages: new Map(),
    fields: new Map(),
    files: new Map(),
    violations: new Map(),
    events: new Map(),
    settings: new Map(),
  };
  const byContact = new Map<string, StoredMessage[]>();
  const byExternalId = new Map<string, StoredMessage>();
  const listeners = new Set<ChangeListener>();
  const resetListeners = new Set<() => void>();
  let lastMessageNumber = 0;
  let lastContactNumber = firstContactNumber - 1;

  function apply<N extends CollectionName>(name: N, value: Collections[N]): void {
    const key = keys[name](value);
    const isNew = !maps[name].has(key);
    maps[name].set(key, value);
    const message = name === 'messages' ? maps.messages.get(key) : undefined;
    if (message) indexMessage(message, isNew);
    if (name === 'contacts') lastContactNumber = Math.max(lastContactNumber, Number(key));
  }

  function indexMessage(message: StoredMessage, isNew: boolean): void {
    lastMessageNumber = Math.max(lastMessageNumber, message.sequence);
    const list = byContact.get(message.contactNumber) ?? [];
    if (isNew) list.push(message);
    else {
      const at = list.findLastIndex((other) => other.id === message.id);
      if (at >= 0) list[at] = message;
    }
    byContact.set(message.contactNumber, list);
    if (message.idOnExternalPlatform !== null) {
      byExternalId.set(`${message.channelId}\n${message.idOnExternalPlatform}`, message);
    }
  }

  for (const line of lines) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only this file writes the journal
    const { collection, value } = JSON.parse(line) as JournalLine;
    apply(collection, value);
  }
  for (const message of maps.messages.values()) {
    // The process that waited for the box's answer is gone.
    if (message.sending === 'sending') {
      apply('messages', {
        ...message,
        sending: 'failed',
        failure: { status: null, reason: 'the simulator was stopped during the call' },
      });
    }
  }

  const store: Store = {
    now,
    all: (name) => maps[name].values(),
    get: (name, key) => maps[name].get(key),
    put(name, value) {
      apply(name, value);
      journal.append(JSON.stringify({ collection: name, value }));
      for (const listener of listeners) listener(name, keys[name](value));
    },
    durable: () => journal.flushed(),
    messagesOf: (contactNumber) => byContact.get(contactNumber) ?? [],
    messageByExternalId: (channelId, externalId) => byExternalId.get(`${channelId}\n${externalId}`),
    violate(kind, message, facts) {
      const at = new Date(now()).toISOString();
      store.put('violations', { id: randomUUID(), at, kind, message, facts });
    },
    nextNumber(name) {
      if (name === 'contact') return ++lastContactNumber;
      return ++lastMessageNumber;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onReset(listener) {
      resetListeners.add(listener);
      return () => resetListeners.delete(listener);
    },
    async reset() {
      for (const name of collectionNames) if (name !== 'settings') maps[name].clear();
      byContact.clear();
      byExternalId.clear();
      await journal.rewrite(contentOf(store));
      for (const listener of resetListeners) listener();
    },
    close: () => journal.close(),
  };
  return store;
}
