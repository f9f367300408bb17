import {
  type Agent,
  api,
  type Bubble,
  type Card,
  type Changes,
  type Fault,
  type Overview,
  type Violation,
} from './api.js';

/** Holds what the page shows, and keeps it up to date from the simulator's event stream. */
export interface Desk {
  readonly contacts: ReadonlyMap<string, Card>;
  readonly violations: readonly Violation[];
  readonly faults: readonly Fault[];
  readonly typing: ReadonlySet<string>;
  readonly canSendEvents: boolean;
  /** Whom a contact can be given to. */
  readonly agents: readonly Agent[];
  readonly channels: readonly string[];
  readonly connection: 'connecting' | 'live' | 'lost';
  readonly selected: Card | undefined;
  /** The selected contact's messages, oldest first; undefined while they load. */
  readonly messages: readonly Bubble[] | undefined;
  select(number: string | undefined): void;
  onChange(listener: () => void): void;
  onTrouble(listener: (text: string) => void): void;
  trouble(text: string): void;
  /** Runs a call and says so on the page when it fails. */
  attempt(what: string, work: () => Promise<unknown>): Promise<void>;
  start(): void;
}

/** Creates the desk of this page. */
export function createDesk(): Desk {
  const contacts = new Map<string, Card>();
  const typing = new Set<string>();
  const listeners: (() => void)[] = [];
  const troubleListeners: ((text: string) => void)[] = [];
  let violations: readonly Violation[] = [];
  let faults: readonly Fault[] = [];
  let canSendEvents = false;
  let agents: readonly Agent[] = [];
  let channels: readonly string[] = [];
  let connection: Desk['connection'] = 'connecting';
  let selectedNumber: string | undefined;
  let messages: Map<string, Bubble> | undefined;
  // Changes that come while a snapshot is on its way; they are newer than it.
  let heldBack: Changes[] | undefined;
  let announced = false;

  function changed(): void {
    if (announced) return;
    announced = true;
    requestAnimationFrame(() => {
      announced = false;
      for (const listener of listeners) listener();
    });
  }

  function trouble(text: string): void {
    for (const listener of troubleListeners) listener(text);
  }

  async function attempt(what: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      trouble(`${what} did not work. ${error instanceof Error ? error.message : ''}`.trim());
    }
  }

  function takeOverview(overview: Overview): void {
    contacts.clear();
    for (const card of overview.contacts) contacts.set(card.number, card);
    typing.clear();
    for (const threadId of overview.typing) typing.add(threadId);
    ({ violations, faults, canSendEvents, agents, channels } = overview);
  }

  function apply(changes: Changes): void {
    for (const card of changes.contacts) contacts.set(card.number, card);
    for (const { threadId, isTyping } of changes.typing) {
      if (isTyping) typing.add(threadId);
      else typing.delete(threadId);
    }
    for (const bubble of changes.messages) {
      if (bubble.contactNumber === selectedNumber) messages?.set(bubble.id, bubble);
    }
    violations = changes.violations ?? violations;
    faults = changes.faults ?? faults;
    markRead();
    changed();
  }

  function markRead(): void {
    const card = selectedNumber === undefined ? undefined : contacts.get(selectedNumber);
    if (!card || card.unread === 0 || document.visibilityState === 'hidden') return;
    contacts.set(card.number, { ...card, unread: 0 });
    void attempt('Marking as read', () => api.markRead(card.number));
  }

  async function loadMessages(number: string): Promise<void> {
    const loaded = await api.messages(number);
    if (number !== selectedNumber) return;
    const newer = messages ?? new Map<string, Bubble>();
    messages = new Map(loaded.map((bubble) => [bubble.id, bubble]));
    for (const [id, bubble] of newer) messages.set(id, bubble);
    changed();
  }

  async function reload(): Promise<void> {
    heldBack = [];
    try {
      takeOverview(await api.overview());
      if (selectedNumber !== undefined) {
        messages = new Map();
        await loadMessages(selectedNumber);
      }
      connection = 'live';
    } catch {
      connection = 'lost';
    }
    const waiting = heldBack ?? [];
    heldBack = undefined;
    for (const changes of waiting) apply(changes);
    markRead();
    changed();
  }

  return {
    contacts,
    typing,
    get violations() {
      return violations;
    },
    get faults() {
      return faults;
    },
    get channels() {
      return [...new Set([...channels, ...[...contacts.values()].map((card) => card.channelId)])];
    },
    get canSendEvents() {
      return canSendEvents;
    },
    get agents() {
      return agents;
    },
    get connection() {
      return connection;
    },
    get selected() {
      return selectedNumber === undefined ? undefined : contacts.get(selectedNumber);
    },
    get messages() {
      return (
        messages && [...messages.values()].toSorted((left, right) => left.sequence - right.sequence)
      );
    },
    select(number) {
      if (number === selectedNumber) return;
      selectedNumber = number;
      messages = undefined;
      changed();
      markRead();
      if (number !== undefined) void attempt('Loading the thread', () => loadMessages(number));
    },
    onChange: (listener) => void listeners.push(listener),
    onTrouble: (listener) => void troubleListeners.push(listener),
    trouble,
    attempt,
    start() {
      const stream = new EventSource('/simulator/console/changes');
      stream.addEventListener('open', () => void reload());
      stream.addEventListener('error', () => {
        connection = 'lost';
        changed();
      });
      stream.addEventListener('reset', () => void reload());
      stream.addEventListener('changes', (event: MessageEvent<string>) => {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the simulator serves this page: both are of one version
        const changes = JSON.parse(event.data) as Changes;
        if (heldBack) heldBack.push(changes);
        else apply(changes);
      });
      document.addEventListener('visibilitychange', markRead);
    },
  };
}
