import { Readable } from 'node:stream';
import type { KnownCustomField } from '../../src/domain/custom-fields.js';
import { RemoteError } from '../../src/domain/errors.js';
import {
  type ContactNumber,
  type ExternalMessageId,
  parseContactNumber,
  type ThreadRef,
} from '../../src/domain/ids.js';
import type { ContactStatus, EndingStatus } from '../../src/domain/policy.js';
import type {
  ContactCentre,
  ContactQuery,
  PostedMessage,
  PostRequest,
  StatusReport,
} from '../../src/ports/contact-centre.js';

type Method = 'post' | 'read' | 'readThread' | 'find' | 'report' | 'typing' | 'end' | 'setOpen';

/** What one call meets: before the work nothing is done, after it the answer is lost. */
export interface Fault {
  readonly on: Method;
  readonly when: 'before' | 'after';
  readonly error: RemoteError;
}

/** A call as it arrived, whether or not it was then done. */
interface Call {
  readonly method: Method;
  /** What it is about: a message's id, a contact's number. */
  readonly about: string;
  readonly atMs: number;
}

/** What the contact centre holds of one thread, and what its next calls meet. */
export interface FakeThread {
  readonly contact: ContactNumber;
  readonly posts: PostRequest[];
  /** The ids of agents' messages that a look finds here. */
  readonly agentMessages: string[];
  readonly reports: StatusReport[];
  readonly calls: Call[];
  /** Taken from the front, each by the first call of its method. */
  readonly faults: Fault[];
  endedWith: EndingStatus | undefined;
  isShut: boolean;
  /** What the contact centre says of the contact, and since when. */
  status: ContactStatus;
  statusUpdatedAtMs: number;
  /** While set, every call is refused before the work. */
  isDown: boolean;
  /** While set, posts wait here, before the work; an aborted one gives up. */
  gate: Promise<void> | undefined;
  /** Looks that find nothing yet, because the index lags. */
  blindLooks: number;
  /** Reads that still show the contact live and the thread open, because the index lags. */
  staleReadBacks: number;
  inFlight: number;
  mostInFlight: number;
}

/** How the list of contacts differs from what is so. */
interface FakeList {
  readonly queries: ContactQuery[];
  /** Pages, counted from 0, that are passed over as though their contacts did not exist. */
  readonly lostPages: Set<number>;
  /** Statuses that it takes for the true ones. */
  readonly statuses: Map<ContactNumber, ContactStatus>;
  /** Whether it begins anew after its last page, and so never ends. */
  isEndless: boolean;
  /** While set, every call is refused with it. */
  error: RemoteError | undefined;
}

/** A contact centre in memory that keeps what it is told, in the order in which it is told. */
export interface FakeContactCentre extends ContactCentre {
  of(ref: ThreadRef): FakeThread;
  readonly list: FakeList;
  /** The custom fields that are defined, by ident. */
  readonly customFields: Map<string, KnownCustomField>;

  /** What was stored, by its address. */
  readonly files: Map<string, { readonly mimeType: string; readonly bytes: Buffer }>;
}

const pageSize = 25;

/** Makes the error of a call that was reset or took too long. */
export function silence(): RemoteError {
  return new RemoteError('CONTACT_CENTRE_SILENT', 'the connection was reset');
}

export function createFakeContactCentre(): FakeContactCentre {
  const threads = new Map<string, FakeThread>();
  const customFields = new Map<string, KnownCustomField>();

  const of = ({ channelId, threadId }: ThreadRef): FakeThread => {
    const key = `${channelId}/${threadId}`;
    const known = threads.get(key) ?? emptyThread(1001 + threads.size);
    threads.set(key, known);
    return known;
  };
  const ofContact = (contact: ContactNumber): FakeThread => {
    for (const thread of threads.values()) if (thread.contact === contact) return thread;
    throw new RemoteError('CONTACT_CENTRE_REJECTED', `there is no contact ${contact}`);
  };

  /** Meets the next fault for the method, does the work, and answers or loses the answer. */
  async function meet<Answer>(
    thread: FakeThread,
    [method, about]: readonly [Method, string],
    signal: AbortSignal,
    work: () => Answer,
  ): Promise<Answer> {
    thread.calls.push({ method, about, atMs: Date.now() });
    thread.inFlight += 1;
    thread.mostInFlight = Math.max(thread.mostInFlight, thread.inFlight);
    try {
      if (method === 'post') await passGate(thread.gate, signal);
      signal.throwIfAborted();
      if (thread.isDown) throw new RemoteError('CONTACT_CENTRE_UNREACHABLE', 'refused');
      const index = thread.faults.findIndex((fault) => fault.on === method);
      const [fault] = index === -1 ? [] : thread.faults.splice(index, 1);
      if (fault?.when === 'before') throw fault.error;
      const answer = work();
      if (fault) throw fault.error;
      return answer;
    } finally {
      thread.inFlight -= 1;
    }
  }

  const list: FakeList = {
    queries: [],
    lostPages: new Set(),
    statuses: new Map(),
    isEndless: false,
    error: undefined,
  };

  const files: FakeContactCentre['files'] = new Map();

  return {
    of,
    list,
    customFields,
    files,
    async storeAttachment({ mimeType, content }) {
      const pieces: Uint8Array[] = [];
      for await (const piece of content) pieces.push(piece);
      const url = `https://files.example/${files.size + 1}`;
      files.set(url, { mimeType, bytes: Buffer.concat(pieces) });
      return { url };
    },
    async openAttachment({ url }) {
      const file = files.get(url);
      if (!file) throw new RemoteError('ATTACHMENT_GONE', 'the file is no longer there');
      const { mimeType, bytes } = file;
      return { mimeType, sizeBytes: bytes.length, content: Readable.from([bytes]) };
    },
    async postMessage(request, signal) {
      const thread = of(request.thread);
      return await meet(thread, ['post', request.externalId], signal, () => {
        thread.posts.push(request);
        return toPosted(thread);
      });
    },
    async findMessage(ref: ThreadRef, externalId: ExternalMessageId, signal) {
      const thread = of(ref);
      return await meet(thread, ['find', externalId], signal, () => {
        if (thread.blindLooks > 0) {
          thread.blindLooks -= 1;
          return undefined;
        }
        const isThere =
          thread.agentMessages.includes(externalId) ||
          thread.posts.some((post) => post.externalId === externalId);
        return isThere ? toPosted(thread) : undefined;
      });
    },
    async readContact(contact, signal) {
      const thread = ofContact(contact);
      return await meet(thread, ['read', contact], signal, () => ({
        contact,
        status: thread.staleReadBacks > 0 ? 'open' : thread.status,
        statusUpdatedAtMs: thread.statusUpdatedAtMs,
      }));
    },
    async readThread(ref, signal) {
      const thread = of(ref);
      return await meet(thread, ['readThread', ref.threadId], signal, () => {
        const isStale = thread.staleReadBacks > 0;
        if (isStale) thread.staleReadBacks -= 1;
        if (thread.posts.length === 0 && !thread.isShut) return undefined;
        return { isOpen: isStale || !thread.isShut };
      });
    },
    async listContacts(query, signal) {
      signal.throwIfAborted();
      list.queries.push(query);
      if (list.error !== undefined) throw list.error;
      const { channelId, statuses, after = '0' } = query;
      const listed = [...threads]
        .filter(([key]) => key.startsWith(`${channelId}/`))
        .map(([, { contact, status }]) => ({
          contact,
          status: list.statuses.get(contact) ?? status,
        }))
        .filter(({ status }) => statuses.includes(status))
        .toReversed();
      const page = Number(after) + (list.lostPages.has(Number(after)) ? 1 : 0);
      const contacts = listed.slice(page * pageSize, (page + 1) * pageSize);
      const isLast = contacts.length === 0;
      if (isLast) return { contacts, ...(list.isEndless ? { next: '0' } : {}) };
      return await Promise.resolve({ contacts, next: String(page + 1) });
    },
    hasReadsToSpare: () => true,
    async reportStatus(report, signal) {
      const thread = of(report.thread);
      await meet(thread, ['report', report.messageId], signal, () => thread.reports.push(report));
    },
    async setTyping(ref, isTyping, signal) {
      await meet(of(ref), ['typing', String(isTyping)], signal, () => undefined);
    },
    async endContact(contact, status, signal) {
      const thread = ofContact(contact);
      await meet(thread, ['end', contact], signal, () => {
        thread.endedWith = status;
        thread.status = status === 'resolved' ? 'resolved' : 'closed';
        thread.statusUpdatedAtMs = Date.now();
      });
    },
    async setThreadOpen(ref, isOpen, signal) {
      const thread = of(ref);
      await meet(thread, ['setOpen', String(isOpen)], signal, () => {
        thread.isShut = !isOpen;
      });
    },
    listCustomFields: async () => [...customFields.values()],
    defineCustomField: async (field) => void customFields.set(field.ident, field),
  };
}

function emptyThread(number: number): FakeThread {
  const contact = parseContactNumber(String(number));
  if (contact === undefined) throw new TypeError(`${number} is no contact number`);
  return {
    contact,
    posts: [],
    agentMessages: [],
    reports: [],
    calls: [],
    faults: [],
    endedWith: undefined,
    isShut: false,
    status: 'open',
    statusUpdatedAtMs: Date.now(),
    isDown: false,
    gate: undefined,
    blindLooks: 0,
    staleReadBacks: 0,
    inFlight: 0,
    mostInFlight: 0,
  };
}

function toPosted({ contact }: FakeThread): PostedMessage {
  return { contact, contactStatus: 'open' };
}

async function passGate(gate: Promise<void> | undefined, signal: AbortSignal): Promise<void> {
  if (gate === undefined) return;
  await new Promise<void>((pass, giveUp) => {
    void gate.then(pass);
    signal.addEventListener('abort', () => giveUp(signal.reason));
  });
}
