import { expect, test } from 'vitest';
import { toMessageJson } from '../../../src/gateway/customer-event-json.js';

test('a page gets content as it came, and of a file its name, its address and its kind', () => {
  const url = 'https://jungle.example/map';
  const content = { type: 'QUICK_REPLIES', payload: { actions: [{ text: 'Yes' }] } };
  const message = { seq: 3, type: 'message', id: 'a-1', from: 'agent', atMs: 0 } as const;
  expect(
    toMessageJson({
      ...message,
      text: 'Sure?',
      content,
      attachments: [
        { name: 'map', url, mimeType: 'image/png' },
        { name: 'note', url },
      ],
    }),
  ).toEqual({
    seq: 3,
    id: 'a-1',
    from: 'agent',
    text: 'Sure?',
    content,
    attachments: [
      { name: 'map', url, mimeType: 'image/png' },
      { name: 'note', url },
    ],
    at: '1970-01-01T00:00:00.000Z',
  });
});

test('a page gets what a message answers, and that it is handed on', () => {
  const quoted = { id: 'm-1', from: 'customer', text: 'Is there water?' } as const;
  const said = { seq: 3, type: 'message', id: 'a-1', from: 'agent', text: 'Yes', atMs: 0 } as const;
  expect(toMessageJson({ ...said, replyTo: quoted })).toMatchObject({ replyTo: quoted });
  expect(toMessageJson({ ...said, isForwarded: true })).toMatchObject({ forwarded: true });
  for (const name of ['replyTo', 'forwarded']) {
    expect(toMessageJson({ ...said, isForwarded: false })).not.toHaveProperty(name);
  }
});
