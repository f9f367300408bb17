import { expect, test } from 'vitest';
import { toContentText, withChoices } from '../../../src/domain/content-text.js';

const url = 'https://jungle.example/mud';

test.each<[string, string, unknown, string | undefined]>([
  [
    'quick replies: the question and its answers',
    'QUICK_REPLIES',
    {
      text: { content: 'Which mud?' },
      actions: [
        { type: 'REPLY_BUTTON', text: 'Cold', postback: 'c' },
        { text: 'Deep\nmud' },
        { icon: {} },
        'x',
      ],
    },
    'Which mud?\n- Cold\n- Deep mud',
  ],
  [
    'quick replies without a question: the answers',
    'quick_replies',
    { actions: [{ text: 'Cold' }] },
    '- Cold',
  ],
  [
    'a list: its title, its text and its items with what they are',
    'LIST_PICKER',
    {
      title: { content: 'Mud' },
      text: { content: 'One each.' },
      actions: [{ text: 'Cold', description: 'from the bank' }, { text: 'Deep' }],
    },
    'Mud\nOne each.\n- Cold: from the bank\n- Deep',
  ],
  [
    'a link: its title and its address',
    'RICH_LINK',
    { title: { content: 'All our mud' }, url, media: { url } },
    `All our mud: ${url}`,
  ],
  ['a link without a title: its address', 'RICH_LINK', { url }, url],
  [
    'a link to another scheme: its title',
    'RICH_LINK',
    { title: { content: 'Trap' }, url: 'javascript://x' },
    'Trap',
  ],
  [
    'a plugin: what its elements say, however they are grouped',
    'PLUGIN',
    {
      elements: [
        {
          type: 'MENU',
          elements: [
            { type: 'TITLE', text: 'Mud' },
            { type: 'TEXT', text: 'Fresh.' },
            { type: 'FILE', fileName: 'mud.png', url },
            { type: 'BUTTON', text: 'Order', postback: 'o' },
            { type: 'BUTTON', text: 'Look', url },
          ],
        },
        null,
        { type: 'COUNTDOWN', text: 'Ten minutes' },
      ],
    },
    `Mud\nFresh.\nmud.png: ${url}\n- Order\n- Look: ${url}\nTen minutes`,
  ],
  [
    'an adaptive card: its words and its buttons',
    'ADAPTIVE_CARD',
    {
      type: 'AdaptiveCard',
      version: '1.5',
      body: [
        { type: 'TextBlock', text: 'Order 7' },
        { type: 'ColumnSet', columns: [{ type: 'Column', items: [{ text: 'left' }] }] },
        { type: 'FactSet', facts: [{ title: 'Mud', value: 'cold' }, { value: 'two' }, 3] },
        { type: 'RichTextBlock', inlines: ['so ', { type: 'TextRun', text: 'rich' }] },
        { type: 'Image', url, altText: 'a heap' },
        { type: 'TextBlock', text: 'unseen', isVisible: false },
        { type: 'Input.Text', label: 'Your name', id: 'n' },
      ],
      actions: [
        { type: 'Action.Submit', title: 'Confirm', data: { a: 1 } },
        { type: 'Action.OpenUrl', title: 'Look', url },
        {
          type: 'Action.ShowCard',
          title: 'More',
          card: { body: [{ type: 'TextBlock', text: 'inside' }] },
        },
      ],
    },
    `Order 7\nleft\nMud: cold\ntwo\nso rich\na heap\nYour name\n- Confirm\n- Look: ${url}\nMore\ninside`,
  ],
  ['a type that is not known: nothing', 'HOLOGRAM', { text: { content: 'x' } }, undefined],
  ['a form: nothing', 'FORM', { title: 'x' }, undefined],
  ['content without a word: nothing', 'PLUGIN', { elements: [{ type: 'MENU' }] }, undefined],
  ['a payload of another kind: nothing', 'QUICK_REPLIES', 'Cold', undefined],
  ['no payload: nothing', 'LIST_PICKER', null, undefined],
  ['lists of another kind: the rest', 'LIST_PICKER', { title: 'Mud', actions: { 0: 'x' } }, 'Mud'],
])('the words of %s', (_, type, payload, text) => {
  expect(toContentText({ type, payload })).toBe(text);
});

test.each<[string, string, string, unknown, string]>([
  [
    'the answers, where it is the question alone',
    'Which mud?',
    'QUICK_REPLIES',
    { text: { content: 'Which mud?' }, actions: [{ text: 'Cold' }, { text: 'Deep\nmud' }] },
    'Which mud?\n- Cold\n- Deep mud',
  ],
  [
    'the answers that it does not name on a line of their own',
    'No mud? Choose:\n1. Cold\n* Warm',
    'quick_replies',
    { actions: [{ text: 'Cold' }, { text: 'No' }, { text: 'Warm' }] },
    'No mud? Choose:\n1. Cold\n* Warm\n- No',
  ],
  [
    'the items of a list with what they are',
    'Mud',
    'LIST_PICKER',
    { title: { content: 'All mud' }, actions: [{ text: 'Cold', description: 'from the bank' }] },
    'Mud\n- Cold: from the bank',
  ],
  ['where a link goes', 'See', 'RICH_LINK', { title: { content: 'Mud' }, url }, `See\nMud: ${url}`],
  ['nothing, where it has the address', `See ${url}`, 'RICH_LINK', { url }, `See ${url}`],
  [
    'the buttons of a card and its links, but not its words again',
    'Your order: 7',
    'ADAPTIVE_CARD',
    {
      body: [{ type: 'TextBlock', text: 'Order 7' }],
      actions: [
        { type: 'Action.Submit', title: 'Confirm' },
        { type: 'Action.OpenUrl', title: 'Look', url },
      ],
    },
    `Your order: 7\n- Confirm\n- Look: ${url}`,
  ],
  ['nothing, of a type that is not known', 'x', 'HOLOGRAM', { actions: [{ text: 'Cold' }] }, 'x'],
])('a text is given %s', (_, text, type, payload, expected) => {
  const content = { type, payload };
  expect(withChoices(text, content)).toBe(expected);
  expect(withChoices(expected, content)).toBe(expected);
});

test('a choice of many half addresses is completed at once', () => {
  const choice = `${'https://'.repeat(30_000)} x`;
  const content = { type: 'QUICK_REPLIES', payload: { actions: [{ text: choice }] } };
  const startedAtMs = performance.now();
  expect(withChoices('Which mud?', content)).toBe(`Which mud?\n- ${choice}`);
  expect(performance.now() - startedAtMs).toBeLessThan(1_000);
});

test('what nests for ever ends', () => {
  const endless: { elements: unknown[] } = { elements: [{ text: 'in' }] };
  endless.elements.push(endless);
  expect(toContentText({ type: 'PLUGIN', payload: endless })?.split('\n')).toHaveLength(32);
});
