import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { assigneeOf, defaultAgent } from './agents.js';
import { recipientsOf, v1Body, v2Body } from './box-bodies.js';
import type { BoxAnswer, BoxClient } from './box-client.js';
import type { FileBox } from './file-box.js';
import type { Agent, MessageContent, StoredMessage, StoredThread } from './model.js';
import { referencesOf } from './references.js';
import type { Store } from './store.js';
import { hasEnded, type Tenant } from './tenant.js';
import { brandOf } from './views.js';

const agentSchema = z.strictObject({
  id: z.number().optional(),
  firstName: z.string().optional(),
  surname: z.string().optional(),
  nickname: z.string().nullable().optional(),
  emailAddress: z.string().optional(),
  isBotUser: z.boolean().optional(),
});

/** Is an agent's message, as the console or a test orders it. */
export const replySchema = z
  .strictObject({
    channelId: z.string().min(1),
    threadIdOnExternalPlatform: z.string().min(1).optional(),
    /** May be empty beside a file or a message that is forwarded. */
    text: z.string().default(''),
    /** CXone's id of the message; the same id again is the same message. */
    id: z.string().min(1).optional(),
    form: z.enum(['v1', 'v2']).default('v1'),
    author: agentSchema.optional(),
    messageContent: z
      .strictObject({
        type: z.string(),
        payload: z.record(z.string(), z.unknown()),
        fallbackText: z.string().optional(),
        postback: z.string().optional(),
      })
      .optional(),
    attachments: z.array(z.strictObject({ friendlyName: z.string(), url: z.string() })).optional(),
    /** CXone's id of the message of the thread that this one answers. */
    replyToMessageId: z.string().min(1).optional(),
    /** CXone's id of a message, of whatever contact, that is handed on: its text and files are sent. */
    forwardMessageId: z.string().min(1).optional(),
    /** Whom a new thread is for; a message without a thread needs it. */
    recipient: z.strictObject({ id: z.string().min(1), name: z.string().optional() }).optional(),
  })
  .superRefine((reply, context) => {
    const hasOwn = reply.text !== '' || (reply.attachments ?? []).length > 0;
    if (hasOwn === (reply.forwardMessageId !== undefined)) {
      const message = 'expected a text or a file, or else a message to forward';
      context.addIssue({ code: 'custom', path: ['text'], message });
    }
    if (reply.threadIdOnExternalPlatform !== undefined) return;
    if (reply.form === 'v1' || reply.recipient === undefined) {
      const message = 'without a thread, form v2 and a recipient are needed';
      context.addIssue({ code: 'custom', path: ['threadIdOnExternalPlatform'], message });
    }
  });

/** Is an order to send an agent's message. */
type ReplyInput = z.input<typeof replySchema>;

/** Says what became of an agent's message. */
interface ReplyResult {
  /** CXone's id of the message. */
  readonly id: string;
  /** What the box answered last, or first where it was called twice; null without an answer. */
  readonly status: number | null;
  readonly body: unknown;
  readonly idOnExternalPlatform: string | null;
  readonly failure: { status: number | null; reason: string } | null;
  /** All answers, where a fault made it two calls. */
  readonly answers: readonly BoxAnswer[];
}

/** Says what became of a message that an agent wrote first. */
interface FirstResult {
  /** What the box answered to the validation of the recipient. */
  readonly validation: { readonly status: number | null; readonly body: unknown };
  /** Null where the recipient was refused, so that nothing was sent. */
  readonly sent: ReplyResult | null;
  readonly contactNumber: string | null;
}

/** Is what agents do: write, type. */
export interface AgentDesk {
  reply(input: ReplyInput): Promise<ReplyResult>;
  /** Has the recipient validated, then sends the message as an outbound one. */
  writeFirst(input: ReplyInput): Promise<FirstResult>;
  typing(input: {
    channelId: string;
    threadIdOnExternalPlatform: string;
    isTyping: boolean;
  }): Promise<BoxAnswer>;
  /** Resolves when the calls now under way on a channel have their answers, or after two seconds. */
  settled(channelId: string): Promise<void>;
}

const v1AnswerSchema = z.looseObject({ idOnExternalPlatform: z.string().min(1) });
const v2AnswerSchema = z.looseObject({
  message: z.looseObject({ idOnExternalPlatform: z.string().min(1) }),
  thread: z.looseObject({ idOnExternalPlatform: z.string().min(1) }),
});
const settleTimeoutMs = 2_000;

/** Creates the desk of the tenant's agents. */
export function createAgentDesk(deps: {
  tenantId: string;
  store: Store;
  tenant: Tenant;
  box: BoxClient;
  files: FileBox;
}): AgentDesk {
  const { store, tenant, box, files } = deps;
  const underWay = new Map<string, Set<Promise<unknown>>>();

  function track<T>(channelId: string, work: Promise<T>): Promise<T> {
    const calls = underWay.get(channelId) ?? new Set();
    underWay.set(channelId, calls);
    calls.add(work);
    return work.finally(() => calls.delete(work));
  }

  /** Finds the agent who speaks in a thread: the one who has its contact. */
  function speakerOf(thread: StoredThread | undefined): Agent {
    const contact = thread && store.get('contacts', thread.contactNumber);
    return (contact && assigneeOf(contact)) ?? defaultAgent;
  }

  function draft(
    reply: z.output<typeof replySchema>,
    thread: StoredThread | undefined,
  ): StoredMessage {
    const at = store.now();
    const { replyToMessage, forwarded } = referencesOf(store, reply, thread?.id);
    const text = forwarded?.text ?? reply.text;
    // What a customer's choice carried back is no part of what an agent hands on.
    const content: MessageContent = forwarded
      ? { ...forwarded.messageContent, postback: undefined }
      : (reply.messageContent ?? { type: 'TEXT', payload: { text } });
    return {
      id: reply.id ?? randomUUID(),
      sequence: store.nextNumber('message'),
      idOnExternalPlatform: null,
      channelId: reply.channelId,
      threadId: thread?.id ?? '',
      threadIdOnExternalPlatform: reply.threadIdOnExternalPlatform ?? '',
      contactNumber: thread?.contactNumber ?? '',
      direction: 'outbound',
      text,
      messageContent: content,
      attachments: forwarded?.attachments ?? reply.attachments ?? [],
      ...(replyToMessage === undefined ? {} : { replyToMessage }),
      ...(forwarded === undefined ? {} : { forwardOf: forwarded.id }),
      createdAt: new Date(at).toISOString(),
      receivedAt: new Date(at).toISOString(),
      receivedAtMs: at,
      authorUser: { ...speakerOf(thread), ...given(reply.author) },
      sending: 'sending',
      form: reply.form,
      receipts: [],
    };
  }

  /** A message to a recipient begins anew where the contact of its thread has ended. */
  function goesOnIn(reply: z.output<typeof replySchema>): StoredThread | undefined {
    const externalId = reply.threadIdOnExternalPlatform;
    const thread =
      externalId === undefined ? undefined : tenant.thread(reply.channelId, externalId);
    const contact = thread && store.get('contacts', thread.contactNumber);
    return reply.recipient !== undefined && contact && hasEnded(contact) ? undefined : thread;
  }

  async function send(reply: z.output<typeof replySchema>): Promise<ReplyResult> {
    const externalThreadId = reply.threadIdOnExternalPlatform;
    const thread = goesOnIn(reply);
    const known = reply.id === undefined ? undefined : store.get('messages', reply.id);
    const { failure: _, ...before } = known ?? draft(reply, thread);
    // A message that was sent before stays sent, whatever the call made again is answered.
    let message: StoredMessage = {
      ...before,
      sending: known?.sending === 'sent' ? 'sent' : 'sending',
    };
    if (thread && known === undefined) tenant.store(message);
    else if (known) store.put('messages', message);

    const answers = await box.call(
      reply.form === 'v1'
        ? {
            operation: 'boxReply',
            path: `/1.0/posts/${encodeURIComponent(message.threadId || (externalThreadId ?? ''))}/messages`,
            body: v1Body(deps.tenantId, store, files, message),
          }
        : {
            operation: 'boxOutbound',
            path: `/2.0/channel/${encodeURIComponent(reply.channelId)}/outbound`,
            body: v2Body(deps.tenantId, store, files, message, reply),
          },
    );
    const readings = answers.map((answer) => readBoxAnswer(reply.form, answer));
    const accepted = readings.find((reading) => reading.messageId !== undefined);
    reportOddAnswers(message, answers, readings);

    const answer = answers[accepted ? readings.indexOf(accepted) : 0] ?? {
      status: null,
      body: null,
    };
    const failure = accepted ? null : { status: answer.status, reason: reasonOf(answer) };
    if (accepted?.messageId !== undefined) {
      message = {
        ...place(message, reply, accepted.threadId),
        sending: 'sent',
        idOnExternalPlatform: accepted.messageId,
        answeredAt: new Date(store.now()).toISOString(),
      };
    } else if (message.sending !== 'sent' && failure) {
      message = { ...message, sending: 'failed', failure };
    }
    if (message.threadId !== '') {
      if (store.get('messages', message.id)) store.put('messages', message);
      else tenant.store(message);
    }
    await store.durable();
    return {
      id: message.id,
      status: answer.status,
      body: answer.body,
      idOnExternalPlatform: accepted?.messageId ?? null,
      failure,
      answers,
    };
  }

  /** Gives a message that opened a thread its thread and contact. */
  function place(
    message: StoredMessage,
    reply: z.output<typeof replySchema>,
    threadId: string | undefined,
  ): StoredMessage {
    if (message.threadId !== '' || threadId === undefined) return message;
    const { id, name } = reply.recipient ?? { id: threadId };
    const { thread, contact } = tenant.conversationFor({
      channelId: reply.channelId,
      threadIdOnExternalPlatform: threadId,
      identity: { idOnExternalPlatform: id, nickname: name ?? id },
      direction: 'outbound',
      messageId: message.id,
      isByAgent: true,
    });
    return {
      ...message,
      threadId: thread.id,
      threadIdOnExternalPlatform: threadId,
      contactNumber: contact.number,
    };
  }

  function reportOddAnswers(
    message: StoredMessage,
    answers: readonly BoxAnswer[],
    readings: readonly BoxReading[],
  ): void {
    const facts = {
      id: message.id,
      channelId: message.channelId,
      threadIdOnExternalPlatform: message.threadIdOnExternalPlatform,
    };
    const ids = readings.flatMap(({ messageId }) => messageId ?? []);
    if (message.idOnExternalPlatform !== null) ids.push(message.idOnExternalPlatform);
    if (new Set(ids).size > 1) {
      store.violate('box-answers-differ', 'the same message was answered with different ids', {
        ...facts,
        ids: ids.join(' '),
      });
    }
    for (const [index, answer] of answers.entries()) {
      if (
        answer.status !== null &&
        answer.status < 300 &&
        readings[index]?.messageId === undefined
      ) {
        store.violate(
          'box-answer-unreadable',
          'the box answered 2xx without the id of the message',
          { ...facts, status: answer.status },
        );
      }
    }
  }

  return {
    reply(input) {
      const reply = replySchema.parse(input);
      return track(reply.channelId, send(reply));
    },
    async writeFirst(input) {
      const reply = replySchema.parse({ ...input, form: 'v2' });
      const [validation = { status: null, body: null }] = await box.call({
        operation: 'boxValidation',
        path: `/1.0/channel/${encodeURIComponent(reply.channelId)}/recipients/validation`,
        body: { endUserRecipients: recipientsOf(reply.recipient) },
      });
      if (validation.status !== 200) return { validation, sent: null, contactNumber: null };
      const sent = await track(reply.channelId, send(reply));
      const contactNumber = store.get('messages', sent.id)?.contactNumber ?? null;
      return { validation, sent, contactNumber };
    },
    async typing({ channelId, threadIdOnExternalPlatform, isTyping }) {
      const [answer] = await box.call({
        operation: 'boxTyping',
        path: `/1.0/channel/${encodeURIComponent(channelId)}/thread/${encodeURIComponent(threadIdOnExternalPlatform)}/sender-action`,
        body: {
          brand: brandOf(deps.tenantId),
          senderAction: { action: isTyping ? 'isTypingOn' : 'isTypingOff' },
          authorUser: speakerOf(tenant.thread(channelId, threadIdOnExternalPlatform)),
        },
      });
      return answer ?? { status: null, body: null };
    },
    async settled(channelId) {
      const calls = [...(underWay.get(channelId) ?? [])];
      if (calls.length === 0) return;
      const patience = new AbortController();
      await Promise.race([
        Promise.allSettled(calls),
        delay(settleTimeoutMs, undefined, { signal: patience.signal }).catch(() => undefined),
      ]);
      patience.abort();
    },
  };
}

interface BoxReading {
  readonly messageId?: string;
  readonly threadId?: string;
}

function readBoxAnswer(form: 'v1' | 'v2', answer: BoxAnswer): BoxReading {
  if (answer.status === null || answer.status < 200 || answer.status > 299) return {};
  if (form === 'v1') {
    const body = v1AnswerSchema.safeParse(answer.body).data;
    return body ? { messageId: body.idOnExternalPlatform } : {};
  }
  const body = v2AnswerSchema.safeParse(answer.body).data;
  if (!body) return {};
  return {
    messageId: body.message.idOnExternalPlatform,
    threadId: body.thread.idOnExternalPlatform,
  };
}

function reasonOf(answer: BoxAnswer): string {
  if (answer.status === null) return answer.reason ?? 'no answer';
  if (answer.status < 300) return 'an answer without idOnExternalPlatform';
  const parsed = z.looseObject({ code: z.string() }).safeParse(answer.body);
  return parsed.data?.code ?? `status ${answer.status}`;
}

function given(author: z.output<typeof agentSchema> | undefined): Partial<Agent> {
  const entries = Object.entries(author ?? {}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<Agent>;
}
