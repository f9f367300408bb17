/** Chats through the whole system, from their first message to their end, by whichever way. */
import { Client, Connection } from '@temporalio/client';
import { toWorkflowId } from '../../src/domain/ids.js';
import { closeUpdate } from '../../workflows/messages.js';
import type { thread } from '../../workflows/thread.js';
import {
  type CustomerClient,
  openPage,
  openSession,
  type PageEvent,
  type PageStream,
} from './customer-client.js';
import {
  type SimulatedRequest,
  type SimulatedState,
  type SimulatorClient,
  simulatorAt,
} from './simulator-client.js';
import { type System, type SystemOptions, startSystem } from './system.js';
import { refOf } from './thread-fixtures.js';
import { waitUntil } from './wait-until.js';

/** A thread that takes longer is stuck: it is not to hold up who waits for it. */
const finishesWithinMs = 60_000;

/** How long a test waits for what must come. */
export const until = { timeout: 20_000, interval: 50 };

/** A chat whose first message, `m-1`, the contact centre has. */
export interface Chat {
  readonly channelId: string;
  readonly customer: CustomerClient;
  /** A page that has been open from the start. */
  readonly page: PageStream;
  /** The number of its contact. */
  readonly contact: string;
}

/** How a chat stands at the contact centre. */
export interface Standing {
  readonly contacts: readonly ('open' | 'closed')[];
  readonly takesMore: readonly boolean[];
}

/** The five ways in which a chat ends. */
export const waysToEnd = [
  { way: 'an agent, by the signed event', by: 'agent' },
  { way: 'an agent, by status', by: 'agent' },
  { way: 'nobody, for too long', by: 'idle' },
  { way: 'the customer', by: 'customer' },
  { way: 'an operator', by: 'operator' },
] as const;
export type WayToEnd = (typeof waysToEnd)[number]['way'];

/** A system in which chats are begun and ended. */
export interface Endings {
  readonly system: System;
  readonly simulator: SimulatorClient;
  readonly gatewayUrl: string;
  readonly temporal: Client;
  begin(channelId: string): Promise<Chat>;
  /** Does what ends a chat in this way; `nobody` needs a channel with a short policy. */
  end(chat: Chat, way: WayToEnd): Promise<void>;
  /** The agent closes the contact; with an event, it was taken when this resolves. */
  agentCloses(chat: Chat, how: { readonly event: boolean }): Promise<void>;
  /** The agent writes, so that the customer owes an answer. */
  agentWrites(chat: Chat, text: string): Promise<void>;
  /** Waits until the thread's workflow has nothing left to do. */
  finished(chat: Chat): Promise<void>;
  /** What the contact centre holds of the chat. */
  heldOf(chat: Chat): Promise<SimulatedState>;
  /** How the chat stands at the contact centre: its contacts, and its thread. */
  standingOf(chat: Chat): Promise<Standing>;
  /** The calls about the chat that the contact centre got, in the order in which they came. */
  callsAbout(chat: Chat): Promise<SimulatedRequest[]>;
  /** Every durable event of the chat, as a page is told that opens now; the chat has ended. */
  replay(chat: Chat, gatewayUrl?: string): Promise<PageEvent[]>;
  close(): Promise<void>;
}

/** A widget channel of this id, for anonymous customers. */
export function widgetChannel(id: string, policy: object): object {
  return {
    id,
    name: id,
    adapter: {
      kind: 'widget',
      allowedOrigins: ['http://localhost:8080'],
      identity: { kind: 'anonymous' },
    },
    limits: { sessionsPerMinute: 100_000, messagesPerMinute: 100_000 },
    policy,
  };
}

/** Starts a system with these channels. */
export async function startEndings(
  options: Omit<SystemOptions, 'channels'> & { readonly channels: readonly object[] },
): Promise<Endings> {
  const { channels, temporalAddress } = options;
  const system = await startSystem({ ...options, channels: { channels } });
  const simulator = simulatorAt(system.simulatorUrl);
  const gatewayUrl = system.gatewayUrls[0] ?? '';
  const connection = await Connection.connect({ address: temporalAddress });
  const temporal = new Client({ connection });
  const handleOf = ({ channelId, customer }: Chat) =>
    temporal.workflow.getHandle<typeof thread>(toWorkflowId(refOf(channelId, customer.threadId)));

  const endings: Endings = {
    system,
    simulator,
    gatewayUrl,
    temporal,
    async begin(channelId) {
      const customer = await openSession(gatewayUrl, channelId);
      const page = await openPage(customer, gatewayUrl);
      await customer.send(gatewayUrl, 'm-1');
      await waitUntil('the first message was sent', () =>
        page.events.some((event) => event.status === 'sent'),
      );
      const [contact] = (await simulator.thread(customer.threadId)).contacts;
      if (contact === undefined) throw new Error('there is no contact');
      return { channelId, customer, page, contact: contact.id };
    },
    async end(chat, way) {
      switch (way) {
        case 'an agent, by the signed event':
          return await endings.agentCloses(chat, { event: true });
        case 'an agent, by status':
          await endings.agentCloses(chat, { event: false });
          // The look before it is what finds out.
          await chat.customer.send(gatewayUrl, 'm-2');
          return;
        case 'nobody, for too long':
          return await endings.agentWrites(chat, 'Are you thirsty?');
        case 'the customer':
          await chat.customer.call(gatewayUrl, '/end');
          return;
        case 'an operator':
          await handleOf(chat).executeUpdate(closeUpdate);
      }
    },
    async agentCloses({ contact }, { event }) {
      await simulator.post(`/agent/contacts/${contact}/status`, { status: 'closed', event });
    },
    async agentWrites({ channelId, customer }, text) {
      const { status } = await simulator.reply(customer.threadId, text, { channelId });
      if (status !== 200) throw new Error(`the agent's message was answered ${status}`);
    },
    async finished(chat) {
      const { threadId } = chat.customer;
      await waitUntil(
        `thread ${threadId} has nothing left to do`,
        async () => (await handleOf(chat).describe()).status.name === 'COMPLETED',
        finishesWithinMs,
      );
    },
    heldOf: ({ customer }) => simulator.thread(customer.threadId),
    async standingOf(chat) {
      const { contacts, threads } = await endings.heldOf(chat);
      return {
        contacts: contacts.map(({ status }) => (status === 'closed' ? 'closed' : 'open')),
        takesMore: threads.map((one) => one.canAddMoreMessages),
      };
    },
    async callsAbout({ customer, contact }) {
      const requests = await simulator.requests();
      return requests
        .filter(({ path }) => path.includes(customer.threadId) || path.includes(`/${contact}`))
        .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
    },
    async replay({ customer }, through = gatewayUrl) {
      const again = await openPage(customer, through);
      await again.ended;
      return again.events;
    },
    async close() {
      await connection.close();
      await system.close();
    },
  };
  return endings;
}

/** What the contact centre holds of a chat that was ended there as well. */
export const shut: Standing = { contacts: ['closed'], takesMore: [false] };
