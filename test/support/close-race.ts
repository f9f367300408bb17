/**
 * An agent closes a contact while its customer writes: rounds of one race, each on a thread of its
 * own, and what must hold after it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { ThreadRef } from '../../src/domain/ids.js';
import type { PageEvent } from './customer-client.js';
import { type Chat, type Endings, widgetChannel } from './endings.js';
import { createRandom } from './seeded-random.js';
import type { SimulatedMessage, SimulatedState } from './simulator-client.js';
import { refOf } from './thread-fixtures.js';
import { readTasks } from './thread-history.js';

/** How the engine learns of the agent's end. */
export type News = 'event' | 'status';

/** What one round came to. */
export interface Round {
  readonly news: News;
  readonly ref: ThreadRef;
  readonly sent: number;
  readonly refused: number;
  /** Messages that were answered 409. */
  readonly turnedAway: number;
  /** How often a message was asked for again, because the machine had too much to do. */
  readonly repeats: number;
  /** Messages that came to the contact centre after the agent had closed; each opened a contact. */
  readonly late: number;
  /** How long the contact stayed open that such a message opened. */
  readonly openForMs?: number;
  /** Whatever must not be; empty when all is well. */
  readonly problems: readonly string[];
}

const messagesPerRound = 30;
/** Messages are fired, and the contact is closed, somewhere in these first milliseconds. */
const spreadMs = 400;
const repeatAfterMs = 500;
/** A round takes a second or two; a thread that is stuck is not to hold up the others. */
const roundLimitMs = 30_000;
/** A contact that a message opened is ended at once, which takes a busy machine a while. */
const atOnceMs = 5_000;

/** The channels of the race: one where no look is due, one where each message is preceded by one. */
export const raceChannels = [
  widgetChannel('event', {}),
  widgetChannel('status', { contactFresh: '1ms', contactCheck: '1ms' }),
];

/** The race is not to wait for the tenant's budgets. */
export const raceEnv = { CXONE_READS_PER_SECOND: '5000', CXONE_POSTS_PER_SECOND: '5000' };

/** Runs rounds, some side by side, half of them with each kind of news. */
export async function race(
  endings: Endings,
  options: {
    readonly rounds: number;
    readonly lanes: number;
    readonly seed: number;
    readonly onRound?: (round: Round, index: number) => void;
  },
): Promise<Round[]> {
  const { rounds, lanes, seed, onRound } = options;
  const ran: Round[] = [];
  let next = 0;
  const run = async (): Promise<void> => {
    for (let index = next++; index < rounds; index = next++) {
      const news = index % 2 === 0 ? 'event' : 'status';
      const round = await runRound(endings, news, createRandom(seed + index));
      ran.push(round);
      onRound?.(round, index);
    }
  };
  await Promise.all(Array.from({ length: lanes }, run));
  return ran;
}

async function runRound(endings: Endings, news: News, random: () => number): Promise<Round> {
  const chat = await endings.begin(news);
  const ref = refOf(news, chat.customer.threadId);
  const none = { sent: 0, refused: 0, turnedAway: 0, repeats: 0, late: 0 };
  const stuck = { ...none, problems: [`${news}, thread ${ref.threadId}: it did not end`] };
  const outcome = await Promise.race([
    runChat(endings, news, chat, random),
    pause(roundLimitMs, stuck, { ref: false }),
  ]);
  return { news, ref, ...outcome };
}

async function runChat(
  endings: Endings,
  news: News,
  chat: Chat,
  random: () => number,
): Promise<Omit<Round, 'news' | 'ref'>> {
  const { customer, page } = chat;
  const answers = new Map<string, number>();
  let repeats = 0;
  /** As a widget does: the same id again, until it is taken or turned away. */
  const send = async (id: string): Promise<void> => {
    for (;;) {
      const status = await customer.send(endings.gatewayUrl, id);
      answers.set(id, status);
      if (status !== 429 && status !== 503) return;
      repeats += 1;
      await pause(repeatAfterMs);
    }
  };
  const close = async (): Promise<void> => {
    await pause(random() * spreadMs);
    await endings.agentCloses(chat, { event: news === 'event' });
    // Whoever writes when the agent's end is known, or can be seen, is too late.
    await send('too-late');
  };
  const firing = Array.from({ length: messagesPerRound }, async (_none, index) => {
    await pause(random() * spreadMs);
    await send(`race-${index}`);
  });
  await Promise.all([...firing, close()]);
  await page.ended;
  await endings.finished(chat);

  const events = await endings.replay(chat);
  const held = await endings.heldOf(chat);
  const verdicts = events.filter((event) => event.type === 'message-status');
  const late = lateMessages(chat, held);
  const openFor = openForMs(chat, held);
  const problems = await lookAtHistory(endings, chat, held);
  return {
    sent: verdicts.filter(({ status }) => status === 'sent').length,
    refused: verdicts.filter(({ status }) => status === 'refused').length,
    turnedAway: [...answers.values()].filter((status) => status === 409).length,
    repeats,
    late: late.length,
    ...(openFor === undefined ? {} : { openForMs: openFor }),
    problems: [
      ...problemsOfVerdicts(verdicts, held, new Map([...answers, ['m-1', 202]])),
      ...problemsOfContacts(chat, held, late),
      ...problems,
    ].map((problem) => `${news}, thread ${customer.threadId}: ${problem}`),
  };
}

/** What came to another contact than the chat's: the agent had closed that one. */
function lateMessages({ contact }: Chat, { messages }: SimulatedState): SimulatedMessage[] {
  return messages.filter(({ contactNumber }) => contactNumber !== contact);
}

/** Each accepted message has one verdict, and it is what the contact centre holds. */
function problemsOfVerdicts(
  verdicts: readonly PageEvent[],
  { messages }: SimulatedState,
  answers: ReadonlyMap<string, number>,
): string[] {
  return [...answers].flatMap(([id, answer]) => {
    const given = verdicts.filter((verdict) => verdict.id === id).map(({ status }) => status);
    const copies = messages.filter(({ text }) => text === `text of ${id}`).length;
    const facts = `${id}: answered ${answer}, verdicts [${given.join()}], held ${copies} times`;
    if (answer === 409 && given.length === 0 && copies === 0) return [];
    if (answer === 202 && given.join() === 'sent' && copies === 1) return [];
    if (answer === 202 && given.join() === 'refused' && copies === 0) return [];
    return [facts];
  });
}

/** At most one message opened a contact, which was ended at once, as the thread was. */
function problemsOfContacts(
  chat: Chat,
  held: SimulatedState,
  late: readonly SimulatedMessage[],
): string[] {
  const { contacts, threads, violations, messages } = held;
  const own = violations.filter(
    ({ facts }) => facts['threadIdOnExternalPlatform'] === chat.customer.threadId,
  );
  const lateIds = new Set(late.map((one) => one.idOnExternalPlatform));
  const unexplained = own.filter(
    ({ kind, facts }) =>
      kind !== 'message-after-close' || !lateIds.has(String(facts['idOnExternalPlatform'])),
  );
  const took = openForMs(chat, held);
  return [
    ...(late.length > 1 ? [`${late.length} messages came after the agent's end`] : []),
    ...(contacts.length > 2 ? [`it has ${contacts.length} contacts`] : []),
    ...(contacts.every(({ status }) => status === 'closed') ? [] : ['a contact is still open']),
    ...(threads.every((one) => !one.canAddMoreMessages) ? [] : ['the thread takes more']),
    ...(unexplained.length > 0 ? [`violations: ${JSON.stringify(unexplained)}`] : []),
    ...(messages.some(({ text }) => text === 'text of too-late') ? ['too-late was sent'] : []),
    ...(took !== undefined && !(took < atOnceMs) ? [`its new contact was open ${took} ms`] : []),
  ];
}

/** How long the contact was open that a late message opened; undefined when there is none. */
function openForMs({ contact }: Chat, { contacts }: SimulatedState): number | undefined {
  const opened = contacts.find(({ id }) => id !== contact);
  if (opened === undefined) return undefined;
  const ended = opened.statusHistory.find(({ status, by }) => status === 'closed' && by === 'api');
  return Date.parse(ended?.at ?? '') - Date.parse(opened.createdAt);
}

/**
 * From the task in which the thread came to know of its end it asked for no post. One that it had
 * asked for before may still come.
 */
async function lookAtHistory(
  { temporal }: Endings,
  { channelId, customer, page }: Chat,
  { messages }: SimulatedState,
): Promise<string[]> {
  const closedAt = page.events.find(({ state }) => state === 'closed')?.closedAt ?? '';
  const arrivals = messages.filter(
    ({ receivedAt }) => Date.parse(receivedAt) > Date.parse(closedAt),
  );
  const tasks = await readTasks(temporal, refOf(channelId, customer.threadId));
  const end = tasks.findIndex(({ isEnd }) => isEnd);
  const posts = (asked: readonly string[]) => asked.filter((name) => name === 'postMessage').length;
  const askedLater = posts(tasks.slice(Math.max(0, end)).flatMap(({ asked }) => asked));
  return [
    ...(end === -1 ? ['its history knows no end'] : []),
    ...(askedLater > 0 ? [`${askedLater} messages were posted after the thread knew`] : []),
    ...(arrivals.length > 1 ? [`${arrivals.length} messages came after the thread knew`] : []),
  ];
}

/** A line for each kind of news: what its rounds came to. */
export function describeRounds(rounds: readonly Round[]): string {
  return (['event', 'status'] as const)
    .map((news) => {
      const own = rounds.filter((round) => round.news === news);
      const sum = (count: (round: Round) => number) =>
        own.reduce((total, round) => total + count(round), 0);
      const open = own.flatMap((round) => round.openForMs ?? []);
      return (
        `${news}: ${own.length} rounds, ${sum((one) => one.sent)} messages sent, ` +
        `${sum((one) => one.refused)} refused, ${sum((one) => one.turnedAway)} answered 409, ` +
        `${sum((one) => one.repeats)} times asked to repeat; ` +
        `${open.length} rounds opened a contact, which was open ${Math.max(0, ...open)} ms at most`
      );
    })
    .join('\n');
}
