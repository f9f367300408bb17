import { Buffer } from 'node:buffer';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createSignature } from '../../../../src/channels/webhook/signature.js';

/** The vector that the reference libraries of Standard Webhooks publish in their tests. */
const published = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  atMs: 1_614_265_330_000,
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};
const publishedHeaders = {
  'webhook-id': published.id,
  'webhook-timestamp': '1614265330',
  'webhook-signature': published.signature,
};
const fiveMinutesMs = 300_000;

/** Lets the library, which looks at the clock itself, believe that it is then. */
function pretendItIs(atMs: number): void {
  vi.useFakeTimers({ now: atMs, toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
}

const read = (secret: string, headers: Record<string, string>, body = published.body) =>
  createSignature(secret).readId(headers, Buffer.from(body));

describe('the published vector', () => {
  test('is what a request is signed with', () => {
    const { secret, id, body, atMs } = published;
    expect(createSignature(secret).headersFor(id, body, atMs)).toEqual(publishedHeaders);
  });

  test('is taken', () => {
    pretendItIs(published.atMs);
    expect(read(published.secret, publishedHeaders)).toBe(published.id);
  });

  test('is taken beside signatures of other keys and versions', () => {
    pretendItIs(published.atMs);
    const other = 'v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=';
    const signatures = [other, `v2,${other.slice(3)}`, published.signature, other].join(' ');
    const headers = { ...publishedHeaders, 'webhook-signature': signatures };
    expect(read(published.secret, headers)).toBe(published.id);
  });

  test.each([-fiveMinutesMs, fiveMinutesMs])('is taken %i ms off', (offMs) => {
    pretendItIs(published.atMs + offMs);
    expect(read(published.secret, publishedHeaders)).toBe(published.id);
  });

  test.each([-fiveMinutesMs - 1_000, fiveMinutesMs + 1_000])('is refused %i ms off', (offMs) => {
    pretendItIs(published.atMs + offMs);
    expect(read(published.secret, publishedHeaders)).toBeUndefined();
  });

  test.each<[string, Record<string, string>]>([
    ['another id', { 'webhook-id': 'msg_other' }],
    ['another moment', { 'webhook-timestamp': '1614265331' }],
    ['a moment that is none', { 'webhook-timestamp': 'hello' }],
    [
      'another signature',
      { 'webhook-signature': 'v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=' },
    ],
    ['a part of the signature', { 'webhook-signature': published.signature.slice(0, 8) }],
    ['an empty signature', { 'webhook-signature': 'v1,' }],
    ['a version without a signature', { 'webhook-signature': 'v1' }],
    [
      'the signature of another version',
      { 'webhook-signature': `v2,${published.signature.slice(3)}` },
    ],
    ['no id', { 'webhook-id': '' }],
    ['no moment', { 'webhook-timestamp': '' }],
  ])('is refused with %s', (_what, change) => {
    pretendItIs(published.atMs);
    expect(read(published.secret, { ...publishedHeaders, ...change })).toBeUndefined();
  });

  test('is refused with another body, another secret, or no headers', () => {
    pretendItIs(published.atMs);
    expect(read(published.secret, publishedHeaders, '{"test": 2432232315}')).toBeUndefined();
    expect(read('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx', publishedHeaders)).toBeUndefined();
    expect(read(published.secret, {})).toBeUndefined();
  });
});

test('a secret without whsec_ is its bytes in UTF-8', () => {
  const { id, body, atMs } = published;
  const plain = createSignature('Zäbra 🦓').headersFor(id, body, atMs);
  const base64 = Buffer.from('Zäbra 🦓', 'utf8').toString('base64');
  expect(createSignature(`whsec_${base64}`).headersFor(id, body, atMs)).toEqual(plain);
  pretendItIs(atMs);
  expect(read('Zäbra 🦓', plain)).toBe(id);
});
