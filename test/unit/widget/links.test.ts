import { expect, test } from 'vitest';
import { splitLinks, toSafeHref } from '../../../src/widget/links.js';

const linksOf = (text: string) => splitLinks(text).flatMap(({ href }) => href ?? []);

test.each([
  ['no link', 'no link', []],
  ['a bare address', 'https://a.example/b', ['https://a.example/b']],
  ['a full stop behind it', 'See https://a.example/b.', ['https://a.example/b']],
  ['brackets around it', '(https://a.example/b)', ['https://a.example/b']],
  ['brackets inside it', 'https://a.example/b_(c)', ['https://a.example/b_(c)']],
  [
    'two of them',
    'http://a.example, https://b.example!',
    ['http://a.example/', 'https://b.example/'],
  ],
  ['another scheme', 'javascript:alert(1) ftp://a.example', []],
  ['markup around it', '<a href="https://a.example/">x</a>', ['https://a.example/']],
])('a text with %s is linked right', (_, text, links) => {
  expect(linksOf(text)).toEqual(links);
  expect(
    splitLinks(text)
      .map((piece) => piece.text)
      .join(''),
  ).toBe(text);
});

test.each(['javascript:alert(1)', 'data:text/html,x', 'JaVaScRiPt:alert(1)', '//a.example', ''])(
  '%s is no safe address',
  (url) => {
    expect(toSafeHref(url)).toBeUndefined();
  },
);

test.each([')', ').'])('an address with thousands of %j behind it is split at once', (end) => {
  const text = `http://mud.example${end.repeat(20_000)}`;
  const startedAtMs = performance.now();
  const pieces = splitLinks(text);
  expect(performance.now() - startedAtMs).toBeLessThan(1_000);
  expect(pieces.map((piece) => piece.text).join('')).toBe(text);
});
