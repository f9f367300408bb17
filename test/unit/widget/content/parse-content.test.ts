import { describe, expect, test } from 'vitest';
import { parseContent } from '../../../../src/widget/content/parse-content.js';
import { choicesIn } from '../../../../src/widget/content/shown-content.js';

const url = 'https://jungle.example/mud';
const read = (type: unknown, payload: unknown) => parseContent({ type, payload });
const actions = [
  { type: 'REPLY_BUTTON', text: 'Cold', postback: 'mud:cold' },
  { type: 'REPLY_BUTTON', text: ' Deep ' },
];

describe('quick replies', () => {
  test('are a question and its answers with what they carry', () => {
    expect(read('QUICK_REPLIES', { text: { content: 'Which mud?' }, actions })).toEqual({
      kind: 'quick-replies',
      text: 'Which mud?',
      choices: [{ text: 'Cold', postback: 'mud:cold' }, { text: 'Deep' }],
      leftOut: 0,
    });
  });

  test('without an answer to choose are no content', () => {
    expect(read('QUICK_REPLIES', { text: { content: 'Which?' }, actions: [] })).toBeUndefined();
  });

  test('beyond a hundred are counted', () => {
    const many = Array.from({ length: 5_000 }, (_, index) => ({ text: `mud ${index}` }));
    const content = read('QUICK_REPLIES', { actions: many });
    expect(content).toMatchObject({ leftOut: 4_900 });
    expect(content).toHaveProperty('choices.length', 100);
  });
});

describe('a choice', () => {
  const choicesOf = (action: unknown) =>
    choicesIn(read('LIST_PICKER', { actions: [action, { text: 'other' }] }));

  test('keeps its description and its picture', () => {
    const icon = { fileName: 'a.png', mimeType: 'image/png', url };
    expect(choicesOf({ text: 'Cold', description: 'from the bank', icon })[0]).toEqual({
      text: 'Cold',
      description: 'from the bank',
      pictureUrl: url,
    });
  });

  test.each([
    ['a picture of another scheme', { icon: { url: 'javascript:alert(1)' } }],
    ['a picture that is none', { icon: { url, mimeType: 'text/html' } }],
    ['a picture that is a word', { icon: 'a.png' }],
    ['a postback of another kind', { postback: { a: 1 } }],
    ['a postback that no message can carry', { postback: 'x'.repeat(4_097) }],
    ['half a character in its postback', { postback: '\ud83e' }],
    ['a description of another kind', { description: 7 }],
  ])('is its text, without %s', (_, more) => {
    expect(choicesOf({ text: 'Cold', ...more })[0]).toEqual({ text: 'Cold' });
  });

  test.each([
    ['no text', {}],
    ['an empty text', { text: '  ' }],
    ['a text of another kind', { text: 7 }],
    ['a text that no message can carry', { text: 'x'.repeat(10_001) }],
    ['half a character', { text: 'mud \ud83e' }],
  ])('with %s is none', (_, action) => {
    expect(choicesOf(action)).toEqual([{ text: 'other' }]);
  });
});

test('a list has a title, a text and items', () => {
  const title = { content: 'Our mud' };
  expect(read('LIST_PICKER', { title, text: { content: 'Fresh' }, actions })).toMatchObject({
    kind: 'list',
    title: 'Our mud',
    text: 'Fresh',
    choices: [{ text: 'Cold' }, { text: 'Deep' }],
  });
});

describe('a rich link', () => {
  test('has a title, a host and a picture', () => {
    const media = { fileName: 'heap.png', mimeType: 'image/png', url: 'https://cdn.example/heap' };
    expect(read('RICH_LINK', { title: { content: 'Mud' }, url, media })).toEqual({
      kind: 'rich-link',
      title: 'Mud',
      url,
      host: 'jungle.example',
      pictureUrl: 'https://cdn.example/heap',
    });
  });

  test('without a title is called by its host', () => {
    expect(read('RICH_LINK', { url })).toMatchObject({ title: 'jungle.example' });
  });

  test.each([['javascript:alert(1)'], ['data:text/html,x'], [''], [7], [undefined]])(
    'to %j is no content',
    (bad) => {
      expect(read('RICH_LINK', { title: { content: 'Trap' }, url: bad })).toBeUndefined();
    },
  );
});

test("a plugin's texts, files and buttons keep their order, however they are grouped", () => {
  const elements = [
    {
      type: 'MENU',
      elements: [
        { type: 'TITLE', text: 'Mud' },
        { type: 'FILE', fileName: 'heap.png', mimeType: 'image/png', url },
        { type: 'FILE', fileName: 'price.pdf', url },
        { type: 'FILE', fileName: 'trap.png', url: 'data:image/png,x' },
        { type: 'BUTTON', text: 'Order', postback: 'order' },
        { type: 'BUTTON', text: 'Look', url, postback: 'look' },
        { type: 'BUTTON', text: 'Trap', url: 'javascript:alert(1)' },
      ],
    },
    { type: 'COUNTDOWN', text: 'Ten minutes' },
    { type: 'BUTTON' },
    7,
  ];
  expect(read('PLUGIN', { elements })).toEqual({
    kind: 'card',
    parts: [
      { kind: 'title', text: 'Mud' },
      { kind: 'picture', url, text: 'heap.png' },
      { kind: 'link', url, text: 'price.pdf' },
      { kind: 'text', text: 'trap.png' },
      { kind: 'choice', choice: { text: 'Order', postback: 'order' } },
      { kind: 'link', url, text: 'Look' },
      { kind: 'choice', choice: { text: 'Trap' } },
      { kind: 'text', text: 'Ten minutes' },
    ],
    leftOut: 0,
  });
});

describe('an adaptive card', () => {
  const card = (body: unknown, more: object = {}) =>
    read('ADAPTIVE_CARD', { type: 'AdaptiveCard', version: '1.5', body, ...more });

  test('is its words, pictures and buttons in their order', () => {
    const body = [
      { type: 'TextBlock', text: 'Order 7', weight: 'Bolder' },
      {
        type: 'ColumnSet',
        columns: [
          { type: 'Column', items: [{ type: 'Image', url, altText: 'a heap' }] },
          { type: 'Column', items: [{ type: 'TextBlock', text: 'right' }] },
        ],
      },
      {
        type: 'FactSet',
        facts: [
          { title: 'Mud', value: 'cold' },
          { title: 'Tons', value: '2' },
        ],
      },
      { type: 'Container', items: [{ type: 'RichTextBlock', inlines: ['so ', { text: 'rich' }] }] },
      { type: 'TextBlock', text: 'unseen', isVisible: false },
      { type: 'Image', url: 'javascript:alert(1)' },
    ];
    const buttons = [
      { type: 'Action.Submit', title: 'Confirm', data: { order: 7 } },
      { type: 'Action.Submit', title: 'Cancel', data: 'cancel' },
      { type: 'Action.Execute', title: 'Nothing more' },
      { type: 'Action.OpenUrl', title: 'Look', url },
      { type: 'Action.OpenUrl', title: 'Trap', url: 'javascript:alert(1)' },
    ];
    expect(card(body, { actions: buttons })).toEqual({
      kind: 'card',
      parts: [
        { kind: 'title', text: 'Order 7' },
        { kind: 'picture', url, text: 'a heap' },
        { kind: 'text', text: 'right' },
        { kind: 'text', text: 'Mud: cold\nTons: 2' },
        { kind: 'text', text: 'so rich' },
        { kind: 'choice', choice: { text: 'Confirm', postback: '{"order":7}' } },
        { kind: 'choice', choice: { text: 'Cancel', postback: 'cancel' } },
        { kind: 'choice', choice: { text: 'Nothing more' } },
        { kind: 'link', url, text: 'Look' },
      ],
      leftOut: 0,
    });
  });

  test.each<[string, object[], object]>([
    [
      'at its top',
      [
        { type: 'TextBlock', text: 'x' },
        { type: 'Input.Text', id: 'n' },
      ],
      {},
    ],
    [
      'inside a column',
      [{ type: 'ColumnSet', columns: [{ items: [{ type: 'Input.Toggle' }] }] }],
      {},
    ],
    [
      'behind a button',
      [{ type: 'TextBlock', text: 'x' }],
      { actions: [{ type: 'Action.ShowCard', card: { body: [{ type: 'Input.Date' }] } }] },
    ],
  ])('that asks for input %s is no content', (_, body, more) => {
    expect(card(body, more)).toBeUndefined();
  });
});

test.each([
  [undefined],
  [null],
  [7],
  ['QUICK_REPLIES'],
  [[]],
  [{}],
  [{ type: 7, payload: { actions } }],
  [{ type: 'HOLOGRAM', payload: { actions } }],
  [{ type: 'TEXT', payload: { text: 'x' } }],
  [{ type: 'FORM', payload: { elements: [{ type: 'TEXT', text: 'x' }] } }],
  [{ type: 'TIME_PICKER', payload: { event: {} } }],
  [{ type: 'QUICK_REPLIES' }],
  [{ type: 'QUICK_REPLIES', payload: 'Cold' }],
  [{ type: 'LIST_PICKER', payload: { actions: { length: 1e9 } } }],
  [{ type: 'PLUGIN', payload: { elements: [[[[]]]] } }],
  [{ type: 'ADAPTIVE_CARD', payload: { body: 'x', actions: null } }],
])('%j is no content', (json) => {
  expect(parseContent(json)).toBeUndefined();
});

test.each(['PLUGIN', 'ADAPTIVE_CARD'])('a %s that nests for ever ends', (type) => {
  const endless: Record<string, unknown> = { type: 'TEXT', text: 'in' };
  endless['elements'] = [endless];
  endless['items'] = [endless];
  const payload = { elements: [endless], body: [{ type: 'TextBlock', text: 'x' }, endless] };
  expect(() => read(type, payload)).not.toThrow();
});
