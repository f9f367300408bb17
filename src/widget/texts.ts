/** Every sentence that the widget says. */
import type { Connection, Mark } from './store.js';
import type { ThreadStanding } from './wire.js';

/** The words for a mark on the customer's own message. */
export const markTexts: Readonly<Record<Mark, string>> = {
  waiting: 'Waiting to be sent',
  accepted: 'On its way',
  sent: 'Sent',
  failed: 'Not delivered',
  refused: 'Not delivered: the chat was already closed',
};

/** The fixed labels. */
export const labels = {
  open: 'Open chat',
  close: 'Close chat',
  messages: 'Messages',
  composer: 'Your message',
  placeholder: 'Write a message…',
  send: 'Send',
  retry: 'Try again',
  newThread: 'Start a new chat',
  you: 'You',
  agent: 'Agent',
  welcome: 'Write to us, and somebody will answer you here.',
} as const;

/** Returns what the customer is told about the connection; empty when there is nothing to tell. */
export function connectionText(connection: Connection, reason: string | undefined): string {
  switch (connection) {
    case 'idle':
    case 'online':
      return '';
    case 'connecting':
      return 'Connecting…';
    case 'offline':
      return 'You are offline. What you write is kept and sent when you are back.';
    case 'unreachable':
      return 'The chat cannot be reached just now. What you write is kept and sent when it is back.';
    case 'unavailable':
      return unavailableText(reason);
  }
}

/** Returns what the customer is told about the thread's end; empty while it is open. */
export function standingText(standing: ThreadStanding): string {
  if (standing.state === 'warned') {
    const at =
      standing.deadlineAt === undefined ? '' : ` at ${clockTime(standing.deadlineAt, true)}`;
    return `This chat closes${at} unless you answer.`;
  }
  if (standing.state === 'open') {
    return '';
  }
  const at = standing.closedAt === undefined ? '' : ` (${dayAndTime(standing.closedAt)})`;
  switch (standing.closedBy) {
    case 'agent':
      return `The agent has ended this chat${at}.`;
    case 'customer':
      return `You have ended this chat${at}.`;
    case 'idle':
      return `This chat was closed because nobody answered${at}.`;
    case 'operator':
    case undefined:
      return `This chat has ended${at}.`;
  }
}

/** Returns why a message did not get through, in the customer's words. */
export function failureText(reason: string | undefined): string {
  if (reason === 'BODY_TOO_LARGE') {
    return 'It is too long.';
  }
  return reason === 'OTHER_THREAD' ? 'It may not have arrived before the chat changed.' : '';
}

/** Returns the launcher's label. */
export function launcherLabel(unread: number): string {
  if (unread === 0) {
    return labels.open;
  }
  return `${labels.open}, ${unread} unread ${unread === 1 ? 'message' : 'messages'}`;
}

/** Returns what the composer says about a text over the limit. */
export function tooLongText(excess: number): string {
  return `Too long by ${excess} ${excess === 1 ? 'character' : 'characters'}.`;
}

/** Returns who is typing. */
export function typingText(name: string | undefined): string {
  return `${name ?? labels.agent} is typing…`;
}

/** Returns a moment as the customer's clock shows it, with the day unless it is today. */
export function dayAndTime(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) {
    return '';
  }
  const isToday = date.toDateString() === new Date().toDateString();
  const time = clockTime(iso, false);
  return isToday
    ? time
    : `${date.toLocaleDateString(undefined, { day: 'numeric', month: 'short' })}, ${time}`;
}

function clockTime(iso: string, withSeconds: boolean): string {
  const second = withSeconds ? ({ second: '2-digit' } as const) : {};
  return new Date(iso).toLocaleTimeString(undefined, {
    hour: 'numeric',
    minute: '2-digit',
    ...second,
  });
}

function unavailableText(reason: string | undefined): string {
  const until = dayAndTime(reason ?? '');
  return until === ''
    ? 'The chat is not available.'
    : `The chat is not available to you until ${until}.`;
}
