import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { buildBrowserAssets } from '../../../src/main/browser-assets.js';

const assets = await buildBrowserAssets();

test('the widget stays below 26 KB on the wire', () => {
  const widget = assets.get('/widget.js');
  expect(gzipSync(widget?.body ?? '').length).toBeLessThan(26 * 1024);
  expect(widget?.contentType).toBe('text/javascript; charset=utf-8');
});

test('every file that the demo page names is served', () => {
  const page = assets.get('/')?.body.toString() ?? '';
  const paths = [...page.matchAll(/(?:src|href)="(\/[^"]*)"/g)].map(([, path]) => path ?? '');
  expect(paths.length).toBeGreaterThan(3);
  expect(paths.filter((path) => !assets.has(path))).toEqual([]);
});

test('the demo page needs no inline script or style', () => {
  const page = assets.get('/')?.body.toString() ?? '';
  expect(page).not.toMatch(/<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)/);
});
