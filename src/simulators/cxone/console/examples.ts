/** Names a file that goes with an example. */
export type ExampleFile = 'savanna.png' | 'prices.txt';

/** Is a message of an agent's or a bot's that is more than its text. */
export interface Example {
  readonly label: string;
  /** What CXone itself would show of it as plain text. */
  readonly text: string;
  readonly messageContent?: { readonly type: string; readonly payload: Record<string, unknown> };
  /** Made and uploaded when the example is sent. */
  readonly files?: readonly ExampleFile[];
}

// The demo page's own picture, where the sandbox serves it; elsewhere its text is shown.
const picture = 'http://localhost:8080/savanna.svg';
const shop = 'https://jungle.example/mud';
const media = { fileName: 'savanna.svg', mimeType: 'image/svg+xml', url: picture };

function action(text: string, postback: string, more: Record<string, unknown> = {}) {
  return { type: 'REPLY_BUTTON', text, postback, ...more };
}

/** Lists one example of each type that CXone can send (cxone.md 5.1), and some that few know. */
export const examples: readonly Example[] = [
  {
    label: 'Quick replies',
    text: 'Which mud would you like?',
    messageContent: {
      type: 'QUICK_REPLIES',
      payload: {
        text: { content: 'Which mud would you like?' },
        actions: [
          action('Cold', 'mud:cold'),
          action('Deep', 'mud:deep'),
          action('Whatever is left', 'mud:any'),
        ],
      },
    },
  },
  {
    label: 'List picker',
    text: 'Our mud. Everything is fresh today.',
    messageContent: {
      type: 'LIST_PICKER',
      payload: {
        title: { content: 'Our mud' },
        text: { content: 'Everything is fresh today.' },
        actions: [
          action('North bank', 'bank:north', { description: 'Cold and firm', icon: media }),
          action('South bank', 'bank:south', { description: 'Warm, with reeds' }),
          action('The spring', 'bank:spring'),
        ],
      },
    },
  },
  {
    label: 'Rich link',
    text: `All our mud: ${shop}`,
    messageContent: {
      type: 'RICH_LINK',
      payload: { media, title: { content: 'All our mud' }, url: shop },
    },
  },
  {
    label: 'Plugin: menu',
    text: 'Mud of the month',
    messageContent: {
      type: 'PLUGIN',
      payload: {
        elements: [
          {
            id: 'menu-1',
            type: 'MENU',
            elements: [
              { id: 'file-1', type: 'FILE', ...media },
              { id: 'title-1', type: 'TITLE', text: 'Mud of the month' },
              { id: 'text-1', type: 'TEXT', text: 'From the north bank, by the ton.' },
              { id: 'button-1', type: 'BUTTON', text: 'Order a ton', postback: '{"tons":1}' },
              { id: 'button-2', type: 'BUTTON', text: 'Read more', url: shop },
            ],
          },
        ],
      },
    },
  },
  {
    label: 'Adaptive card',
    text: 'Order 7: two tons of cold mud. Is this right?',
    messageContent: {
      type: 'ADAPTIVE_CARD',
      payload: {
        type: 'AdaptiveCard',
        version: '1.5',
        body: [
          { type: 'TextBlock', text: 'Order 7', weight: 'Bolder', size: 'Medium' },
          {
            type: 'FactSet',
            facts: [
              { title: 'Mud', value: 'cold' },
              { title: 'Tons', value: '2' },
            ],
          },
          { type: 'TextBlock', text: 'Is this right?', wrap: true },
        ],
        actions: [
          { type: 'Action.Submit', title: 'Confirm', data: { order: 7, confirmed: true } },
          { type: 'Action.Submit', title: 'Cancel', data: { order: 7, confirmed: false } },
          { type: 'Action.OpenUrl', title: 'Terms', url: shop },
        ],
      },
    },
  },
  {
    label: 'Time picker (shown as text)',
    text: 'When shall we deliver? Monday at dawn, or Tuesday at dusk.',
    messageContent: {
      type: 'TIME_PICKER',
      payload: { title: { content: 'When shall we deliver?' }, timeslots: [] },
    },
  },
  {
    label: 'Unknown type (shown as text)',
    text: 'A hologram of the mud.',
    messageContent: { type: 'HOLOGRAM', payload: { beam: 4 } },
  },
  {
    label: 'Picture and file',
    text: 'The savanna, and our price list.',
    files: ['savanna.png', 'prices.txt'],
  },
];
