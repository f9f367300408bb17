import { expect, test } from 'vitest';
import type { Choice, ShownContent } from '../../../src/widget/content/shown-content.js';
import type { ConversationItem } from '../../../src/widget/conversation.js';
import { offersIn } from '../../../src/widget/offers.js';

let made = 0;

function item(from: ConversationItem['from'], more: Partial<ConversationItem>): ConversationItem {
  made += 1;
  const id = String(made);
  return { key: `${from}:${id}`, id, from, text: '', attachments: [], at: '', ...more };
}

const choicesOf = (texts: readonly string[]): Choice[] =>
  texts.map((text, index) => ({ text, postback: `${text}${index}` }));

function offering(kind: 'quick-replies' | 'list', ...texts: string[]): ConversationItem {
  const content: ShownContent = { kind, choices: choicesOf(texts), leftOut: 0 };
  return item('agent', { content });
}

const quick = (...texts: string[]) => offering('quick-replies', ...texts);
const list = (...texts: string[]) => offering('list', ...texts);
const says = (text: string, more: Partial<ConversationItem> = {}) =>
  item('customer', { text, mark: 'sent', ...more });
const agentSays = (text: string) => item('agent', { text });

/** Writes each offer as its standing and the places chosen. */
function standings(...items: ConversationItem[]): string[] {
  const offers = [...offersIn(items, true).values()];
  return offers.map(({ isOpen, chosen }) => [isOpen ? 'open' : 'over', ...chosen].join(' '));
}

test.each<[string, ConversationItem[], string[]]>([
  ['quick replies wait for an answer', [quick('Yes', 'No')], ['open']],
  ['one of them chosen is the answer', [quick('Yes', 'No'), says('No')], ['over 1']],
  ['other words are an answer', [quick('Yes', 'No'), says('Perhaps')], ['over']],
  [
    'only the first words after them are',
    [quick('Yes', 'No'), says('Perhaps'), says('No')],
    ['over'],
  ],
  ['an agent who goes on waits too', [quick('Yes'), agentSays('Take your time')], ['open']],
  ['the next ones take their place', [quick('Yes'), quick('Yes', 'No')], ['over', 'open']],
  [
    'an answer is to the newest',
    [quick('Yes'), quick('Yes', 'No'), says('Yes')],
    ['over', 'over 0'],
  ],
  ['what failed is no answer', [quick('Yes'), says('Yes', { mark: 'failed' })], ['open']],
  ['what was refused is no answer', [quick('Yes'), says('Yes', { mark: 'refused' })], ['open']],
  ['what waits is an answer', [quick('Yes'), says('Yes', { mark: 'waiting' })], ['over 0']],
  ['words from before are no answer', [says('Yes'), quick('Yes')], ['open']],
  ['a list stays open', [list('a', 'b'), says('b'), says('a')], ['open 1 0']],
  [
    'a list stays open beside quick replies',
    [list('a'), quick('Yes'), says('Yes')],
    ['open', 'over 0'],
  ],
  [
    'a choice counts for the newest list that has it',
    [list('a'), list('a'), says('a')],
    ['open', 'open 0'],
  ],
  [
    'equal buttons are told apart by what they carry',
    [list('Buy', 'Buy'), says('Buy', { postback: 'Buy1' })],
    ['open 1'],
  ],
  ['equal buttons are not guessed', [list('Buy', 'Buy'), says('Buy')], ['open']],
  ['another postback is another choice', [list('Buy'), says('Buy', { postback: 'z' })], ['open']],
])('%s', (_, items, expected) => {
  expect(standings(...items)).toEqual(expected);
});

test('nothing is open for a customer who cannot write', () => {
  const items = [list('a'), quick('Yes'), says('a')];
  expect([...offersIn(items, false).values()].map(({ isOpen }) => isOpen)).toEqual([false, false]);
});

test('a message without choices is no offer', () => {
  expect(offersIn([agentSays('hello')], true).size).toBe(0);
});
