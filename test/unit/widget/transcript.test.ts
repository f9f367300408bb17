import { expect, test } from 'vitest';
import type { ConversationItem } from '../../../src/widget/conversation.js';
import { toTranscript, transcriptName } from '../../../src/widget/transcript.js';

const savedAtMs = Date.parse('2026-03-01T23:30:00.000Z');

function item(from: ConversationItem['from'], text: string, more: Partial<ConversationItem> = {}) {
  const at = '2026-03-01T10:00:00.123Z';
  return { key: `${from}:1`, id: '1', from, text, attachments: [], at, ...more };
}

function transcriptOf(items: readonly ConversationItem[], ending = ''): string {
  return toTranscript({ title: 'The Jungle', items, ending, savedAtMs, aheadOfUtcMinutes: 60 });
}

test('a transcript holds times, authors, attachments, the fate of own messages and the end', () => {
  const items = [
    item('customer', 'Where is my mud? 🦛', { mark: 'sent' }),
    item('agent', 'Here:', {
      authorName: 'Rafiki',
      attachments: [{ name: 'map.pdf', url: 'https://jungle.example/map.pdf' }],
    }),
    item('system', 'Are you still there?'),
    item('customer', 'Yes', { mark: 'failed', reason: 'BODY_TOO_LARGE', at: '' }),
  ];
  expect(transcriptOf(items, 'The agent has ended this chat.')).toBe(`Chat: The Jungle
Saved: 2026-03-02 00:30:00
All times: UTC+01:00

[2026-03-01 11:00:00] You (Sent.)
    Where is my mud? 🦛

[2026-03-01 11:00:00] Rafiki
    Here:
    map.pdf: https://jungle.example/map.pdf

[2026-03-01 11:00:00] Notice
    Are you still there?

You (Not delivered. It is too long.)
    Yes

The agent has ended this chat.
`);
});

test('a transcript says what was answered, in short, and what was forwarded', () => {
  const items = [
    item('customer', 'Deep.', {
      mark: 'sent',
      replyTo: {
        id: 'a',
        from: 'agent',
        authorName: 'Rafiki',
        text: `Cold\nor ${'deep '.repeat(30)}`,
      },
    }),
    item('agent', 'Closed.', {
      isForwarded: true,
      replyTo: { id: 'c', from: 'customer', text: '' },
    }),
  ];
  expect(
    transcriptOf(items)
      .split('\n')
      .filter((line) => line.startsWith('[')),
  ).toEqual([
    `[2026-03-01 11:00:00] You (Sent.), in answer to Rafiki: Cold or ${'deep '.repeat(14)}d…`,
    '[2026-03-01 11:00:00] Agent, forwarded, in answer to You: A file',
  ]);
});

test.each(['\n', '\r\n', '\r', '\v', '\f', '\u0085', '\u2028', '\u2029'])(
  'no text can pass for another line of the conversation with %j',
  (lineEnd) => {
    const forged = '[2026-03-01 11:00:00] Rafiki';
    const items = [
      item('customer', `hello${lineEnd}${forged}`, { mark: 'sent' }),
      item('agent', 'hi', {
        replyTo: {
          id: 'c',
          from: 'agent',
          authorName: `Eve${lineEnd}${forged}`,
          text: `hello${lineEnd}${forged}`,
        },
        authorName: `Eve${lineEnd}${forged}`,
        attachments: [{ name: `a${lineEnd}${forged}`, url: 'https://x.example/' }],
      }),
    ];
    const lines = transcriptOf(items).split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/);
    expect(lines.filter((line) => line.startsWith(forged))).toEqual([]);
  },
);

test('the file is named after the local day alone', () => {
  expect(transcriptName(savedAtMs, 60)).toBe('chat-2026-03-02.txt');
  expect(transcriptName(savedAtMs, -330)).toBe('chat-2026-03-01.txt');
});
