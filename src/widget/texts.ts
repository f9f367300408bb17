/** Every sentence that the widget says. */
import type { Mark } from './conversation.js';
import type { Connection } from './store.js';
import type { Upload } from './uploads.js';
import type { QuotedMessage, ThreadStanding } from './wire.js';

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
  stillHere: "I'm still here",
  options: 'Chat options',
  download: 'Download transcript',
  end: 'End chat',
  endQuestion: 'End this chat?',
  endConsequence: 'Nobody can write in it afterwards. You can keep a transcript.',
  endYes: 'End chat',
  endNo: 'Keep chatting',
  you: 'You',
  agent: 'Agent',
  choices: 'Answers to choose from',
  chosen: '(chosen)',
  picture: 'Picture',
  attach: 'Attach files',
  files: 'Files to send',
  removeFile: 'Remove',
  waitForFiles: 'Your files are still being uploaded.',
  fileGone: 'This file is no longer available.',
  fileUnavailable: 'This file cannot be loaded just now.',
  reply: 'Reply',
  dropReply: 'Do not reply to this message',
  answered: 'In answer to',
  replyingTo: 'Replying to',
  forwarded: 'Forwarded',
  quotedFile: 'A file',
  welcome: 'Write to us, and somebody will answer you here.',
} as const;

/** The words of the transcript that are nobody's. */
export const transcriptTexts = {
  heading: 'Chat',
  saved: 'Saved',
  times: 'All times',
  system: 'Notice',
  answered: 'in answer to',
  forwarded: 'forwarded',
} as const;

/** Returns who wrote a message, as the customer knows them. */
export function authorText(message: {
  readonly from: QuotedMessage['from'];
  readonly authorName?: string | undefined;
}): string {
  switch (message.from) {
    case 'customer':
      return labels.you;
    case 'agent':
      return message.authorName ?? labels.agent;
    case 'system':
      return transcriptTexts.system;
  }
}

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

/** Returns how long there is before an idle thread closes, in whole seconds. */
export function leftText(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const time =
    minutes > 0
      ? `${minutes}:${String(seconds % 60).padStart(2, '0')} minutes`
      : `${seconds} ${seconds === 1 ? 'second' : 'seconds'}`;
  return `This chat closes in ${time} unless you answer.`;
}

/** Returns what the countdown shows; at its end the server has the word. */
export function countdownText(seconds: number): string {
  return seconds > 0 ? leftText(seconds) : 'Closing this chat…';
}

/** Returns what the customer is told about the thread's end; empty while it goes on. */
export function standingText(standing: ThreadStanding, isEnding: boolean): string {
  if (standing.state !== 'closed') {
    return isEnding ? 'Ending this chat…' : '';
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
      return `The chat service has closed this chat${at}.`;
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

/** Returns how a file that goes with the next message stands. */
export function uploadStateText({ state, progress, reason }: Upload): string {
  switch (state) {
    case 'waiting':
      return 'Waiting';
    case 'uploading':
      return `${Math.floor(progress * 100)} %`;
    case 'done':
      return 'Ready to send.';
    case 'failed':
      return uploadProblems[reason ?? ''] ?? 'It could not be uploaded.';
  }
}

const uploadProblems: Readonly<Record<string, string>> = {
  BODY_TOO_LARGE: 'It is larger than 40 MB.',
  EMPTY: 'It is empty.',
  TOO_MANY_FILES: 'These are too many files for one message.',
  ATTACHMENT_TYPE_REFUSED: 'Files of this kind are not taken.',
  ATTACHMENT_REFUSED: 'This file is not taken.',
  RATE_LIMITED: 'These were many files. Try again in a minute.',
  THREAD_CLOSED: 'The chat was already closed.',
};

/** Returns what is said of pieces that are too many to be shown. */
export function leftOutText(count: number): string {
  return `and ${count} more`;
}

/** Returns the launcher's label. */
export function launcherLabel(unread: number, isWarned: boolean): string {
  return [
    labels.open,
    ...(unread === 0 ? [] : [`${unread} unread ${unread === 1 ? 'message' : 'messages'}`]),
    ...(isWarned ? ['it closes soon'] : []),
  ].join(', ');
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
  const time = date.toLocaleTimeString(undefined, { hour: 'numeric', minute: '2-digit' });
  return isToday
    ? time
    : `${date.toLocaleDateString(undefined, { day: 'numeric', month: 'short' })}, ${time}`;
}

function unavailableText(reason: string | undefined): string {
  const until = dayAndTime(reason ?? '');
  return until === ''
    ? 'The chat is not available.'
    : `You cannot start a new chat until ${until}.`;
}
