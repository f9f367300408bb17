import { expect, test } from 'vitest';
import { type ConversationItem, isAnswerable, quote } from '../../../src/widget/conversation.js';
import { beginningOf } from '../../../src/widget/quotations.js';

const item: ConversationItem = {
  key: 'agent:a',
  id: 'a',
  from: 'agent',
  text: 'Cold\n or deep?',
  attachments: [],
  at: '',
};

test.each([
  ['  a\n\nb ', 9, 'a b'],
  ['🦛🦛🦛', 3, '🦛🦛🦛'],
  ['🦛🦛🦛🦛', 3, '🦛🦛…'],
  ['', 3, ''],
])('the beginning of %j in %i characters is %j', (text, length, beginning) => {
  expect(beginningOf(text, length)).toBe(beginning);
});

test('a quoted message is named by id and sender, and told by its beginning', () => {
  expect(quote(item)).toEqual({ id: 'a', from: 'agent', text: 'Cold or deep?' });
  const attachments = [{ name: 'map.png', url: 'https://chat.example/1' }];
  expect(quote({ ...item, text: ' ', attachments }).text).toBe('map.png');
});

test.each([
  ['agent', undefined, true],
  ['customer', 'sent', true],
  ['customer', 'accepted', false],
  ['customer', 'waiting', false],
  ['customer', 'failed', false],
  ['customer', 'refused', false],
  ['system', undefined, false],
] as const)('a message of %s that is %s can be answered: %s', (from, mark, isFine) => {
  expect(isAnswerable({ ...item, from, mark })).toBe(isFine);
});
