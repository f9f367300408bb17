import { expect, test } from 'vitest';
import { isPicture } from '../../../src/widget/pictures.js';

const url = 'https://jungle.example/files/7';

test.each([
  ['its name', { name: 'Heap.JPEG', url }, true],
  ['its address', { name: 'heap', url: `${url}/heap.webp?signature=a.pdf` }, true],
  ['its kind', { name: 'heap', url, mimeType: 'image/png' }, true],
  ['its kind before its name', { name: 'heap.png', url, mimeType: 'text/html' }, false],
  ['its name where its kind is empty', { name: 'heap.png', url, mimeType: '' }, true],
  ['the end of its name alone', { name: 'heap.png.exe', url }, false],
  ['its address without what is asked', { name: 'heap', url: `${url}?name=heap.png` }, false],
  ['nothing else', { name: 'heap', url }, false],
  ['its name where its address is none', { name: 'png', url: 'heap.png' }, false],
])('a picture is known by %s', (_, file, expected) => {
  expect(isPicture(file)).toBe(expected);
});
