import { describe, expect, test } from 'vitest';
import {
  checkFile,
  pictureTypeOf,
  readTakenType,
} from '../../../../src/gateway/attachments/file-types.js';
import { hasCode } from '../../../../src/gateway/problem.js';

const bytes = (text: string) => Buffer.from(text, 'latin1');
const png = bytes('\x89PNG\r\n\x1a\n....');
const jpeg = bytes('\xff\xd8\xff\xe0..JFIF');

function refusal(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return hasCode(error, 'ATTACHMENT_TYPE_REFUSED') ? 'refused' : error;
  }
}

test.each([
  ['image/png', 'image/png'],
  ['Application/PDF; x=1', 'application/pdf'],
  ['text/plain;charset=utf-8', 'text/plain'],
  ['text/html', 'refused'],
  ['image/svg+xml', 'refused'],
  ['application/xhtml+xml', 'refused'],
  ['text/javascript', 'refused'],
  ['application/octet-stream', 'refused'],
  ['', 'refused'],
  [undefined, 'refused'],
])('the type %s is %s', (header, outcome) => {
  expect(refusal(() => readTakenType(header))).toBe(outcome);
});

describe('a file that begins as', () => {
  const utf16 = Buffer.from('\ufeff<html>', 'utf16le');
  test.each([
    ['a picture, whatever picture it says to be', 'image/gif', 'a.gif', png, 'image/png'],
    ['a picture of its type', 'image/jpeg', 'a.jpg', jpeg, 'image/jpeg'],
    ['a PDF', 'application/pdf', 'a.pdf', bytes('%PDF-1.7'), 'application/pdf'],
    ['a text', 'text/plain', 'a.txt', bytes('a < b'), 'text/plain'],
    ['a text with a tag of no page', 'text/plain', 'a.txt', bytes('<3 you'), 'text/plain'],
    ['nothing known', 'video/mp4', 'a.mp4', bytes('....ftypisom'), 'video/mp4'],
    ['a picture but is none', 'image/png', 'a.png', bytes('roar'), 'refused'],
    ['a PDF but is none', 'application/pdf', 'a.pdf', bytes('roar'), 'refused'],
    ['a page', 'text/plain', 'a.txt', bytes('<!DOCTYPE html>'), 'refused'],
    [
      'a page after space and marks',
      'text/csv',
      'a.csv',
      bytes('\xef\xbb\xbf \n<html>'),
      'refused',
    ],
    ['a page in UTF-16', 'text/plain', 'a.txt', utf16, 'refused'],
    ['a page that says to be a picture', 'image/png', 'a.png', bytes('<script>'), 'refused'],
    ['a drawing', 'text/plain', 'a.txt', bytes('<svg onload=x>'), 'refused'],
    ['XML', 'text/plain', 'a.txt', bytes('<?xml version="1.0"?><svg/>'), 'refused'],
    ['a program', 'application/zip', 'a.zip', bytes('MZ\x90'), 'refused'],
    ['a program of Linux', 'application/zip', 'a.zip', bytes('\x7fELF'), 'refused'],
    ['a script', 'text/plain', 'a.txt', bytes('#!/bin/sh'), 'refused'],
    ['a text, and is named as a page', 'text/plain', 'a.HTML', bytes('roar'), 'refused'],
    ['a picture, and is named as a program', 'image/png', 'a.png.exe', png, 'refused'],
  ])('%s', (_, mimeType, name, head, outcome) => {
    expect(refusal(() => checkFile({ name, mimeType }, head))).toBe(outcome);
  });
});

test.each([
  ['png', png, 'image/png'],
  ['jpeg', jpeg, 'image/jpeg'],
  ['gif', bytes('GIF89a..'), 'image/gif'],
  ['webp', bytes('RIFF\0\0\n\0WEBPVP8 '), 'image/webp'],
  ['avif', bytes('\0\0\0\x1cftypavif'), 'image/avif'],
  ['bmp', bytes('BM0123456789ab'), 'image/bmp'],
  ['a sound in RIFF', bytes('RIFF....WAVEfmt '), undefined],
  ['svg', bytes('<svg xmlns="http://www.w3.org/2000/svg">'), undefined],
  ['nothing', bytes(''), undefined],
])('%s is known by its first bytes', (_, head, type) => {
  expect(pictureTypeOf(head)).toBe(type);
});
