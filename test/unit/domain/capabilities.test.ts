import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  allCapabilities,
  type Capability,
  toShownMessage,
} from '../../../src/domain/capabilities.js';
import { capabilitiesOf } from '../../../src/domain/channel.js';
import type { MessageEvent } from '../../../src/domain/messages.js';

const url = 'https://files.example/mud.png?signature=a%2Fb&expires=9';
const said: MessageEvent = {
  seq: 3,
  type: 'message',
  id: 'r-1',
  from: 'agent',
  author: { name: 'Gina' },
  text: 'Which mud?\n- Cold\n- Deep',
  isForwarded: true,
  atMs: 7,
};
const content = (type: string) => ({ type, payload: { actions: [{ text: 'Cold' }] } });
const files = [
  { name: 'mud.png', url, mimeType: 'image/png' },
  { name: 'a\nmap  of mud', url: 'https://files.example/map' },
];
const quoted = { id: 'm-1', from: 'customer', text: 'Is there mud?\nAnd grass?' } as const;
const without = (...words: Capability[]) => allCapabilities.filter((one) => !words.includes(one));

describe('what a channel cannot show is told in the text', () => {
  test.each<[string, Partial<MessageEvent>, Capability, string]>([
    [
      'a file, as its name and its address, the address untouched and at the end of its line',
      { attachments: files },
      'attachments',
      `${said.text}\nmud.png: ${url}\na map of mud: https://files.example/map`,
    ],
    [
      'files without a word, as nothing but these lines',
      { text: '', attachments: files.slice(0, 1) },
      'attachments',
      `mud.png: ${url}`,
    ],
    [
      'a file without a name, by its address',
      { text: '', attachments: [{ name: ' ', url }] },
      'attachments',
      url,
    ],
    [
      'what a message answers, each line of it marked, before the text',
      { replyTo: quoted },
      'replies',
      `> Is there mud?\n> And grass?\n${said.text}`,
    ],
    [
      'an answer to a message without words, not at all',
      { replyTo: { ...quoted, text: ' ' } },
      'replies',
      said.text,
    ],
    [
      'quick replies, by the text that is always enough',
      { content: content('quick_replies') },
      'quick-replies',
      said.text,
    ],
    ['a list', { content: content('LIST_PICKER') }, 'list-picker', said.text],
    ['a link', { content: content('RICH_LINK') }, 'rich-link', said.text],
    ['a plugin', { content: content('PLUGIN') }, 'plugin', said.text],
    ['a card', { content: content('ADAPTIVE_CARD') }, 'adaptive-card', said.text],
  ])('%s', (_, more, word, text) => {
    const event = { ...said, ...more };
    expect(toShownMessage(event, without(word))).toEqual({ ...said, text });
    expect(toShownMessage(event, [word])).toEqual(event);
  });

  test('all of it at once, in this order', () => {
    const event = { ...said, content: content('PLUGIN'), attachments: files, replyTo: quoted };
    expect(toShownMessage(event, []).text.split('\n')).toEqual([
      '> Is there mud?',
      '> And grass?',
      'Which mud?',
      '- Cold',
      '- Deep',
      `mud.png: ${url}`,
      'a map of mud: https://files.example/map',
    ]);
    expect(toShownMessage(event, allCapabilities)).toEqual(event);
  });

  test('content of a type that has no word, whatever the channel can show', () => {
    const event = { ...said, content: content('HOLOGRAM') };
    expect(toShownMessage(event, allCapabilities)).toEqual(said);
  });

  test('a file by the address that it is given for a text', () => {
    const event = { ...said, attachments: files };
    const toUrl = ({ id }: MessageEvent, file: { name: string }) =>
      `https://g/${id}/${file.name.length}`;
    expect(toShownMessage(event, [], toUrl).text).toContain('\nmud.png: https://g/r-1/7\n');
    expect(toShownMessage(event, ['attachments'], toUrl)).toEqual(event);
  });
});

test('no word, no file and no quotation of a message is lost, whatever a channel can show', () => {
  const line = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 8 });
  const address = line.map((path) => `https://a.example/${path}?a=%2F&b=9`);
  const message = fc.record({
    text: line,
    attachments: fc.array(fc.record({ name: line, url: address }), { minLength: 1, maxLength: 5 }),
    replyTo: fc.record({ id: line, from: fc.constant('customer' as const), text: line }),
  });
  fc.assert(
    fc.property(message, fc.subarray([...allCapabilities]), (parts, shows) => {
      const shown = toShownMessage({ ...said, ...parts }, shows);
      const all = JSON.stringify(shown);
      for (const file of parts.attachments) {
        expect(all).toContain(JSON.stringify(file.name).slice(1, -1));
        expect(all).toContain(JSON.stringify(file.url).slice(1, -1));
      }
      expect(all).toContain(parts.replyTo.text);
      expect(shown.text).toContain(parts.text);
    }),
  );
});

test('a widget shows everything, and a platform what its owner says, or everything', () => {
  const webhook = { kind: 'webhook', url: 'https://a.example', secret: 's' } as const;
  const widget = { kind: 'widget', allowedOrigins: [], identity: { kind: 'anonymous' } } as const;
  expect(capabilitiesOf(widget)).toEqual(allCapabilities);
  expect(capabilitiesOf(webhook)).toEqual(allCapabilities);
  expect(capabilitiesOf({ ...webhook, shows: ['replies'] })).toEqual(['replies']);
});
