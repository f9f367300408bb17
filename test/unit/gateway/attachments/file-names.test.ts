import { expect, test } from 'vitest';
import { toSafeName } from '../../../../src/gateway/attachments/file-names.js';

test.each([
  ['map.png', 'map.png'],
  ['Löwe und Savanne.jpg', 'Löwe und Savanne.jpg'],
  ['../../etc/passwd', 'passwd'],
  ['C:\\Users\\zebra\\map.png', 'map.png'],
  ['a\r\nSet-Cookie: x.png', 'aSet-Cookie_ x.png'],
  ['photo\u202egnp.exe', 'photognp.exe'],
  ['a"b<c>|d:e*f?.png', 'a_b_c__d_e_f_.png'],
  ['  .hidden.  ', 'hidden'],
  ['', 'file'],
  ['/', 'file'],
  ['..', 'file'],
  [`${'x'.repeat(300)}.jpeg`, `${'x'.repeat(115)}.jpeg`],
  ['🦏'.repeat(200), '🦏'.repeat(120)],
])('%j becomes %j', (raw, name) => {
  expect(toSafeName(raw)).toBe(name);
});

test('a name of many dots is made harmless at once', () => {
  const startedAtMs = performance.now();
  const name = toSafeName(`a${'. '.repeat(50_000)}b`);
  expect(performance.now() - startedAtMs).toBeLessThan(1_000);
  expect(Array.from(name)).toHaveLength(120);
});
