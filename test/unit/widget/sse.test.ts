import { describe, expect, test } from 'vitest';
import { createSseParser, type SseEvent } from '../../../src/widget/sse.js';

function parse(...chunks: string[]): SseEvent[] {
  const events: SseEvent[] = [];
  const feed = createSseParser({ onEvent: (event) => events.push(event) });
  chunks.forEach((chunk) => feed(chunk));
  return events;
}

const event = { name: 'message', data: 'a\nb', id: '7' };

describe('an event', () => {
  test.each([
    ['line feeds', 'id: 7\ndata: a\ndata: b\n\n'],
    ['carriage returns and line feeds', 'id: 7\r\ndata: a\r\ndata: b\r\n\r\n'],
    ['carriage returns', 'id: 7\rdata: a\rdata: b\r\r:'],
    ['no space after the colon', 'id:7\ndata:a\ndata:b\n\n'],
    ['a byte order mark', '\uFEFFid: 7\ndata: a\ndata: b\n\n'],
    ['comments and unknown fields', ': hi\nid: 7\nfoo: x\ndata: a\n:\ndata: b\n\n'],
  ])('is read with %s', (_, text) => {
    expect(parse(text)).toEqual([event]);
  });

  test('is the same wherever the stream is cut', () => {
    const text = 'event: state\r\nid: 7\r\ndata: {"a":1}\r\n\r\nid: 8\r\ndata: x\r\n\r\n';
    const whole = parse(text);
    expect(whole).toHaveLength(2);
    for (let at = 1; at < text.length; at += 1) {
      expect(parse(text.slice(0, at), text.slice(at))).toEqual(whole);
    }
    expect(parse(...Array.from(text))).toEqual(whole);
  });

  test('keeps further colons and one leading space of its value', () => {
    expect(parse('data:  a: b\n\n')[0]?.data).toBe(' a: b');
  });

  test('without data is none', () => {
    expect(parse('event: state\nid: 7\n\n')).toEqual([]);
  });

  test('that the end of the stream cut short is dropped', () => {
    expect(parse('data: whole\n\ndata: half\n').map(({ data }) => data)).toEqual(['whole']);
  });

  test('does not inherit the name or the id of the one before', () => {
    expect(parse('event: state\nid: 7\ndata: a\n\ndata: b\n\n')[1]).toEqual({
      name: 'message',
      data: 'b',
      id: undefined,
    });
  });
});

test('the retry hint is told when it is a number', () => {
  const hints: number[] = [];
  const feed = createSseParser({ onEvent: () => undefined, onRetry: (ms) => hints.push(ms) });
  feed('retry: 1500\nretry: soon\n\n');
  expect(hints).toEqual([1500]);
});
