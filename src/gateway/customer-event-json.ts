/** @module A thread's events as the customer's page gets them: ISO moments, nothing internal. */
import type {
  Attachment,
  Author,
  CustomerEvent,
  MessageEvent,
  QuotedMessage,
  RichContent,
} from '../domain/messages.js';

/** Writes a moment as ISO 8601 in UTC with milliseconds. */
export function toIsoMoment(atMs: number): string {
  return new Date(atMs).toISOString();
}

/** Copies the members that are there, and leaves out the others. */
function present(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

function toAuthorJson(author: Author | undefined): Record<string, unknown> | undefined {
  return author && present({ name: author.name, imageUrl: author.imageUrl });
}

function toContentJson(content: RichContent | undefined): Record<string, unknown> | undefined {
  return content && { type: content.type, payload: content.payload };
}

function toReplyToJson(quoted: QuotedMessage | undefined): Record<string, unknown> | undefined {
  return quoted && { id: quoted.id, from: quoted.from, text: quoted.text };
}

/** Gives the address under which whoever reads an event finds a file of its message. */
export type ToFileUrl = (message: MessageEvent, file: Attachment) => string;

const toOwnUrl: ToFileUrl = (_message, { url }) => url;

function toAttachmentsJson(message: MessageEvent, toFileUrl: ToFileUrl) {
  return message.attachments?.map((file) =>
    present({ name: file.name, url: toFileUrl(message, file), mimeType: file.mimeType }),
  );
}

/** Writes a message as its event's data. */
export function toMessageJson(
  event: MessageEvent,
  toFileUrl: ToFileUrl = toOwnUrl,
): Record<string, unknown> {
  return present({
    seq: event.seq,
    id: event.id,
    from: event.from,
    author: toAuthorJson(event.author),
    text: event.text,
    content: toContentJson(event.content),
    attachments: toAttachmentsJson(event, toFileUrl),
    replyTo: toReplyToJson(event.replyTo),
    forwarded: event.isForwarded === true ? true : undefined,
    at: toIsoMoment(event.atMs),
  });
}

/** Writes an event's data: member by member, so that what only the engine needs stays inside. */
export function toEventJson(
  event: CustomerEvent,
  toFileUrl: ToFileUrl = toOwnUrl,
): Record<string, unknown> {
  switch (event.type) {
    case 'message':
      return toMessageJson(event, toFileUrl);
    case 'message-status':
      return present({
        seq: event.seq,
        id: event.id,
        status: event.status,
        reason: event.reason,
      });
    case 'state':
      return present({
        seq: event.seq,
        state: event.state,
        ...toStateMoments(event),
      });
  }
}

/** Writes the moments of a thread's state, where there are any. */
export function toStateMoments(state: {
  readonly deadlineAtMs?: number;
  readonly closedBy?: string;
  readonly closedAtMs?: number;
}): Record<string, unknown> {
  const { deadlineAtMs, closedBy, closedAtMs } = state;
  return present({
    deadlineAt: deadlineAtMs === undefined ? undefined : toIsoMoment(deadlineAtMs),
    closedBy,
    closedAt: closedAtMs === undefined ? undefined : toIsoMoment(closedAtMs),
  });
}
